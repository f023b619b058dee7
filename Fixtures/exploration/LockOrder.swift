import Lockcheck

extension ExplorationProgram {
  /// SCTBench's `CS/deadlock01`: two locks in opposite orders.
  static let deadlock01 = ExplorationProgram(
    "deadlock01", origin: "SCTBench CS/deadlock01_bad", bug: "two locks in opposite orders",
    .deadlock
  ) { isMended in
    let a = Lock(name: "a")
    let b = Lock(name: "b")
    let counter = Shared(1, name: "counter")
    let up = thread("up") { a.withLock { b.withLock { counter.modify { $0 += 1 } } } }
    let (outer, inner) = isMended ? (a, b) : (b, a)
    let down = thread("down") {
      outer.withLock { inner.withLock { counter.modify { $0 -= 1 } } }
    }
    try together(up, down)
  }

  /// SCTBench's `CS/carter01`: the first of a class takes a lock inside the lock of the counts, which
  /// whoever gives it back needs.
  static let carter01 = ExplorationProgram(
    "carter01", origin: "SCTBench CS/carter01_bad",
    bug: "a thread waits for a lock while it holds what the owner needs to give it back", .deadlock
  ) { isMended in
    let counts = Lock(name: "counts")
    let turn = Lock(name: "turn")
    let visit: @Sendable (Shared<Int>) -> Void = { visitors in
      if isMended { return turn.withLock { counts.withLock { visitors.modify { $0 += 1 } } } }
      counts.withLock {
        visitors.modify { $0 += 1 }
        if visitors.load() == 1 { turn.lock() }
      }
      counts.withLock {
        visitors.modify { $0 -= 1 }
        if visitors.load() == 0 { turn.unlock() }
      }
    }
    let a = Shared(0, name: "a")
    let b = Shared(0, name: "b")
    try together(
      thread("a") { visit(a) }, thread("b") { visit(b) }, thread("idle 1") {}, thread("idle 2") {})
  }

  /// SCTBench's `CS/phase01`: a lock is taken a second time and kept, so that one of two threads waits for
  /// ever, in every schedule.
  static let phase01 = ExplorationProgram(
    "phase01", origin: "SCTBench CS/phase01_bad", bug: "a lock is never given back", .deadlock
  ) { isMended in
    let x = Lock(name: "x")
    let y = Lock(name: "y")
    let phases = threads(2, "phases") { _ in
      x.lock()
      x.unlock()
      x.lock()
      if isMended { x.unlock() }
      y.withLock {}
      y.withLock {}
    }
    try together(phases)
  }
}
