import Lockcheck

enum Evictor: Kernel {
  static let about = About(
    "evictor", "an evictor takes pool and connection, who returns one takes connection and pool",
    source: "after DBCP-44", ways: Way.allCases)

  static func run(_ way: Way) throws {
    let pool = RLock(name: "pool")
    let connection = RLock(name: "connection")
    let idle = Shared(1, name: "idle")
    // Otherwise, one lock around both.
    let gate = RLock(name: "gate")
    let (both, first) = (Cue(), Cue())
    @Sendable func giveBack() { pool.withLock { idle.modify { $0 += 1 } } }
    together(
      CheckedThread(name: "evictor") {
        if way == .otherwise { gate.lock() }
        defer { if way == .otherwise { gate.unlock() } }
        pool.withLock {
          if way == .hanging { both.meet() }
          pool.withLock { idle.modify { $0 -= 1 } }
          connection.withLock {}
        }
        first.give()
      },
      CheckedThread(name: "borrower") {
        if way == .lucky { first.wait() }
        if way == .otherwise { gate.lock() }
        defer { if way == .otherwise { gate.unlock() } }
        connection.withLock {
          if way == .hanging { both.meet() }
          if way != .mended { giveBack() }
        }
        if way == .mended { giveBack() }
      })
  }
}
