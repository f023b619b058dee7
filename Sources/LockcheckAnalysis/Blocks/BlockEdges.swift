import LockcheckTrace

/// What operations other than accesses have left behind, object by object: the tables of
/// ``HappensBefore`` with ``BlockMarks`` in the place of clocks.
struct BlockEdges {
  /// What the releases of one lock, rwlock or semaphore leave behind.
  struct LockMarks: Sendable {
    /// The last exclusive release of a lock.
    var exclusive = BlockMark.none
    /// The shared releases since the last exclusive acquire, or the releases of a semaphore.
    var shared = BlockMarks()
  }

  var locks: [LockMarks] = []
  var conditions: [ObjectID: ConditionClocks<BlockMarks>] = [:]
  var flags: [ObjectID: FlagClock<BlockMarks>] = [:]
  var barriers: [ObjectID: BarrierClocks<BlockMarks>] = [:]
  var queues: [ObjectID: QueueClocks<BlockMarks>] = [:]

  init() {}

  /// The tables at a moment before which nothing was left behind: who waits and what has been put, as
  /// `order` has it.
  init(shapes order: borrowing HappensBefore) {
    conditions = order.conditions.mapValues { $0.map { _ in BlockMarks() } }
    flags = order.flags.mapValues { $0.map { _ in BlockMarks() } }
    barriers = order.barriers.mapValues { $0.map { _ in BlockMarks() } }
    queues = order.queues.mapValues { $0.map { _ in BlockMarks() } }
  }

  /// The same tables with other marks.
  func map(_ change: (BlockMarks) -> BlockMarks) -> BlockEdges {
    var other = BlockEdges()
    other.locks = locks.map { lock in
      LockMarks(exclusive: change(BlockMarks(lock.exclusive)).first, shared: change(lock.shared))
    }
    other.conditions = conditions.mapValues { $0.map(change) }
    other.flags = flags.mapValues { $0.map(change) }
    other.barriers = barriers.mapValues { $0.map(change) }
    other.queues = queues.mapValues { $0.map(change) }
    return other
  }

  /// Makes room for the lock.
  mutating func reach(_ lock: ObjectID) {
    while locks.count <= lock.index { locks.append(LockMarks()) }
  }
}
