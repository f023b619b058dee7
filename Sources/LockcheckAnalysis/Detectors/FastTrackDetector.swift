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
  /// By object: what the thread of its last write knew then, for the reads that see it.
  private var gifts: [VectorClock] = []
  /// The histories of the few variables that two accesses do not tell of, by
  /// ``VariableHistory/others``.
  private var others: [[Access]] = []
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
    let now = Moment(index + 1)
    order.meet(event.thread)
    let place = event.object.index
    if place >= variables.count { makeRoom(for: run.tables.objects.count) }
    if variables[place].isRepeated(event, lastGift: order.lastGift(of: event.thread)) { return }

    let access = Access(event, at: index, held: run.held.set(of: event.thread))
    if access.isAtomic { order.takeAtomically(event) }
    let earlier = unordered(with: access, at: place)
    if earlier.isPresent { note(earlier, access, on: event.object, in: run) }
    if event.operation != .write, event.operation != .atomicWrite { see(at: place, event.thread) }
    if access.isAtomic { order.giveAtomically(event, now) }
    keep(access, at: place)
    if access.isWrite { write(access, at: place) }
  }

  private mutating func makeRoom(for count: Int) {
    variables.append(contentsOf: repeatElement(VariableHistory(), count: count - variables.count))
    gifts.append(contentsOf: repeatElement(VectorClock(), count: count - gifts.count))
  }

  /// What a read sees comes before it, but only after the two have been compared.
  private mutating func see(at place: Int, _ thread: ThreadID) {
    let history = variables[place]
    if history.lastWriter.isPresent,
      !order.isKnown(history.lastWriter, history.lastWrite, to: thread)
    {
      let seen = SyncClock(
        known: gifts[place], giver: history.lastWriter, moment: history.lastWrite)
      order.take(seen, by: thread)
    }
    isReadUncertain = isReadUncertain || history.isRacy
  }

  private mutating func write(_ access: Access, at place: Int) {
    variables[place].lastWriter = access.thread
    variables[place].lastWrite = access.moment
    order.give(access.thread, access.moment, into: &gifts[place])
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

// MARK: - Histories

extension FastTrackDetector {
  /// An earlier access that makes a race with `access`: a write rather than a read, a later one
  /// rather than an earlier one.
  private func unordered(with access: Access, at place: Int) -> Access {
    let history = variables[place]
    var best = Access.none
    consider(history.first, with: access, &best)
    consider(history.second, with: access, &best)
    if history.others >= 0 {
      for other in others[Int(history.others)] { consider(other, with: access, &best) }
    }
    return best
  }

  @inline(__always)
  private func consider(_ earlier: Access, with access: Access, _ best: inout Access) {
    guard earlier.isPresent, earlier.conflicts(with: access),
      !order.isKnown(earlier.thread, earlier.moment, to: access.thread)
    else { return }
    if !best.isPresent || (earlier.isWrite && !best.isWrite)
      || (earlier.isWrite == best.isWrite && earlier.moment > best.moment)
    {
      best = earlier
    }
  }

  /// Adds `access`, and drops those that it makes superfluous: whatever races with them and comes
  /// later races with `access` too, unless it is ordered after both.
  private mutating func keep(_ access: Access, at place: Int) {
    var history = variables[place]
    if isCovered(history.first, by: access) { history.first = .none }
    if isCovered(history.second, by: access) { history.second = .none }
    if history.others >= 0 { keepOthers(&history, access) }
    if !history.first.isPresent {
      history.first = history.second
      history.second = .none
    }
    if !history.first.isPresent {
      history.first = access
    } else if !history.second.isPresent {
      history.second = access
    } else {
      if history.others < 0 {
        history.others = Int32(others.count)
        others.append([])
      }
      others[Int(history.others)].append(history.second)
      history.second = access
    }
    variables[place] = history
  }

  private mutating func keepOthers(_ history: inout VariableHistory, _ access: Access) {
    let place = Int(history.others)
    var kept = 0
    for other in others[place] where !isCovered(other, by: access) {
      others[place][kept] = other
      kept += 1
    }
    others[place].removeLast(others[place].count - kept)
    if !history.first.isPresent, let other = others[place].popLast() { history.first = other }
  }

  @inline(__always)
  private func isCovered(_ earlier: Access, by access: Access) -> Bool {
    access.covers(earlier) && order.isKnown(earlier.thread, earlier.moment, to: access.thread)
  }
}

/// What is kept of the accesses to one variable: those that no later access that conflicts with as
/// much is ordered after. There are seldom more than two; the rest is kept apart.
private struct VariableHistory: BitwiseCopyable {
  /// Older than ``second``.
  var first = Access.none
  var second = Access.none
  /// The place of the rest, or -1.
  var others: Int32 = -1
  /// Whether a race on it has been seen: every later access is then looked at.
  var isRacy = false
  /// Who wrote it last, and when.
  var lastWriter = ThreadID.absent
  var lastWrite: Moment = 0

  /// Whether the same thread has done the same thing, and nothing since that could make a
  /// difference: FastTrack's "same epoch".
  ///
  /// A write is never skipped: the reads that see it come after everything before it.
  @inline(__always)
  func isRepeated(_ event: Event, lastGift: Moment) -> Bool {
    guard event.operation == .read, !isRacy, others < 0 else { return false }
    let latest = second.isPresent ? second : first
    return latest.operation == .read && latest.thread == event.thread && latest.moment > lastGift
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
