import Lockcheck

enum EventUnderLock: Kernel {
  static let about = About(
    "event-under-lock", "a wait for an event with a lock that its setter takes first",
    source: "the pattern of moby#28462",
    ways: Way.allCases)

  static func run(_ way: Way) throws {
    let container = Lock(name: "container")
    let stopped = Event(name: "stopped")
    let health = Shared(0, name: "health")
    let (isHeld, isSet) = (Cue(), Cue())
    together(
      CheckedThread(name: "stopper") {
        if way == .lucky { isSet.wait() }
        if way == .otherwise {
          // Waits a while, and lets the monitor in.
          while !(try container.withLock({ try stopped.wait(timeout: .milliseconds(10)) })) {}
          return
        }
        container.withLock {
          isHeld.give()
          health.store(-1)
          if way != .mended { stopped.wait() }
        }
        if way == .mended { stopped.wait() }
      },
      CheckedThread(name: "monitor") {
        if way == .hanging { isHeld.wait() }
        container.withLock { health.modify { $0 += 1 } }
        stopped.set()
        isSet.give()
      })
  }
}
