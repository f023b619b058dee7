import Lockcheck

enum BarrierUnderLock: Kernel {
  static let about = About(
    "barrier-under-lock", "a party waits at the barrier with the lock that the other needs to come",
    source: "the pattern of a phase that ends inside a critical section", ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let grid = Lock(name: "grid")
    let phase = Barrier(parties: 2, name: "phase")
    let cells = Shared(0, name: "cells")
    @Sendable func step() throws {
      if way == .mended {
        grid.withLock { cells.modify { $0 += 1 } }
        return _ = try phase.wait()
      }
      try grid.withLock {
        cells.modify { $0 += 1 }
        _ = try phase.wait()
      }
    }
    together(
      CheckedThread(name: "left") { try step() }, CheckedThread(name: "right") { try step() })
  }
}
