import Lockcheck
import LockcheckTestKit
import Testing

@Suite struct `A condition` {
  /// Threads that wait on `condition`, in this order, and put their numbers when they have been woken.
  private func waiters(
    _ count: Int, on condition: Condition, into order: Queue<Int>
  ) -> [CheckedThread] {
    (0..<count).map { number in
      let thread = started {
        try condition.withLock {
          condition.wait()
          try order.put(number)
        }
      }
      #expect(eventually { condition.waitingCount == number + 1 })
      return thread
    }
  }

  private func drain(_ queue: Queue<Int>) -> [Int] {
    var items: [Int] = []
    while let item = try? queue.tryGet() { items.append(item) }
    return items
  }

  @Test func `wakes at most as many as it is told, in order of arrival`() {
    let condition = Condition()
    let order = Queue<Int>()
    let threads = waiters(6, on: condition, into: order)
    condition.withLock { condition.notify(2) }
    #expect(end(Array(threads[0..<2])))
    #expect(Set(drain(order)) == [0, 1])
    #expect(condition.waitingCount == 4)
    condition.withLock { condition.notify() }
    #expect(ends(threads[2]))
    #expect(drain(order) == [2])
    condition.withLock { condition.notifyAll() }
    #expect(end(threads))
    #expect(Set(drain(order)) == [3, 4, 5])
  }

  @Test func `forgets a notify that nobody waits for`() throws {
    let condition = Condition()
    condition.withLock { condition.notifyAll() }
    condition.lock()
    #expect(try !condition.wait(timeout: .milliseconds(1)))
    condition.unlock()
  }

  @Test func `wakes nobody for a count of zero or less`() {
    let condition = Condition()
    let order = Queue<Int>()
    let threads = waiters(1, on: condition, into: order)
    condition.withLock {
      condition.notify(0)
      condition.notify(-3)
    }
    #expect(condition.waitingCount == 1)
    condition.withLock { condition.notify(5) }
    #expect(end(threads))
  }

  @Test func `gives up all levels of a recursive lock and takes them all back`() {
    let lock = RLock()
    let condition = Condition(lock: lock)
    let depth = SharedAtomic(0)
    let thread = started {
      lock.lock()
      lock.lock()
      lock.lock()
      condition.wait()
      while lock.isLocked, depth.load() < 10 {
        lock.unlock()
        depth.wrappingAdd(1)
      }
    }
    #expect(eventually { condition.waitingCount == 1 })
    condition.withLock { condition.notify() }
    #expect(ends(thread))
    #expect(depth.load() == 3)
  }

  @Test func `shares its lock with others, and each wakes its own`() {
    let lock = Lock()
    let first = Condition(lock: lock)
    let second = Condition(lock: lock)
    let order = Queue<Int>()
    let threads = waiters(1, on: first, into: order) + waiters(1, on: second, into: order)
    lock.withLock { second.notifyAll() }
    #expect(ends(threads[1]))
    #expect(first.waitingCount == 1)
    lock.withLock { first.notifyAll() }
    #expect(ends(threads[0]))
  }

  @Test func `waits for a predicate, which is asked under the lock`() {
    let lock = RLock()
    let condition = Condition(lock: lock)
    let value = Plain(0)
    let thread = started {
      lock.withLock { condition.wait { lock.isLocked && value.value == 3 } }
    }
    for _ in 0..<3 {
      condition.withLock {
        value.value += 1
        condition.notify()
      }
    }
    #expect(ends(thread))
  }

