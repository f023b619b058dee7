import Glibc
import Lockcheck
import Testing

/// Pools, futures and barriers, each test in a process of its own.
@Suite(.timeLimit(.minutes(2))) struct `A pool under the live checks` {
  @Test func `is told once all of its workers wait for its own tasks`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      let pool = ThreadPool(workers: 2, name: "crew")
      let areBothThere = Barrier(parties: 2)
      let refused = SharedAtomic(0)
      let outer = try (0..<2).map { number in
        try pool.submit {
          let inner = try pool.submit { number }
          try areBothThere.wait()
          if isDeadlock({ _ = try inner.result() }) { refused.update { $0 += 1 } }
        }
      }
      for task in outer { try task.result() }
      // One was enough: it has run what the other waited for.
      precondition(refused.load() == 1)
      pool.shutDown()
    }
    let said = said(result)
    #expect(
      said.contains(
        "lockcheck: pool-starvation: every worker of pool 'crew' waits, some for tasks that"))
    #expect(said.contains("lockcheck: deadlock: 2 threads wait for one another"))
    #expect(said.contains("thread 'crew-worker-1' waits for future no. "))
    #expect(said.contains(", that is for any worker of pool 'crew': "))
  }

  @Test func `is told where its only worker maps on it`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      let pool = ThreadPool(workers: 1, name: "crew")
      pool.name = "the crew"
      let isRefused = try pool.apply { isDeadlock { _ = try pool.map(0..<4) { $0 } } }
      precondition(isRefused)
      pool.shutDown()
    }
    #expect(said(result).contains("lockcheck: pool-starvation: every worker of pool 'the crew'"))
    #expect(said(result).contains("thread 'the crew-worker-1' waits for itself"))
  }

  @Test func `is not told as long as it has a worker left`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check { $0.onDeadlock = .exit(1) }
      let pool = ThreadPool(workers: 3, name: "crew")
      let areBothThere = Barrier(parties: 2)
      let outer = try (0..<2).map { number in
        try pool.submit {
          let inner = try pool.submit { number }
          try areBothThere.wait()
          return try inner.result()
        }
      }
      let results = try outer.map { try $0.result() }
      precondition(results == [0, 1])
      pool.shutDown()
    }
    #expect(!said(result).contains("lockcheck"))
  }

  @Test func `is not told where it is idle, slow or waited for for a time`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check { $0.onDeadlock = .exit(1) }
      onThread {
        let pool = ThreadPool(workers: 1, name: "crew")
        // Both the joiner of this thread and this thread wait then.
        let slow: @Sendable () -> Void = { untilTrue { Checking.waitingThreadCount == 2 } }
        try! pool.apply(slow)
        untilTrue { Checking.waitingThreadCount == 2 }
        Checking.lookForStalls(longerThan: .seconds(1_000))
        precondition(Checking.dump().contains("'crew-worker-1' waits for a task of pool 'crew'"))
        let isOver = Event()
        let task = try! pool.submit { isOver.wait() }
        precondition((try? task.wait(timeout: .milliseconds(1))) == false)
        precondition((try? Future<Int>().wait(timeout: .milliseconds(1))) == false)
        precondition((try? Barrier(parties: 2).wait(timeout: .milliseconds(1))) == nil)
        isOver.set()
        task.wait()
        pool.shutDown()
      }
    }
    #expect(!said(result).contains("lockcheck"))
  }

  @Test func `has idle workers that no watchdog reports`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      let pool = ThreadPool(workers: 1, name: "crew")
      try pool.apply {}
      untilTrue { Checking.waitingThreadCount == 1 }
      Checking.lookForStalls(longerThan: .zero)
      pool.shutDown()
    }
    #expect(!said(result).contains("lockcheck"))
  }

  @Test func `wakes nobody once it is idle`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      let pool = ThreadPool(workers: 1, name: "crew")
      _ = try pool.submit { untilTrue { Checking.waitingThreadCount == 1 } }
      // Asleep when the worker finds that there is nothing left to do.
      precondition(isDeadlock { _ = try Event(name: "opening").wait(timeout: nil) })
      pool.shutDown()
    }
    #expect(said(result).contains("lockcheck: stuck: nobody is left who could wake this thread"))
    #expect(said(result).contains(" waits for event 'opening'"))
    #expect(!said(result).contains("waits for a task of pool"))
  }

  @Test func `is waited for by a thread that holds what a task needs`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      let lock = Lock(name: "till")
      let pool = ThreadPool(workers: 1, name: "crew")
      lock.lock()
      let task = try pool.submit { lock.withLock {} }
      untilTrue { lock.isContended }
      precondition(isDeadlock { _ = try task.result() })
      precondition(isDeadlock { _ = try task.wait(timeout: nil) })
      pool.close()
      precondition(isDeadlock { try pool.join() })
      lock.unlock()
      try pool.join()
    }
    #expect(said(result).contains(", that is for thread 'crew-worker-1'"))
    #expect(said(result).contains("waits for the end of thread 'crew-worker-1'"))
    #expect(!said(result).contains("pool-starvation"))
  }

  @Test func `leaves a future that nobody completes to be told by itself`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      onThread {
        let answer = Future<Int>(name: "answer")
        precondition(isDeadlock { _ = try answer.result() })
        precondition(isDeadlock { _ = try answer.wait(timeout: nil) })
        precondition(answer.waitingCount == 0)
      }
    }
    #expect(said(result).contains("thread 'test' waits for future 'answer', and nobody is left"))
  }
}

@Suite(.timeLimit(.minutes(2))) struct `A barrier under the live checks` {
  @Test func `is told where nobody is left to come`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      onThread {
        let barrier = Barrier(parties: 2, name: "round")
        precondition(isDeadlock { try barrier.wait() })
        precondition(barrier.isBroken && barrier.waitingCount == 0)
        barrier.reset()
        precondition(!barrier.isBroken)
      }
    }
    #expect(said(result).contains("thread 'test' waits for barrier 'round', and nobody is left"))
  }

  @Test func `is broken for those who sleep when the last one who could come ends`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      let barrier = Barrier(parties: 3, name: "round")
      let (refused, broken) = (SharedAtomic(0), SharedAtomic(0))
      let threads = (0..<2).map { number in
        started("party \(number)") {
          do { try barrier.wait() } catch let error as BarrierError {
            (error == .deadlock ? refused : broken).update { $0 += 1 }
          }
        }
      }
      started("third party") { untilTrue { Checking.waitingThreadCount == 3 } }
      for thread in threads { thread.join() }
      precondition(refused.load() == 1 && broken.load() == 1)
    }
    #expect(said(result).contains("waits for barrier 'round', and nobody is left"))
  }

  @Test func `is told where its action waits for a thread at the door`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      let door = Queue<Barrier>()
      let barrier = Barrier(parties: 1, name: "round") {
        started("early") {
          // The process's first thread, and the one that runs this, wait.
          untilTrue { Checking.waitingThreadCount == 2 }
          let barrier = try door.get()
          precondition(isDeadlock { try barrier.wait() })
          precondition(barrier.waitingCount == 0)
        }.join()
      }
      try door.put(barrier)
      started("party") { try barrier.wait() }.join()
      precondition(!barrier.isBroken)
    }
    #expect(said(result).contains("thread 'early' waits for barrier 'round', and nobody is left"))
  }
}
