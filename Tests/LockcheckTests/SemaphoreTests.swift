import Lockcheck
import LockcheckTestKit
import Testing

@Suite struct `A semaphore` {
  @Test func `hands out as many permits as it has`() throws {
    let semaphore = Lockcheck.Semaphore(value: 2)
    semaphore.acquire()
    #expect(semaphore.acquireIfAvailable())
    #expect(!semaphore.acquireIfAvailable())
    #expect(try !semaphore.acquire(timeout: .milliseconds(1)))
    semaphore.release()
    #expect(try semaphore.acquire(timeout: nil))
    #expect(semaphore.value == 0)
    semaphore.release(5)
    #expect(semaphore.value == 5)
  }

  @Test func `refuses fewer than one permit`() {
    let semaphore = Lockcheck.Semaphore(value: 0)
    semaphore.release(0)
    semaphore.release(-1)
    #expect(semaphore.value == 0)
  }

  @Test func `refuses a negative timeout`() {
    let semaphore = Lockcheck.Semaphore(value: 1)
    let error = #expect(throws: MisuseError.self) {
      try semaphore.acquire(timeout: .seconds(-1))
    }
    #expect(error?.code == .negativeTimeout)
    #expect(semaphore.value == 1)
  }

  @Test func `refuses a negative value`() async {
    await #expect(processExitsWith: .failure) { _ = Lockcheck.Semaphore(value: -1) }
  }

  @Test func `serves who waits in order of arrival, and nobody overtakes`() {
    let semaphore = Lockcheck.Semaphore(value: 0)
    let order = Queue<Int>()
    let threads = (0..<5).map { number in
      let thread = started {
        semaphore.acquire()
        try order.put(number)
      }
      #expect(eventually { semaphore.waitingCount == number + 1 })
      return thread
    }
    for number in 0..<5 {
      semaphore.release()
      #expect(ends(threads[number]))
      #expect((try? order.tryGet()) == number)
      #expect(!semaphore.acquireIfAvailable())
    }
  }

  @Test func `wakes as many as it has permits for`() {
    let semaphore = Lockcheck.Semaphore(value: 0)
    let threads = (0..<3).map { _ in started { semaphore.acquire() } }
    #expect(eventually { semaphore.waitingCount == 3 })
    semaphore.release(4)
    #expect(end(threads))
    #expect(semaphore.value == 1)
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `loses no permit when waits time out`(seed: UInt64) {
    let semaphore = Lockcheck.Semaphore(value: 2)
    let inside = SharedAtomic(0)
    let tooMany = SharedAtomic(0)
    let threads = (0..<4).map { number in
      started {
        var random = SeededGenerator(seed: seed &* 100 &+ UInt64(number))
        for _ in 0..<1000 {
          let timeout = Duration.microseconds(Int.random(in: 0..<60, using: &random))
          guard try semaphore.acquire(timeout: timeout) else { continue }
          if inside.wrappingAdd(1) > 2 { tooMany.wrappingAdd(1) }
          inside.wrappingAdd(-1)
          semaphore.release()
        }
      }
    }
    #expect(end(threads))
    #expect(tooMany.load() == 0)
    #expect(semaphore.value == 2)
    #expect(semaphore.waitingCount == 0)
  }

  @Test func `answers to DispatchSemaphore's names`() {
    let semaphore = Lockcheck.Semaphore(value: 0)
    #expect(semaphore.signal() == 0)
    semaphore.wait()
    let thread = started { semaphore.wait() }
    #expect(eventually { semaphore.waitingCount == 1 })
    #expect(semaphore.signal() != 0)
    #expect(ends(thread))
  }

  @Test func `has a permit during withPermit only`() {
    let semaphore = Lockcheck.Semaphore(value: 1)
    #expect(semaphore.withPermit { semaphore.value } == 0)
    #expect(semaphore.value == 1)
  }
}

@Suite struct `A bounded semaphore` {
  @Test func `refuses a release past its bound, in whole`() {
    let semaphore = BoundedSemaphore(value: 2)
    semaphore.release()
    #expect(semaphore.value == 2)
    semaphore.acquire()
    semaphore.release(2)
    #expect(semaphore.value == 1)
    semaphore.release(.max)
    #expect(semaphore.value == 1)
    semaphore.release()
    #expect(semaphore.value == 2)
  }

  @Test func `hands a permit to who waits without passing its bound`() {
    let semaphore = BoundedSemaphore(value: 1)
    semaphore.acquire()
    let thread = started { semaphore.acquire() }
    #expect(eventually { semaphore.waitingCount == 1 })
    semaphore.release()
    #expect(ends(thread))
    #expect(semaphore.value == 0)
    semaphore.release()
    #expect(semaphore.value == 1)
  }
}

@Suite struct `An event` {
  @Test func `is down at first, up after set, and down after clear`() throws {
    let event = Lockcheck.Event()
    #expect(!event.isSet)
    #expect(try !event.wait(timeout: .zero))
    event.set()
    event.set()
    #expect(event.isSet)
    event.wait()
    #expect(try event.wait(timeout: .zero))
    event.clear()
    #expect(!event.isSet)
    #expect(try !event.wait(timeout: .milliseconds(1)))
  }

  @Test func `wakes all who wait, even when it is cleared at once`() {
    let event = Lockcheck.Event()
    let threads = (0..<10).map { _ in started { event.wait() } }
    #expect(eventually { event.waitingCount == 10 })
    event.set()
    event.clear()
    #expect(end(threads))
    #expect(!event.isSet)
  }

  @Test func `tells a wait that a set ended from one that ran out`() throws {
    let event = Lockcheck.Event()
    let result = SharedAtomic<Bool?>(nil)
    let thread = started { result.store(try event.wait(timeout: .seconds(60))) }
    #expect(eventually { event.waitingCount == 1 })
    event.set()
    #expect(ends(thread))
    #expect(result.load() == true)
  }

  @Test func `refuses a negative timeout`() {
    let error = #expect(throws: MisuseError.self) {
      try Lockcheck.Event().wait(timeout: .seconds(-1))
    }
    #expect(error?.code == .negativeTimeout)
  }

  @Test func `never loses a set to a timeout`() {
    for round in 0..<200 {
      let event = Lockcheck.Event()
      let result = SharedAtomic(false)
      let thread = started { result.store(try event.wait(timeout: .microseconds(round))) }
      event.set()
      #expect(ends(thread))
      #expect(event.isSet)
      #expect(event.waitingCount == 0)
    }
  }
}