  @Test func `returns the predicate's last value after a timeout`() throws {
    let condition = Condition()
    condition.lock()
    #expect(try !condition.wait(timeout: .milliseconds(1), until: { false }))
    #expect(try condition.wait(timeout: .zero, until: { true }))
    var asked = 0
    #expect(
      try condition.wait(timeout: .milliseconds(1)) {
        asked += 1
        return asked == 2
      })
    condition.unlock()
  }

  @Test func `ends a wait for a predicate that comes true in time`() {
    let condition = Condition()
    let value = Plain(0)
    let result = SharedAtomic<Bool?>(nil)
    let thread = started {
      condition.lock()
      defer { condition.unlock() }
      result.store(try condition.wait(timeout: .seconds(60)) { value.value == 4 })
    }
    for _ in 0..<4 {
      condition.withLock {
        value.value += 1
        condition.notify()
      }
    }
    #expect(ends(thread))
    #expect(result.load() == true)
  }

  @Test func `tells a wait that was notified from one that ran out`() throws {
    let condition = Condition()
    let result = SharedAtomic<Bool?>(nil)
    let thread = started {
      condition.lock()
      defer { condition.unlock() }
      result.store(try condition.wait(timeout: .seconds(60)))
    }
    #expect(eventually { condition.waitingCount == 1 })
    condition.withLock { condition.notify() }
    #expect(ends(thread))
    #expect(result.load() == true)
    #expect(try condition.withLock { try condition.wait(timeout: .zero) } == false)
  }

  @Test(arguments: [false, true])
  func `refuses a negative timeout`(hasPredicate: Bool) {
    let condition = Condition()
    let error = #expect(throws: MisuseError.self) {
      condition.lock()
      defer { condition.unlock() }
      _ =
        hasPredicate
        ? try condition.wait(timeout: .seconds(-1)) { true }
        : try condition.wait(timeout: .seconds(-1))
    }
    #expect(error?.code == .negativeTimeout)
    #expect(condition.waitingCount == 0)
  }

  @Test func `is no good to a thread that does not hold its lock, though another does`() {
    let condition = Condition()
    condition.lock()
    #expect(elsewhere { (try? condition.wait(timeout: nil)) == false })
    elsewhere { condition.notify() }
    condition.unlock()
    #expect(condition.waitingCount == 0)
  }

  @Test func `lets an error of the predicate through, with the lock held`() {
    struct Refusal: Error {}
    let condition = Condition()
    condition.lock()
    #expect(throws: Refusal.self) {
      try condition.wait { () throws(Refusal) -> Bool in throw Refusal() }
    }
    #expect(throws: Refusal.self) {
      try condition.wait(timeout: .zero) { throw Refusal() }
    }
    #expect(!elsewhere { condition.lockIfAvailable() })
    condition.unlock()
  }

  @Test func `refuses to wait or notify without its lock, and loses nobody over it`() throws {
    let condition = Condition()
    let order = Queue<Int>()
    let threads = waiters(1, on: condition, into: order)
    condition.wait()
    #expect(try !condition.wait(timeout: nil))
    condition.wait { false }
    condition.notifyAll()
    #expect(condition.waitingCount == 1)
    condition.withLock { condition.notifyAll() }
    #expect(end(threads))
  }

  @Test(arguments: [false, true])
  func `counts every notify once when waits time out meanwhile`(isRecursive: Bool) {
    let condition = isRecursive ? Condition(lock: RLock()) : Condition(lock: Lock())
    let permits = Plain(0)
    let taken = Plain(0)
    let wanted = 400
    let consumers = (0..<3).map { number in
      started {
        var random = SeededGenerator(seed: UInt64(number))
        while true {
          condition.lock()
          defer { condition.unlock() }
          while permits.value == 0, taken.value < wanted {
            _ = try condition.wait(
              timeout: .microseconds(Int.random(in: 0..<200, using: &random)))
          }
          if taken.value >= wanted { return }
          permits.value -= 1
          taken.value += 1
        }
      }
    }
    for _ in 0..<wanted {
      condition.withLock {
        permits.value += 1
        condition.notify()
      }
    }
    #expect(end(consumers))
    #expect(taken.value == wanted)
    #expect(permits.value == 0)
    #expect(condition.waitingCount == 0)
  }

  @Test func `answers to NSCondition's names`() {
    let condition = Condition(name: "arrival")
    #expect(condition.name == "arrival")
    let order = Queue<Int>()
    let threads = waiters(3, on: condition, into: order)
    condition.withLock { condition.signal() }
    #expect(ends(threads[0]))
    condition.withLock { condition.broadcast() }
    #expect(end(threads))
  }
}
