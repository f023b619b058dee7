import Lockcheck

enum MissedSignal: Kernel {
  static let about = About(
    "missed-signal", "a notify before the wait, and nobody looks first",
    source: "the pattern of a wait without a look")

  static func run(_ way: Way) throws {
    let started = Condition(lock: Lock(name: "lock"), name: "started")
    let isStarted = Shared(false, name: "isStarted")
    let isNotified = Cue()
    together(
      CheckedThread(name: "client") {
        if way == .hanging { isNotified.wait() }
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
        isNotified.give()
      })
  }
}
