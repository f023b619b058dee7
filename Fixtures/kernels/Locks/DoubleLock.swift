import Lockcheck

enum DoubleLock: Kernel {
  static let about = About(
    "double-lock", "a function with the lock held calls one that takes it",
    source: "after cockroach#9935", ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let log = Lock(name: "log")
    let lines = Shared(0, name: "lines")
    @Sendable func leave() { log.withLock { lines.store(-1) } }
    together(
      CheckedThread(name: "writer") {
        let isFull = log.withLock {
          lines.modify { $0 += 1 }
          if way != .mended { leave() }
          return true
        }
        if isFull, way == .mended { leave() }
      })
  }
}
