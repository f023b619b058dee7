import Lockcheck

enum LeakedLock: Kernel {
  static let about = About(
    "leaked-lock", "a thread returns early with the lock, another asks for it",
    source: "after moby#17176", ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let devices = Lock(name: "devices")
    let count = Shared(0, name: "count")
    let cleaner = CheckedThread(name: "cleaner") {
      devices.lock()
      guard count.load() > 0 else {
        if way == .mended { devices.unlock() }
        return
      }
      count.store(0)
      devices.unlock()
    }
    together(cleaner)
    devices.withLock { count.store(1) }
  }
}
