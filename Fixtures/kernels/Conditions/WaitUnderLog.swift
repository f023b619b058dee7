import Lockcheck

enum WaitUnderLog: Kernel {
  static let about = About(
    "wait-under-another-lock",
    "a wait with another lock held, which the notifier takes for its log",
    source: "the pattern of moby#29733")

  static func run(_ way: Way) throws {
    let log = RLock(name: "log")
    let active = Condition(lock: Lock(name: "plugins"), name: "active")
    let isActive = Shared(false, name: "isActive")
    let (isHeld, isLogged) = (Cue(), Cue())
    together(
      CheckedThread(name: "caller") {
        if way == .lucky { isLogged.wait() }
        try log.withLock {
          isHeld.give()
          try active.withLock {
            // Mended, it gives up after a while, lets the log go and comes back.
            if way == .mended {
              _ = try active.wait(timeout: .milliseconds(1), until: { isActive.load() })
            } else {
              active.wait(until: { isActive.load() })
            }
          }
        }
      },
      CheckedThread(name: "loader") {
        if way == .hanging { isHeld.wait() }
        log.withLock {}
        isLogged.give()
        if way == .lucky { until { active.waitingCount == 1 } }
        active.withLock {
          isActive.store(true)
          active.notifyAll()
        }
      })
  }
}
