import Glibc
import Lockcheck
import Testing

/// Each in a process of its own. The last thread that would block is thrown an error, and everything
/// unwinds; were nothing found, the test would hang, and fail by the time limit.
@Suite(.timeLimit(.minutes(2))) struct `A deadlock that is about to close` {
  @Test func `is found where a thread takes a lock twice`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      let lock = Lock(name: "till")
      lock.lock()
      precondition(isDeadlock { _ = try lock.lock(timeout: nil) })
      lock.unlock()
      precondition(!lock.isLocked)
    }
    #expect(said(result).contains("lockcheck: deadlock: "))
    #expect(said(result).contains("waits for itself"))
    #expect(said(result).contains("waits for lock 'till', that is for itself"))
    #expect(said(result).contains("it holds lock 'till', taken at"))
  }

  @Test func `is found where two threads take two locks in opposite orders`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      let (a, b) = (Lock(name: "A"), Lock(name: "B"))
      let (hasA, hasB) = (Event(), Event())
      let left = started("left") {
        a.lock()
        hasA.set()
        hasB.wait()
        b.lock()
        b.unlock()
        a.unlock()
      }
      b.lock()
      hasB.set()
      hasA.wait()
      // `left` has said that it waits before the lock shows it.
      untilTrue { b.isContended }
      precondition(isDeadlock { _ = try a.lock(timeout: nil) })
      b.unlock()
      left.join()
      precondition(Checking.waitingThreadCount == 0)
    }
    #expect(said(result).contains("lockcheck: deadlock: 2 threads wait for one another"))
    #expect(said(result).contains("thread 'left' waits for lock 'B', that is for "))
    #expect(said(result).contains("waits for lock 'A', that is for thread 'left'"))
  }

  @Test func `is found among five philosophers`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      let forks = (0..<5).map { Lock(name: "fork \($0)") }
      let atTable = Semaphore(value: 0)
      let go = Event()
      let refused = SharedAtomic(0)
      let philosophers = (0..<5).map { seat in
        started("philosopher \(seat)") {
          let (left, right) = (forks[seat], forks[(seat + 1) % 5])
          left.lock()
          atTable.release()
          go.wait()
          if isDeadlock({ _ = try right.lock(timeout: nil) }) {
            refused.update { $0 += 1 }
          } else {
            right.unlock()
          }
          left.unlock()
        }
      }
      for _ in 0..<5 { atTable.acquire() }
      go.set()
      for philosopher in philosophers { philosopher.join() }
      precondition(refused.load() == 1)
    }
    #expect(said(result).contains("lockcheck: deadlock: 5 threads wait for one another"))
  }

  @Test func `is found where a thread is joined under a lock that it needs`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      let lock = Lock(name: "till")
      lock.lock()
      let clerk = started("clerk") { lock.withLock {} }
      untilTrue { lock.isContended && Checking.waitingThreadCount == 1 }
      precondition(isDeadlock { _ = try clerk.join(timeout: nil) })
      lock.unlock()
      clerk.join()
    }
    #expect(
      said(result).contains("waits for the end of thread 'clerk', that is for thread 'clerk'"))
  }

  @Test func `is found where a condition is waited on under a lock that its notifier needs`() async
  {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      onThread {
        let outer = Lock(name: "outer")
        let condition = Condition(name: "inner")
        let waiter = started("waiter") {
          outer.lock()
          condition.lock()
          condition.wait()
          condition.unlock()
          outer.unlock()
        }
        untilTrue { condition.waitingCount == 1 && Checking.waitingThreadCount == 2 }
        precondition(isDeadlock { _ = try outer.lock(timeout: nil) })
        condition.withLock { condition.notify() }
        waiter.join()
      }
    }
    #expect(said(result).contains("thread 'waiter' waits for condition 'inner'"))
    #expect(
      said(result).contains("thread 'test' waits for lock 'outer', that is for thread 'waiter'"))
  }

  @Test(arguments: [0, 1, 2, 3, 4])
  func `is found where nobody is left who could wake a thread`(kind: Int) async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      [kind] in
      check()
      onThread {
        let condition = Condition(name: "C")
        condition.lock()
        let queue = Queue<Int>(capacity: 1, name: "Q")
        let isStuck =
          switch kind {
          case 0: isDeadlock { _ = try condition.wait(timeout: nil) }
          case 1: isDeadlock { _ = try queue.get() }
          case 2:
            isDeadlock {
              try queue.put(1)
              try queue.put(2)
            }
          case 3: isDeadlock { _ = try Event(name: "E").wait(timeout: nil) }
          default: isDeadlock { _ = try Semaphore(value: 0, name: "S").acquire(timeout: nil) }
          }
        precondition(isStuck)
        // Held again, whatever was waited for.
        condition.unlock()
      }
    }
    let objects = ["condition 'C'", "queue 'Q'", "queue 'Q'", "event 'E'", "semaphore 'S'"]
    #expect(said(result).contains("thread 'test' waits for \(objects[kind])"))
    // Whoever joins it waits for it, and it for whoever could wake it.
    #expect(said(result).contains("lockcheck: deadlock: 2 threads wait for one another"))
  }

  @Test func `is told from a thread that is simply the last`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      precondition(isDeadlock { _ = try Event(name: "opening").wait(timeout: nil) })
    }
    #expect(said(result).contains("lockcheck: stuck: nobody is left who could wake this thread"))
    #expect(said(result).contains(" waits for event 'opening'"))
  }

  @Test func `is found where the last thread that could wake another ends`() async {
    let result = await #expect(processExitsWith: .exitCode(42), observing: [\.standardErrorContent])
    {
      check { $0.onDeadlock = .exit(42) }
      let jobs = Queue<Int>(name: "jobs")
      let consumer = started("consumer") { _ = try jobs.get() }
      started("producer") { untilTrue { Checking.waitingThreadCount == 2 } }
      consumer.join()
    }
    #expect(said(result).contains("thread 'consumer' waits for queue 'jobs'"))
  }

  @Test func `is found where a reader asks for the exclusive lock`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      let lock = RWLock(name: "table")
      lock.lockShared()
      let (reads, isOver) = (Event(), Event())
      let reader = started("reader") {
        lock.lockShared()
        reads.set()
        isOver.wait()
        lock.unlockShared()
      }
      reads.wait()
      precondition(isDeadlock { _ = try lock.lock(timeout: nil) })
      isOver.set()
      reader.join()
      lock.unlockShared()
    }
    #expect(said(result).contains("waits for rwlock 'table'"))
  }

  @Test func `is found where one of several readers never goes`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      let (table, outer) = (RWLock(name: "table"), Lock(name: "outer"))
      let (reads, isOver) = (Event(), Event())
      let first = started("first") {
        table.lockShared()
        reads.set()
        _ = try isOver.wait(timeout: .seconds(1_000))
        table.unlockShared()
      }
      reads.wait()
      outer.lock()
      let second = started("second") { table.withSharedLock { outer.withLock {} } }
      untilTrue { outer.isContended }
      precondition(isDeadlock { _ = try table.lock(timeout: nil) })
      outer.unlock()
      isOver.set()
      first.join()
      second.join()
    }
    #expect(said(result).contains("waits for rwlock 'table', that is for "))
  }

  @Test func `is found where a thread reads again behind a writer that waits`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      let lock = RWLock(name: "table")
      lock.lockShared()
      let writer = started("writer") { lock.withLock {} }
      untilTrue { lock.waitingCount == 1 && Checking.waitingThreadCount == 1 }
      precondition(isDeadlock { _ = try lock.lockShared(timeout: nil) })
      lock.unlockShared()
      writer.join()
    }
    #expect(said(result).contains("thread 'writer' waits for rwlock 'table'"))
  }

  @Test func `is found where a thread has ended with a lock`() async {
    let result = await #expect(processExitsWith: .exitCode(4), observing: [\.standardErrorContent])
    {
      check { $0.onDeadlock = .exit(4) }
      let lock = Lock(name: "till")
      started("clerk") { lock.lock() }.join()
      // Its last round may come after the join: then it is that which finds this wait.
      lock.lock()
    }
    #expect(said(result).contains("waits for lock 'till'"))
  }

  @Test func `ends the process as the environment says`() async {
    let result = await #expect(processExitsWith: .exitCode(42), observing: [\.standardErrorContent])
    {
      unsafe setenv("LOCKCHECK", "check-only", 1)
      unsafe setenv("LOCKCHECK_ON_DEADLOCK", "exit:42", 1)
      let lock = Lock(name: "till")
      lock.lock()
      lock.lock()
    }
    #expect(said(result).contains("waits for lock 'till', that is for itself"))
  }

  @Test func `traps where the method cannot throw`() async {
    await #expect(processExitsWith: .failure) {
      check()
      let lock = Lock(name: "till")
      lock.lock()
      lock.lock()
    }
  }

  @Test func `is found where the locks were taken before the checks were on`() async {
    await #expect(processExitsWith: .success) {
      let lock = Lock()
      lock.lock()
      check()
      precondition(isDeadlock { _ = try lock.lock(timeout: nil) })
      lock.unlock()
    }
  }
}

