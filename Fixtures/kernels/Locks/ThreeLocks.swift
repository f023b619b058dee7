import Lockcheck

enum ThreeLocks: Kernel {
  static let about = About(
    "three-locks", "three locks in a ring, each thread takes two",
    source: "the pattern of Dijkstra's philosophers", ways: Way.allCases)

  static func run(_ way: Way) throws {
    let locks = ["north", "east", "south"].map { Lock(name: $0) }
    // Otherwise, two of the three are let in at a time.
    let room = Lockcheck.Semaphore(value: 2, name: "room")
    let (all, turn) = (Cue(), Cue())
    let threads = (0..<3).map { i in
      CheckedThread(name: "T\(i)") {
        let pair = [i, (i + 1) % 3]
        let (one, other) = way == .mended ? (pair.min()!, pair.max()!) : (pair[0], pair[1])
        if way == .otherwise { room.acquire() }
        defer { if way == .otherwise { room.release() } }
        if way == .lucky { turn.wait(for: i) }
        locks[one].withLock {
          if way == .hanging { all.meet(3) }
          locks[other].withLock {}
        }
        turn.give()
      }
    }
    together(threads[0], threads[1], threads[2])
  }
}
