public import LockcheckFindings
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
  /// Every operation that its state depends on.
  public let interests = OperationSet.all
  /// The rules that it can find broken.
  public let rules: [Rule] = [.dataRace]

  private var order = HappensBefore(lockEdges: true)
  /// By object; variables only are ever looked at.
  private var variables = FlatTable(blank: VariableHistory())
  /// What the threads of the last writes knew then, by ``VariableHistory/gift``.
  private var gifts = WriterClocks()
  /// The histories of the few variables that two accesses do not tell of, by
  /// ``VariableHistory/others``.
  private var others: [[Access]] = []
  private var races = RaceLedger()
  /// With accesses ordered by clocks only: the first of which it is uncertain what they saw.
  private var doubts = EarliestDoubts()
  /// What ``foresee(_:)`` has come by; never looked at.
  private var touched: UInt8 = 0

  /// Makes a detector that has seen nothing yet.
  public init() {}

  /// Makes a detector that forgets what writers knew as soon as there are `leastWriterClocks` of it and
  /// some of it is needed no more.
  init(leastWriterClocks: Int) { gifts = WriterClocks(leastLimit: leastWriterClocks) }

  /// Fetches the history of a variable.
  @inline(__always)
  public mutating func foresee(_ event: Event) {
    if event.operation.isAccess { touched &+= variables.touch(event.object.index) }
  }

  /// Takes note of one event.
  public mutating func observe(_ event: Event, at index: Int, in run: borrowing Run) {
    guard event.operation.isAccess else {
      order.observe(event, at: index, lock: run.conditionLock(of: event), tables: run.tables)
      // What was done to a variable that is gone is not done to the one that has its number now.
      if event.operation == .create, event.object.index < variables.count {
        variables[event.object.index] = VariableHistory()
      }
      return
    }
    guard event.isEffective else { return }
    let now = Moment(index + 1)
    order.meet(event.thread)
    let place = event.object.index
    variables.reach(place)
    if event.operation == .read, isRepeated(at: place, event.thread) { return }

    let access = Access(event, at: index, held: run.held.set(of: event.thread))
    if access.isAtomic {
      if run.accessOrder == .approximate, !run.hasExactAtomics,
        let earliest = earliestSwappable(access, at: place)
      {
        doubts.note(earliest, on: event.object)
      }
      order.takeAtomically(event, now)
    }
    let earlier = unordered(with: access, at: place)
    if earlier.isPresent { note(earlier, access, on: event.object, in: run) }
    // What has no order is no less a race for what the thread decides by it.
    let isWithoutOrder = access.isAtomic && event.attempt == .try
    if event.operation != .write, event.operation != .atomicWrite, !isWithoutOrder {
      see(at: place, event.thread, now)
    }
    if access.isAtomic { order.giveAtomically(event, now) }
    keep(access, at: place)
    if access.isWrite { write(access, at: place) }
  }

  /// What a read sees comes before it, but only after the two have been compared.
  private mutating func see(at place: Int, _ thread: ThreadID, _ now: Moment) {
    let writer = variables[place].lastWriter
    let moment = variables[place].lastWrite
    if writer.isPresent, !order.isKnown(writer, moment, to: thread) {
      let known = gifts[variables[place].gift]
      order.take(SyncClock(known: known, giver: writer, moment: moment), by: thread, at: now)
    }
  }

  private mutating func write(_ access: Access, at place: Int) {
    let thread = access.thread
    if gifts.isFull { sweepGifts() }
    variables[place].gift = gifts.number(of: thread, at: access.moment, by: order)
    order.noteGift(thread, access.moment)
    variables[place].lastWriter = thread
    variables[place].lastWrite = access.moment
  }

  /// Forgets what no variable's last writer knew.
  @inline(never)
  private mutating func sweepGifts() {
    for place in 0..<variables.count { gifts.mark(variables[place].gift) }
    gifts.sweep(variableCount: variables.count)
    for place in 0..<variables.count {
      variables[place].gift = gifts.newNumber(of: variables[place].gift)
    }
    gifts.endSweep()
  }

  private mutating func note(
    _ earlier: Access, _ later: Access, on variable: ObjectID, in run: borrowing Run
  ) {
    variables[variable.index].isRacy = true
    races.note(earlier, later, on: variable, isCertain: true)
    guard run.accessOrder == .approximate else { return }
    // In another order each may have seen what the other wrote, or a repetition of it that was left out
    // may have; whatever comes after it in its thread would come after that.
    if later.isWrite { doubts.note(earlier.moment, on: variable) }
    if earlier.isWrite { doubts.note(later.moment, on: variable) }
  }

  /// Says what it found, after the last event.
  public mutating func finish(in run: borrowing Run) -> Detections {
    races.weaken { variable, moment in doubts.areBefore(moment, except: variable) }
    return Detections(findings: races.findings(in: run))
  }
}

