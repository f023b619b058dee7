import Lockcheck

enum WithoutLock: Kernel {
  static let about = About(
    "without-lock", "a notify without the condition's lock, which is refused",
    source: "the pattern of a signal outside the critical section", ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let ready = Condition(lock: Lock(name: "lock"), name: "ready")
    let isReady = Shared(false, name: "isReady")
    together(
      CheckedThread(name: "waiter") { ready.withLock { ready.wait(until: { isReady.load() }) } },
      CheckedThread(name: "notifier") {
        if way == .mended {
          return ready.withLock {
            isReady.store(true)
            ready.notify()
          }
        }
        until { ready.waitingCount == 1 }
        ready.withLock { isReady.store(true) }
        ready.notify()
      })
  }
}
