import Lockcheck

enum TaskWaitsForEvent: Kernel {
  static let about = About(
    "task-waits-for-event", "all workers wait for an event that a task behind them sets",
    source: "the pattern of a latch counted down by tasks of the same pool")

  static func run(_ way: Way) throws {
    let pool = ThreadPool(workers: way == .mended ? 2 : 1, name: "pool")
    let isLoaded = Event(name: "isLoaded")
    if way == .lucky { _ = try pool.submit { isLoaded.set() } }
    let user = try pool.submit { isLoaded.wait() }
    user.name = "user"
    if way != .lucky { _ = try pool.submit { isLoaded.set() } }
    try user.result()
    pool.shutDown()
  }
}
