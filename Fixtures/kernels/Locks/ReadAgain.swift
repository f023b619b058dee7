import Lockcheck

enum ReadAgain: Kernel {
  static let about = About(
    "read-again", "a reader reads once more inside, and a writer asks in between",
    source: "after kubernetes#62464")

  static func run(_ way: Way) throws {
    let state = RWLock(name: "state")
    let policy = Shared(0, name: "policy")
    let (isReading, isThrough) = (Cue(), Cue())
    @Sendable func read() -> Int { state.withSharedLock { policy.load() } }
    together(
      CheckedThread(name: "manager") {
        _ = state.withSharedLock {
          if way == .hanging {
            isReading.give()
            until { state.waitingCount == 1 }
          }
          return way == .mended ? policy.load() : read()
        }
        isThrough.give()
      },
      CheckedThread(name: "updater") {
        if way == .hanging { isReading.wait() }
        if way == .lucky { isThrough.wait() }
        state.withLock { policy.store(1) }
      })
  }
}
