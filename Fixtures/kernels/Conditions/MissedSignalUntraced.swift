import Lockcheck
import Synchronization

enum MissedSignalUntraced: Kernel {
  static let about = About(
    "missed-signal-untraced", "the same, of a flag that no trace shows",
    source: "the pattern of a wait without a look")

  static func run(_ way: Way) throws {
    let started = Condition(lock: Lock(name: "lock"), name: "started")
    let isStarted = Atomic(false)
    let isNotified = Cue()
    together(
      CheckedThread(name: "client") {
        if way == .hanging { isNotified.wait() }
        started.withLock {
          if way == .mended {
            while !isStarted.load(ordering: .relaxed) { started.wait() }
          } else {
            started.wait()
          }
        }
      },
      CheckedThread(name: "server") {
        if way == .lucky { until { started.waitingCount == 1 } }
        started.withLock {
          isStarted.store(true, ordering: .relaxed)
          started.notify()
        }
        isNotified.give()
      })
  }
}
