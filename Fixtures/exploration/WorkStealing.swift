import Lockcheck

extension ExplorationProgram {
  /// CHESS' `WorkStealQueue`: two items are pushed, one popped, twice over, and the rest popped, while a
  /// thief steals twice.
  static let workStealQueue = ExplorationProgram(
    "WorkStealQueue", origin: "SCTBench chess/WorkStealQueue",
    bug: "an item is pushed over one that a thief is about to read", .check
  ) { isMended in
    try pushAndPop(WorkStealQueue(size: 2, bug: isMended ? .none : .push, isSpinning: false))
  }

  /// CHESS' `InterlockedWorkStealQueue`: the same with a spin lock.
  static let interlockedWorkStealQueue = ExplorationProgram(
    "InterlockedWorkStealQueue", origin: "SCTBench chess/InterlockedWorkStealQueue",
    bug: "an item is pushed over one that a thief is about to read", .check
  ) { isMended in
    try pushAndPop(WorkStealQueue(size: 2, bug: isMended ? .none : .push, isSpinning: true))
  }

  /// The same program with the second of the bugs that the source of CHESS' queue tells of.
  static let poppingWorkStealQueue = ExplorationProgram(
    "WorkStealQueue_pop",
    origin: "SCTBench chess/InterlockedWorkStealQueueWithState, its bug in pop",
    bug: "the owner looks at the head before it says what it takes", .check
  ) { isMended in
    try pushAndPop(WorkStealQueue(size: 2, bug: isMended ? .none : .pop, isSpinning: true))
  }

  /// CHESS' `StateWorkStealQueue`, which pushes all items before it pops, with two thieves; the bug is the
  /// third that its source tells of.
  static let stateWorkStealQueue = ExplorationProgram(
    "WorkStealQueue_steal", origin: "SCTBench chess/StateWorkStealQueue, its bug in steal",
    bug: "a thief looks at the tail before it says what it takes", .check
  ) { isMended in
    let queue = WorkStealQueue(size: 2, bug: isMended ? .none : .steal, isSpinning: true)
    let items = Items(4)
    try together(items.thieves(2, of: queue)) {
      for item in 0..<4 { try queue.push(item) }
      for _ in 0..<4 { try items.use(queue.pop()) }
    }
    try items.check()
  }

  private static func pushAndPop(_ queue: WorkStealQueue) throws {
    let items = Items(4)
    try together(items.thieves(1, of: queue)) {
      for pair in 0..<2 {
        try queue.push(2 * pair)
        try queue.push(2 * pair + 1)
        try items.use(queue.pop())
      }
      for _ in 0..<2 { try items.use(queue.pop()) }
    }
    try items.check()
  }
}

/// Items that count how often each was used.
private final class Items: Sendable {
  private let uses: [Shared<Int>]

  init(_ count: Int) { uses = (0..<count).map { Shared(0, name: "item \($0)") } }

  func thieves(_ count: Int, of queue: WorkStealQueue) -> [CheckedThread] {
    threads(count, "thief") { _ in for _ in 0..<2 { try self.use(queue.steal()) } }
  }

  func use(_ item: Int?) throws {
    guard let item else { return }
    guard uses.indices.contains(item) else { throw Broken("what was taken was never put") }
    uses[item].modify { $0 += 1 }
  }

  func check() throws {
    for (item, uses) in uses.enumerated() where uses.load() != 1 {
      throw Broken("item \(item) is not used once")
    }
  }
}
