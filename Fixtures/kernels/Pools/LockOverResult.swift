import Lockcheck

enum LockOverResult: Kernel {
  static let about = About(
    "lock-over-result", "a result is waited for under a lock that the task takes",
    source: "the pattern of a future under synchronized")

  static func run(_ way: Way) throws {
    let index = Lock(name: "index")
    let count = Shared(0, name: "count")
    let (isHeld, isDone) = (Cue(), Cue())
    let pool = ThreadPool(workers: 1, name: "pool")
    let future = try pool.submit {
      if way == .hanging { isHeld.wait() }
      index.withLock { count.modify { $0 += 1 } }
      isDone.give()
    }
    future.name = "future"
    if way == .lucky { isDone.wait() }
    try index.withLock {
      isHeld.give()
      if way != .mended { try future.result() }
    }
    if way == .mended { try future.result() }
    pool.shutDown()
  }
}
