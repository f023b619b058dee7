import Lockcheck

enum TimerUnderLock: Kernel {
  static let about = About(
    "timer-under-lock", "a delayed call is joined under a lock that it takes",
    source: "the pattern of etcd#7902", ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let session = Lock(name: "session")
    let isHeld = Cue()
    let expiry = DelayedCall(after: .zero, name: "expiry") {
      if way == .hanging { isHeld.wait() }
      session.withLock {}
    }
    expiry.start()
    session.withLock {
      isHeld.give()
      if way != .mended { expiry.join() }
    }
    if way == .mended { expiry.join() }
  }
}
