import Lockcheck

enum StopTooFew: Kernel {
  static let about = About(
    "stop-too-few", "a pool tells as many workers to stop as have counted themselves by then",
    source: "the tutorial's second pool, closed")

  static func run(_ way: Way) throws {
    let jobs = Queue<Int?>(name: "jobs")
    let pool = Lock(name: "pool")
    let workerCount = Shared(0, name: "workerCount")
    let (isClosed, isCounted) = (Cue(), Cue())
    @Sendable func count() { pool.withLock { workerCount.modify { $0 += 1 } } }
    // Mended, who makes a worker counts it.
    if way == .mended { count() }
    CheckedThread(name: "worker") {
      if way == .hanging { isClosed.wait() }
      if way != .mended { count() }
      isCounted.give()
      while try jobs.get() != nil {}
    }.start()
    if way == .lucky { isCounted.wait() }
    for _ in 0..<pool.withLock({ workerCount.load() }) { try jobs.put(nil) }
    isClosed.give()
  }
}
