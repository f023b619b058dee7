import Lockcheck

enum MissedUnlock: Kernel {
  static let about = About(
    "missed-unlock", "a loop that goes on without giving the lock back",
    source: "after moby#7559", ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let connections = Lock(name: "connections")
    let failures = Shared(0, name: "failures")
    together(
      CheckedThread(name: "proxy") {
        for attempt in 0..<2 {
          connections.lock()
          if attempt == 0 {
            failures.modify { $0 += 1 }
            if way == .mended { connections.unlock() }
            continue
          }
          connections.unlock()
        }
      })
  }
}
