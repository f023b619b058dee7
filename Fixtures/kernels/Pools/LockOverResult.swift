import Lockcheck

enum LockOverResult: Kernel {
  static let about = About(
    "lock-over-result", "a result is waited for under a lock that the task takes",
    source: "the pattern of a future under synchronized",
    ways: Way.allCases)

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
    if way == .otherwise {
      // Asks for the result only once it is there.
      while !(try index.withLock({
        guard future.isDone else { return false }
        try future.result()
        return true
      })) {
        isDone.wait()
      }
      return pool.shutDown()
    }
    try index.withLock {
      isHeld.give()
      if way != .mended { try future.result() }
    }
    if way == .mended { try future.result() }
    pool.shutDown()
  }
}
