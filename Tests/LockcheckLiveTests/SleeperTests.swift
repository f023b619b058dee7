import Lockcheck
import Testing

/// The last thread that could wake others ends while they sleep. Each test in a process of its own.
@Suite(.timeLimit(.minutes(2))) struct `A thread that sleeps as the last waker ends` {
  @Test(arguments: 0..<9)
  func `is thrown the verdict`(kind: Int) async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      [kind] in
      check()
      let table = RWLock(name: "T")
      let isHeld = Event()
      let waker = started("waker") {
        table.lock()
        isHeld.set()
        untilTrue { Checking.waitingThreadCount == 2 }
      }
      isHeld.wait()
      onThread {
        let condition = Condition(name: "C")
        condition.lock()
        let queue = Queue<Int>(capacity: 1, name: "Q")
        let isStuck = isDeadlock {
          switch kind {
          case 0: _ = try condition.wait(timeout: nil)
          case 1: _ = try queue.get()
          case 2:
            try queue.put(1)
            try queue.put(2)
          case 3:
            try queue.put(1)
            _ = try queue.join(timeout: nil)
          case 4: _ = try Event(name: "E").wait(timeout: nil)
          case 5: _ = try Semaphore(value: 0, name: "S").acquire(timeout: nil)
          case 6: _ = try Future<Int>(name: "F").result()
          case 7: try Barrier(parties: 2, name: "B").wait()
          default: _ = try table.lockShared(timeout: nil)
          }
        }
        precondition(isStuck)
        condition.unlock()
      }
      waker.join()
      precondition(Checking.waitingThreadCount == 0)
    }
    let objects = [
      "condition 'C'", "queue 'Q'", "queue 'Q'", "queue 'Q'", "event 'E'", "semaphore 'S'",
      "future 'F'", "barrier 'B'", "rwlock 'T'",
    ]
    #expect(said(result).contains("thread 'test' waits for \(objects[kind])"))
  }

  @Test func `is thrown it after others, whose end did not help it`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      let jobs = Queue<Int>(name: "jobs")
      let refused = SharedAtomic(0)
      let consumers = (0..<3).map { number in
        started("consumer \(number)") {
          if isDeadlock({ _ = try jobs.get() }) { refused.update { $0 += 1 } }
        }
      }
      started("producer") { untilTrue { Checking.waitingThreadCount == 4 } }
      // Who waits for the end of a thread that is thrown an error gets what it waits for.
      for consumer in consumers {
        let hasEnded = try consumer.join(timeout: nil)
        precondition(hasEnded)
      }
      precondition(refused.load() == 3)
    }
    #expect(said(result).contains("thread 'consumer 2' waits for queue 'jobs'"))
  }

  @Test func `is not disturbed as long as somebody is left`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      let jobs = Queue<Int>(name: "jobs")
      let consumer = started("consumer") { _ = try jobs.get() }
      untilTrue { Checking.waitingThreadCount == 1 }
      started("idler") {}.join()
      try jobs.put(1)
      consumer.join()
    }
    #expect(!said(result).contains("lockcheck"))
  }
}
