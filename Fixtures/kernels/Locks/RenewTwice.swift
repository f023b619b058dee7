import Lockcheck

enum RenewTwice: Kernel {
  static let about = About(
    "renew-twice", "a writer calls a function that takes the lock to write",
    source: "after etcd#10492", ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let lessor = RWLock(name: "lessor")
    let lease = Shared(0, name: "lease")
    @Sendable func checkpoint() {
      if way == .mended { return lease.store(1) }
      lessor.withLock { lease.store(1) }
    }
    together(CheckedThread(name: "renewer") { lessor.withLock { checkpoint() } })
  }
}
