import Lockcheck

extension ExplorationProgram {
  /// RADBench's `bug2`, in SpiderMonkey: the collector asks twice for the thread of a context.
  static let spiderMonkey = ExplorationProgram(
    "radbench_bug2",
    origin: "SCTBench radbench/bug2: SpiderMonkey, JS_ClearContextThread and JS_GC",
    bug: "a context loses its thread between the collector's look and its use", .check
  ) { isMended in
    let lock = isMended ? Lock(name: "contexts") : nil
    let owner = Shared<Int?>(nil, name: "context.thread")
    let user = thread("user") {
      for _ in 0..<3 {
        lock?.lock()
        owner.store(1)
        lock?.unlock()
        lock?.lock()
        owner.store(nil)
        lock?.unlock()
      }
    }
    try together(user) {
      for _ in 0..<3 {
        lock?.lock()
        defer { lock?.unlock() }
        if owner.load() != nil {
          guard owner.load() != nil else { throw Broken("the context has no thread any more") }
        }
      }
    }
  }

  /// RADBench's `bug6`, in NSPR: a reader reads again while a writer waits, who goes first.
  static let nsprLock = ExplorationProgram(
    "radbench_bug6", origin: "SCTBench radbench/bug6: NSPR, PR_RWLock_Rlock",
    bug: "a reader asks again behind a writer who waits for the reader", .deadlock
  ) { isMended in
    let lock = RWLock(name: "table")
    let reader = thread("read") {
      lock.lockShared()
      if !isMended {
        lock.lockShared()
        lock.unlockShared()
      }
      lock.unlockShared()
    }
    let writer = thread("write") { lock.withLock {} }
    try together(reader, writer)
  }

  /// SCTBench's `splash2`: the macro that waits for the threads at the end is empty.
  static let splashEnd = ExplorationProgram(
    "splash2_end", origin: "SCTBench splash2/fft", bug: "nobody waits for the end of the others",
    .check
  ) { isMended in
    let (barrier, lock) = (Barrier(parties: 2, name: "phase"), Lock(name: "id"))
    let next = Shared(0, name: "next id")
    let isDone = (0..<2).map { Shared(false, name: "done \($0)") }
    let work: @Sendable () throws -> Void = {
      let me = lock.withLock {
        next.modify { $0 += 1 }
        return next.load() - 1
      }
      for _ in 0..<2 { _ = try barrier.wait() }
      isDone[me].store(true)
    }
    let other = thread("worker", work)
    try together(other) {
      try work()
      if isMended { other.join() }
      guard isDone[0].load() && isDone[1].load() else {
        throw Broken("at the end before the others")
      }
    }
  }

  /// SPLASH-2's barrier of a count and a condition, without the number of its round: who has gone through
  /// comes again before the last one has seen that the count was set back.
  static let splashBarrier = ExplorationProgram(
    "splash2_barrier", origin: "SPLASH-2's BARRIER macro, without its cycle number",
    bug: "the next round begins before all have left the one before", .deadlock
  ) { isMended in
    let parties = 3
    let condition = Condition(name: "barrier")
    let count = Shared(0, name: "count")
    let round = Shared(0, name: "round")
    let arrive: @Sendable () -> Void = {
      condition.withLock {
        let mine = round.load()
        count.modify { $0 += 1 }
        if count.load() == parties {
          count.store(0)
          round.store(mine + 1)
          return condition.notifyAll()
        }
        while isMended ? round.load() == mine : count.load() != 0 { condition.wait() }
      }
    }
    try together(threads(parties, "worker") { _ in for _ in 0..<2 { arrive() } })
  }
}
