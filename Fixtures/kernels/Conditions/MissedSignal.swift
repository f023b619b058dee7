import Lockcheck

enum MissedSignal: Kernel {
  static let about = About(
    "missed-signal", "a notify before the wait, and nobody looks first",
    source: "the pattern of a wait without a look",
    ways: Way.allCases)

  static func run(_ way: Way) throws {
    let started = Condition(lock: Lock(name: "lock"), name: "started")
    let isStarted = Shared(false, name: "isStarted")
    // Otherwise, a semaphore, which remembers.
    let startedOnce = Lockcheck.Semaphore(value: 0, name: "startedOnce")
    let isNotified = Cue()
    together(
      CheckedThread(name: "client") {
        if way == .hanging { isNotified.wait() }
        if way == .otherwise { return startedOnce.acquire() }
        started.withLock {
          if way == .mended { return started.wait(until: { isStarted.load() }) }
          started.wait()
        }
      },
      CheckedThread(name: "server") {
        if way == .lucky { until { started.waitingCount == 1 } }
        started.withLock {
          isStarted.store(true)
          started.notify()
        }
        if way == .otherwise { startedOnce.release() }
        isNotified.give()
      })
  }
}
