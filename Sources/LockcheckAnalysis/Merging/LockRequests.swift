public import LockcheckFindings
public import LockcheckTrace

/// Every request for a lock that a run's threads made with others in their hands: what it takes to look
/// for lock-order cycles through several runs.
///
/// Each different request is kept once, with its lock and mode, the locks held around it, its thread,
/// its place in the code, and a count; held locks are paths of one trie. Memory grows with different
/// requests and nestings, not with events.
public struct LockRequests: Sendable {
  let table: LockDependencyTable
  let held: HeldLocks
  let users: LockUsers
  /// The locks of each cycle that was reported of the run itself, in the order of its steps.
  let reported: [[ObjectID]]
  /// How many objects the run's tables have; what stands for something else than an object is beyond.
  private let objectCount: Int
  /// The thread of the first event, which every run of a program has.
  public let firstThread: ThreadID
  /// What every promise about the run takes for granted.
  public let assumptions: [Assumption]

  init(
    _ table: LockDependencyTable, _ users: LockUsers, reported: [Finding],
    in run: borrowing Run
  ) {
    self.table = table
    self.users = users
    self.held = run.held
    self.reported = reported.map { $0.steps.map(\.object) }
    self.objectCount = run.tables.objects.count
    self.firstThread = run.firstThread
    self.assumptions = run.assumptions
  }

  /// How many different requests there are.
  public var count: Int { table.dependencies.count }

  /// The locks of a set, outermost first.
  func locks(of set: HeldSetID) -> [HeldLock] {
    held.locks(of: set).filter { $0.object.index < objectCount }
  }

  /// The locks that are asked for or held around requests, each once, and in order.
  ///
  /// - Complexity: Linear in requests and nestings, and a sort.
  public var locks: [ObjectID] {
    var locks = Set(table.dependencies.map(\.key.lock))
    for nesting in 1..<held.nestingCount {
      locks.insert(held.innermost(of: HeldSetID(nesting)).lock)
    }
    return locks.filter { $0.index < objectCount }.sorted()
  }
}
