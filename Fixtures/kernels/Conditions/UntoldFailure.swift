import Lockcheck

enum UntoldFailure: Kernel {
  static let about = About(
    "untold-failure", "who fails tells nobody, and all wait for the outcome",
    source: "after moby#30408", ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let activated = Condition(lock: Lock(name: "plugin"), name: "activated")
    let outcome = Shared<Bool?>(nil, name: "outcome")
    let isWaiting = Cue()
    together(
      CheckedThread(name: "user") {
        activated.withLock {
          isWaiting.give()
          activated.wait(until: { outcome.load() != nil })
        }
      },
      CheckedThread(name: "activator") {
        if way == .hanging { isWaiting.wait() }
        let isReachable = false
        if way != .mended, !isReachable { return }
        activated.withLock {
          outcome.store(isReachable)
          activated.notifyAll()
        }
      })
  }
}
