import Lockcheck

extension ExplorationProgram {
  /// SCTBench's `CS/wronglock*`: one thread counts under a lock, the others count the same under another.
  static func wrongLock(others: Int, name: String) -> ExplorationProgram {
    ExplorationProgram(
      name, origin: "SCTBench CS/\(name)_bad",
      bug: "the variable changes while its lock is held: \(others) threads take another", .check
    ) { isMended in
      let right = Lock(name: "right")
      let wrong = isMended ? right : Lock(name: "wrong")
      let count = Shared(0, name: "count")
      let one = thread("right") {
        try right.withLock {
          let before = count.load()
          count.modify { $0 += 1 }
          guard count.load() == before + 1 else { throw Broken("somebody else has counted") }
        }
      }
      let rest = threads(others, "wrong") { _ in wrong.withLock { count.modify { $0 += 1 } } }
      try together([one] + rest)
    }
  }
}
