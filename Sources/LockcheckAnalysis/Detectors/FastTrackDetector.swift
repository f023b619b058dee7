import LockcheckFindings
public import LockcheckTrace

/// Finds data races of the schedule that ran: conflicting accesses that nothing orders.
///
/// [Flanagan & Freund 2009] (FastTrack) keep the last write and, while reads are ordered, the last
/// read of a variable; this keeps, for any kind of access, those that no later and stronger access
/// is ordered after. In a program without races that is the same two. The order is *schedulable*
/// happens-before [Mathur, Kini & Viswanathan 2018]: a read also comes after the write that it saw,
/// once the two have been compared, so that every pair reported is a race of some schedule and not
/// only the first.
///
/// Misses races that a lock happened to order in this run. Reports nothing wrongly as long as the
/// trace holds every synchronization.
///
/// [Flanagan & Freund 2009]: https://doi.org/10.1145/1542476.1542490
/// [Mathur, Kini & Viswanathan 2018]: https://doi.org/10.1145/3276515
public struct FastTrackDetector: Detector {
  public let interests = OperationSet.all

  private var order = HappensBefore(lockEdges: true)
  /// By object; variables only are ever looked at.
  private var variables: [VariableHistory] = []
  private var races = RaceLedger()
  /// With accesses ordered by clocks only: whether it has become uncertain what some read saw.
  private var isReadUncertain = false

  /// Makes a detector that has seen nothing yet.
  public init() {}

  public mutating func observe(_ event: Event, at index: Int, in run: borrowing Run) {
    guard event.operation.isAccess else {
      order.observe(event, at: index, lock: run.conditionLock(of: event), tables: run.tables)
      return
    }
    guard event.isEffective else { return }
    order.touch(event.thread, Moment(index + 1))
    let variable = event.object
    while variables.count <= variable.index { variables.append(VariableHistory()) }
    if variables[variable.index].isRepeated(event, lastGift: order.lastGift(of: event.thread)) {
      return
    }
    let access = Access(event, at: index, held: run.held.set(of: event.thread))
    if access.isAtomic { order.takeAtomically(event) }
    if let earlier = variables[variable.index].unordered(with: access, by: order) {
      note(earlier, access, on: variable, in: run)
    }
    // What it sees comes before it, but only after the two have been compared.
    if event.operation != .write, event.operation != .atomicWrite {
      order.take(variables[variable.index].lastGift, by: event.thread)
      isReadUncertain = isReadUncertain || variables[variable.index].isRacy
    }
    if access.isAtomic { order.giveAtomically(event, access.moment) }
    variables[variable.index].keep(access, by: order)
    if access.isWrite {
      variables[variable.index].lastGift = order.give(event.thread, access.moment)
    }
  }

  private mutating func note(
    _ earlier: Access, _ later: Access, on variable: ObjectID, in run: borrowing Run
  ) {
    variables[variable.index].isRacy = true
    let isCertain = run.accessOrder == .exact || !isReadUncertain
    races.note(earlier, later, on: variable, isCertain: isCertain)
  }

  public mutating func finish(in run: borrowing Run) -> Detections {
    Detections(findings: races.findings(in: run))
  }
}

/// What is kept of the accesses to one variable.
private struct VariableHistory {
  /// Accesses that no later access that conflicts with as much is ordered after.
  ///
  /// The first two are kept in line, since there are seldom more.
  private var first: Access?
  private var second: Access?
  private var others: [Access] = []
  /// What the last write gives to the reads that see it.
  var lastGift = SyncClock()
  /// Whether a race on it has been seen: every later access is then looked at.
  var isRacy = false

  /// Whether the same thread has done the same thing, and nothing since that could make a
  /// difference: FastTrack's "same epoch".
  @inline(__always)
  func isRepeated(_ event: Event, lastGift: Moment) -> Bool {
    // A write is never skipped: the reads that see it come after everything before it.
    guard event.operation == .read, !isRacy, others.isEmpty else { return false }
    if let second, second.operation == .read {
      return second.thread == event.thread && second.moment > lastGift
    }
    guard second == nil, let first, first.operation == .read else { return false }
    return first.thread == event.thread && first.moment > lastGift
  }

  /// An earlier access that makes a race with `access`: a write before a read, a later one before an
  /// earlier one.
  func unordered(with access: Access, by order: borrowing HappensBefore) -> Access? {
    var best: Access?
    func consider(_ earlier: Access) {
      guard earlier.conflicts(with: access),
        !order.isKnown(earlier.thread, earlier.moment, to: access.thread)
      else { return }
      guard let other = best else {
        best = earlier
        return
      }
      if (earlier.isWrite ? 1 : 0, earlier.moment) > (other.isWrite ? 1 : 0, other.moment) {
        best = earlier
      }
    }
    if let first { consider(first) }
    if let second { consider(second) }
    for other in others { consider(other) }
    return best
  }

  /// Adds `access`, and drops those that it makes superfluous: whatever races with them and comes
  /// later races with `access` too, unless it is ordered after both.
  mutating func keep(_ access: Access, by order: borrowing HappensBefore) {
    func isCovered(_ earlier: Access) -> Bool {
      access.covers(earlier) && order.isKnown(earlier.thread, earlier.moment, to: access.thread)
    }
    if let first, isCovered(first) { self.first = nil }
    if let second, isCovered(second) { self.second = nil }
    if !others.isEmpty { others.removeAll(where: isCovered) }
    if first == nil {
      first = second
      second = others.popLast()
    }
    if first == nil {
      first = access
    } else if second == nil {
      second = access
    } else {
      others.append(second!)
      second = access
    }
  }
}

extension Access {
  /// Whether it conflicts with everything that `other` conflicts with.
  fileprivate func covers(_ other: Access) -> Bool {
    switch operation {
    case .write: true
    case .read: !other.isWrite
    case .atomicRead: other.operation == .atomicRead
    default: other.isAtomic
    }
  }
}