// MARK: - Histories

extension FastTrackDetector {
  /// Whether the thread has read the variable already, and nothing since could make a difference:
  /// FastTrack's "same epoch".
  ///
  /// There is no such thing for a write: the reads that see it come after everything before it.
  @inline(__always)
  private func isRepeated(at place: Int, _ thread: ThreadID) -> Bool {
    guard !variables[place].isRacy, variables[place].others < 0 else { return false }
    if variables[place].second.isPresent {
      return variables[place].second.operation == .read
        && variables[place].second.thread == thread
        && variables[place].second.moment > order.lastGift(of: thread)
    }
    return variables[place].first.operation == .read && variables[place].first.thread == thread
      && variables[place].first.moment > order.lastGift(of: thread)
  }

  /// An earlier access that makes a race with `access`: a write rather than a read, a later one
  /// rather than an earlier one.
  private func unordered(with access: Access, at place: Int) -> Access {
    var best = Access.none
    consider(variables[place].first, with: access, &best)
    consider(variables[place].second, with: access, &best)
    if variables[place].others >= 0 {
      for other in others[Int(variables[place].others)] { consider(other, with: access, &best) }
    }
    return best
  }

  /// The earliest access that the atomic one could just as well stand before, so that another write would be
  /// seen.
  private func earliestSwappable(_ access: Access, at place: Int) -> Moment? {
    func isSwappable(_ earlier: Access) -> Bool {
      earlier.isPresent && earlier.isAtomic && earlier.thread != access.thread
        && (earlier.isWrite || access.isWrite)
        && !order.isKnown(earlier.thread, earlier.moment, to: access.thread)
    }
    let history = variables[place]
    let known =
      [history.first, history.second] + (history.others >= 0 ? others[Int(history.others)] : [])
    return known.filter(isSwappable).map(\.moment).min()
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
    if isCovered(variables[place].first, by: access) { variables[place].first = .none }
    if isCovered(variables[place].second, by: access) { variables[place].second = .none }
    if variables[place].others >= 0 { keepOthers(at: place, access) }
    if !variables[place].first.isPresent {
      variables[place].first = variables[place].second
      variables[place].second = .none
    }
    if !variables[place].first.isPresent {
      variables[place].first = access
    } else if !variables[place].second.isPresent {
      variables[place].second = access
    } else {
      if variables[place].others < 0 {
        variables[place].others = Int32(others.count)
        others.append([])
      }
      others[Int(variables[place].others)].append(variables[place].second)
      variables[place].second = access
    }
  }

  private mutating func keepOthers(at place: Int, _ access: Access) {
    let list = Int(variables[place].others)
    var kept = 0
    for other in others[list] where !isCovered(other, by: access) {
      others[list][kept] = other
      kept += 1
    }
    others[list].removeLast(others[list].count - kept)
    if !variables[place].first.isPresent, let other = others[list].popLast() {
      variables[place].first = other
    }
  }

  @inline(__always)
  private func isCovered(_ earlier: Access, by access: Access) -> Bool {
    access.covers(earlier) && order.isKnown(earlier.thread, earlier.moment, to: access.thread)
  }
}

/// What is kept of the accesses to one variable: those that no later access that conflicts with as
/// much is ordered after. There are seldom more than two; the rest is kept apart.
///
/// As large as a cache line: with many variables, fetching it is most of what an access costs.
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
  /// What its last writer knew then, by number.
  var gift = WriterClocks.none
  private let padding: UInt32 = 0
}

/// The earliest accesses of which it is uncertain what they saw, to two variables.
private struct EarliestDoubts {
  private var first = Moment.max
  private var variable = ObjectID.absent
  /// The earliest to another variable.
  private var second = Moment.max

  mutating func note(_ moment: Moment, on object: ObjectID) {
    if object == variable {
      first = min(first, moment)
    } else if moment < first {
      (second, first, variable) = (first, moment, object)
    } else {
      second = min(second, moment)
    }
  }

  /// Whether one of them comes before a moment and is to another variable.
  func areBefore(_ moment: Moment, except object: ObjectID) -> Bool {
    (object == variable ? second : first) < moment
  }
}

extension Access {
  /// Whether it conflicts with everything that `other` conflicts with.
  @inline(__always)
  fileprivate func covers(_ other: Access) -> Bool {
    switch operation {
    case .write: true
    case .read: !other.isWrite
    case .atomicRead: other.operation == .atomicRead
    default: other.isAtomic
    }
  }
}
