import Lockcheck

enum ABBA: Kernel {
  static let about = About(
    "abba", "two locks, taken in opposite orders", source: "after cockroach#10214",
    ways: Way.allCases)

  static func run(_ way: Way) throws {
    let raft = Lock(name: "raft")
    let heartbeats = Lock(name: "heartbeats")
    let (both, first) = (Cue(), Cue())
    together(
      CheckedThread(name: "ticker") {
        raft.withLock {
          if way == .hanging { both.meet() }
          heartbeats.withLock {}
        }
        first.give()
      },
      CheckedThread(name: "sender") {
        if way == .lucky { first.wait() }
        if way == .otherwise {
          // Takes the second lock only if that is free, and else starts again.
          while true {
            let isDone = heartbeats.withLock {
              guard raft.lockIfAvailable() else { return false }
              raft.unlock()
              return true
            }
            if isDone { return }
          }
        }
        if way == .mended { return raft.withLock { heartbeats.withLock {} } }
        heartbeats.withLock {
          if way == .hanging { both.meet() }
          raft.withLock {}
        }
      })
  }
}
