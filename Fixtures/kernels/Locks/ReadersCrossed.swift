import Lockcheck

enum ReadersCrossed: Kernel {
  static let about = About(
    "readers-crossed", "each reads what the other wants to write, and writes what it reads",
    source: "the pattern of cockroach#3710")

  static func run(_ way: Way) throws {
    let store = RWLock(name: "store")
    let group = RWLock(name: "group")
    let (both, first) = (Cue(), Cue())
    together(
      CheckedThread(name: "scanner") {
        store.withSharedLock {
          if way == .hanging { both.meet() }
          if way != .mended { group.withLock {} }
        }
        if way == .mended { group.withLock {} }
        first.give()
      },
      CheckedThread(name: "processor") {
        if way == .lucky { first.wait() }
        group.withSharedLock {
          if way == .hanging { both.meet() }
          store.withLock {}
        }
      })
  }
}