@Suite(.timeLimit(.minutes(2))) struct `What is no deadlock` {
  @Test func `is a wait for a thread that is merely slow`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check { $0.onDeadlock = .exit(1) }
      let lock = Lock()
      let event = Event()
      lock.lock()
      let slow = started("slow") { lock.withLock { event.set() } }
      untilTrue { Checking.waitingThreadCount == 1 }
      lock.unlock()
      event.wait()
      slow.join()
    }
    #expect(!said(result).contains("lockcheck"))
  }

  @Test func `is a wait that ends by itself, or an attempt`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check { $0.onDeadlock = .exit(1) }
      onThread {
        let lock = Lock()
        lock.lock()
        precondition(!lock.lockIfAvailable())
        precondition((try? lock.lock(timeout: .milliseconds(1))) == false)
        precondition((try? Event().wait(timeout: .milliseconds(1))) == false)
        precondition((try? Semaphore(value: 0).acquire(timeout: .milliseconds(1))) == false)
        lock.unlock()
      }
    }
    #expect(!said(result).contains("lockcheck"))
  }

  @Test func `is a lock that another thread gives back`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check { $0.onDeadlock = .exit(1) }
      let baton = Lock(handover: true)
      baton.lock()
      let other = started("other") {
        untilTrue { Checking.waitingThreadCount == 1 }
        baton.unlock()
      }
      baton.lock()
      baton.unlock()
      other.join()
    }
    #expect(!said(result).contains("lockcheck"))
  }

  @Test func `is a wait that a thread unknown to lockcheck could end`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      // The threads of the test runner are unknown.
      check {
        $0.onDeadlock = .exit(1)
        $0.ignoresUnknownThreads = false
      }
      let event = Event()
      let waiter = started("waiter") { event.wait() }
      started("joiner") { waiter.join() }
      untilTrue { Checking.waitingThreadCount == 2 }
      event.set()
      waiter.join()
    }
    #expect(!said(result).contains("lockcheck"))
  }

  @Test func `is whatever happens while the checks go on and off`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      let (lock, table, jobs) = (Lock(), RWLock(), Queue<Int>(capacity: 2))
      let workers = (0..<4).map { number in
        started("worker \(number)") {
          for round in 0..<2_000 {
            lock.withLock { table.withSharedLock {} }
            if round % 16 == 0 { lock.withLock { table.withLock {} } }
            if number % 2 == 0 { try jobs.put(round) } else { _ = try jobs.get() }
          }
        }
      }
      for _ in 0..<200 {
        check { $0.onDeadlock = .exit(1) }
        sched_yield()
        Checking.stop()
      }
      for worker in workers { worker.join() }
      precondition(Checking.waitingThreadCount == 0)
    }
    #expect(!said(result).contains("lockcheck"))
  }

  @Test func `is a long run of threads that wait for one another and go on`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check { $0.onDeadlock = .exit(1) }
      onThread {
        let jobs = Queue<Int>(capacity: 1)
        let condition = Condition()
        let turn = SharedAtomic(0)
        let threads = (0..<4).map { number in
          started("worker \(number)") {
            for round in 0..<500 {
              if number % 2 == 0 { try jobs.put(round) } else { _ = try jobs.get() }
              condition.withLock {
                condition.wait { turn.load() % 4 == number }
                turn.update { $0 += 1 }
                condition.notifyAll()
              }
            }
          }
        }
        for thread in threads { thread.join() }
      }
    }
    #expect(!said(result).contains("lockcheck"))
  }
}
