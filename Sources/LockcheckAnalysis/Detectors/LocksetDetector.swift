public import LockcheckFindings
public import LockcheckTrace

/// Finds shared variables that are written without one lock that every access has in common.
///
/// Eraser's locksets [Savage et al. 1997] with its states, and two changes. A variable changes hands
/// where everything done to it so far must come before the next access, whoever holds which lock
/// (``Run/mustOrder``): after a join, say, the joiner owns it. And while it has one owner, accesses
/// under a lock count already (the paper forgets them), so that two threads that each use a lock of
/// their own once are noticed; only unlocked ones are forgiven, as the initialization they mostly
/// are. Nor does a read count that must come after every write so far (what was set up under a lock, and
/// published by an atomic pointer, a once or an event, is read without one): until somebody writes again.
///
/// Of the accesses that one thread makes under one and the same lockset, between two moments at which
/// anybody may learn of anything, the first of its kind is kept: the others could only be ordered as it
/// is, and have no fewer locks.
///
/// Misses what is wrong only in that first phase. Reports wrongly what is handed over by means other
/// than locks that the trace shows: a pattern, hence `possible`.
///
/// [Savage et al. 1997]: https://doi.org/10.1145/265924.265927
public struct LocksetDetector: Detector {
  /// Every operation that its state depends on.
  public let interests: OperationSet = [.read, .write, .create]
  /// The rules that it can find broken.
  public let rules: [Rule] = [.unlockedSharedWrite, .inconsistentLock]

  /// By object; variables only are ever looked at.
  private var variables = FlatTable(blank: VariableState())
  /// What threads beyond the first did to a variable, by ``VariableState/others``.
  private var others = VisitPool()
  private var locksets = Locksets()
  private var violations: [Violation] = []
  private var transfers: [RuledOut] = []
  /// What ``foresee(_:)`` has come by; never looked at.
  private var touched: UInt8 = 0

  /// Whether accesses like one that was seen are skipped.
  private let skipsRepeats: Bool

  /// Makes a detector that has seen nothing yet.
  public init() { self.init(skipsRepeats: true) }

  /// Makes a detector that looks at each access, or only at those that can tell it something.
  init(skipsRepeats: Bool) { self.skipsRepeats = skipsRepeats }

  /// Fetches the state of a variable.
  @inline(__always)
  public mutating func foresee(_ event: Event) {
    touched &+= variables.touch(event.object.index)
  }

  /// Takes note of one event.
  public mutating func observe(_ event: Event, at index: Int, in run: borrowing Run) {
    guard event.isEffective, event.object.isPresent else { return }
    let place = event.object.index
    variables.reach(place)
    if event.operation == .create {
      variables[place] = VariableState()
      return
    }
    let access = Access(event, at: index, held: run.held.set(of: event.thread))
    let locks = locksets.lockset(for: access.held, isWrite: access.isWrite, in: run.held)
    if variables[place].owner == event.thread {
      variables[place].own(access, locks, &locksets)
    } else if variables[place].isVirgin {
      variables[place].begin(access, locks)
    } else if variables[place].violation >= 0 {
      violations[Int(variables[place].violation)].note(access)
    } else if variables[place].hasSeen(access, since: run.mustOrder.exchangeCount),
      locksets.intersection(variables[place].common, locks) == variables[place].common
    {
      return
    } else {
      share(access, locks, on: event.object, in: run)
    }
  }

  /// An access by a thread that is not, or no longer, the only one.
  private mutating func share(
    _ access: Access, _ locks: LocksetID, on variable: ObjectID, in run: borrowing Run
  ) {
    let place = variable.index
    var common = variables[place].common
    common = common.isPresent ? locksets.intersection(common, locks) : locks
    if access.isWrite, variables[place].isPublished { common = .none }
    if common == .none, isHandedOver(place, to: access.thread, by: run.mustOrder) {
      ruleOut(access, on: variable, in: run)
      var others = variables[place].others
      others.removeAll()
      variables[place] = VariableState()
      variables[place].others = others
      variables[place].begin(access, locks)
      return
    }
    if common == .none, !access.isWrite,
      isPublished(place, to: access.thread, by: run.mustOrder)
    {
      if !variables[place].isPublished { ruleOut(access, on: variable, in: run) }
      variables[place].publish(access)
      visit(access, at: place)
      return
    }
    variables[place].share(access, common)
    visit(access, at: place)
    if skipsRepeats, locks == common {
      variables[place].see(access, at: run.mustOrder.exchangeCount)
    }
    if common == .none, variables[place].isWritten {
      let partner = partner(of: access, locks, at: place, in: run)
      variables[place].violation = Int32(violations.count)
      violations.append(
        Violation(
          variable: variable, earlier: partner, later: access,
          isUnlocked: variables[place].isUnlocked))
    }
  }

  /// Notes what one of several threads did.
  private mutating func visit(_ access: Access, at place: Int) {
    if variables[place].first.shown.thread == access.thread {
      variables[place].first.add(access)
      return
    }
    others.add(access, to: &variables[place].others)
  }

  /// What each thread did to the variable.
  private func visits(at place: Int) -> [Visit] {
    let state = variables[place]
    return [state.first] + others.visits(state.others)
  }

  /// Whether all that was done to the variable must come before what `thread` does next.
  private func isHandedOver(
    _ place: Int, to thread: ThreadID, by order: borrowing HappensBefore
  ) -> Bool {
    for visit in visits(at: place) where !visit.isOrdered(before: thread, by: order) {
      return false
    }
    return true
  }

  /// Whether every write so far must come before what `thread` does next.
  private func isPublished(
    _ place: Int, to thread: ThreadID, by order: borrowing HappensBefore
  ) -> Bool {
    variables[place].first.isWriteOrdered(before: thread, by: order)
      && others.areWritesOrdered(variables[place].others, before: thread, by: order)
  }

  /// The access to show beside `access`: one of another thread that has no lock in common with it,
  /// and a write if possible.
  private mutating func partner(
    of access: Access, _ locks: LocksetID, at place: Int, in run: borrowing Run
  ) -> Access {
    let others = visits(at: place).map(\.shown).filter { $0.thread != access.thread }
    func rank(_ other: Access) -> (Int, Int, Moment) {
      let theirs = locksets.lockset(for: other.held, isWrite: other.isWrite, in: run.held)
      let isDisjoint = locksets.intersection(locks, theirs) == .none
      return (isDisjoint ? 1 : 0, other.conflicts(with: access) ? 1 : 0, other.moment)
    }
    var best = others[0]
    for other in others.dropFirst() where rank(other) > rank(best) { best = other }
    return best
  }

  private mutating func ruleOut(_ access: Access, on variable: ObjectID, in run: borrowing Run) {
    guard variables[variable.index].isWritten || access.isWrite,
      transfers.count < Self.transferLimit,
      let earlier = visits(at: variable.index).last?.shown
    else { return }
    let steps = [earlier.step(on: variable, in: run), access.step(on: variable, in: run)]
    transfers.append(RuledOut(.unlockedSharedWrite, .ownershipTransfer, steps: steps))
  }

  /// How many hand-overs are listed: they are explanations, and one loop can make millions.
  private static let transferLimit = 1000

  /// Says what it found, after the last event.
  public mutating func finish(in run: borrowing Run) -> Detections {
    var findings: [Finding] = []
    for violation in violations { findings.append(violation.finding(in: run)) }
    return Detections(findings: findings, ruledOut: transfers)
  }
}

/// What one thread did to a variable, in short.
private struct Visit: BitwiseCopyable {
  /// Its last write, or its last access if it never wrote.
  var shown: Access
  /// When it last did anything.
  var last: Moment

  init(_ access: Access) {
    shown = access
    last = access.moment
  }

  @inline(__always)
  mutating func add(_ access: Access) {
    if access.isWrite || !shown.isWrite { shown = access }
    last = access.moment
  }

  func isOrdered(before thread: ThreadID, by order: borrowing HappensBefore) -> Bool {
    order.isKnown(shown.thread, last, to: thread)
  }

  func isWriteOrdered(before thread: ThreadID, by order: borrowing HappensBefore) -> Bool {
    !shown.isWrite || order.isKnown(shown.thread, shown.moment, to: thread)
  }
}

/// What threads beyond the first did to variables: a list for each variable, all in one table.
///
/// A list that is full moves to the end of the table and leaves its place empty, so that it is never
/// more than twice as large as it was at most.
private struct VisitPool {
  /// A list of visits by different threads, in order of their first one.
  struct List: BitwiseCopyable {
    fileprivate var start: UInt32 = 0
    fileprivate var count: UInt32 = 0
    fileprivate var capacity: UInt32 = 0

    /// Forgets the visits and keeps the place.
    mutating func removeAll() { count = 0 }

    /// The places of the visits.
    @inline(__always) fileprivate var places: Range<Int> { Int(start)..<Int(start + count) }
  }

  private var visits = FlatTable(blank: Visit(.none))

  /// Notes an access in the visit of its thread.
  mutating func add(_ access: Access, to list: inout List) {
    for place in list.places where visits[place].shown.thread == access.thread {
      visits[place].add(access)
      return
    }
    if list.count == list.capacity { move(&list) }
    visits[list.places.upperBound] = Visit(access)
    list.count += 1
  }

  private mutating func move(_ list: inout List) {
    let start = visits.count
    list.capacity = max(2, list.capacity * 2)
    visits.reach(start + Int(list.capacity) - 1)
    for place in 0..<Int(list.count) { visits[start + place] = visits[Int(list.start) + place] }
    list.start = UInt32(start)
  }

  /// Whether every write in a list must come before what `thread` does next.
  func areWritesOrdered(
    _ list: List, before thread: ThreadID, by order: borrowing HappensBefore
  ) -> Bool {
    for place in list.places
    where !visits[place].isWriteOrdered(before: thread, by: order) {
      return false
    }
    return true
  }

  /// The visits of a list.
  func visits(_ list: List) -> [Visit] { list.places.map { visits[$0] } }
}

/// A variable's place among Eraser's states. As large as a cache line.
private struct VariableState: BitwiseCopyable {
  /// The only thread so far; absent before the first access and after the variable was shared.
  var owner = ThreadID.absent
  /// C(v): the locks that every access that counts held; absent while none counts.
  var common = LocksetID.absent
  /// What the first thread did.
  var first = Visit(.none)
  /// What the other threads did.
  var others = VisitPool.List()
  /// The place of the violation that was found, or -1.
  var violation: Int32 = -1
  /// Whether an access that counts was a write.
  var isWritten = false
  /// Whether an access that counts held no lock.
  var isUnlocked = false
  /// Whether reads were let pass since they come after every write.
  private(set) var isPublished = false
  /// ``HappensBefore/exchangeCount`` as ``seen`` was begun.
  private var exchangeCount: UInt32 = 0
  /// Once it is shared: which of the first 32 threads have accessed it under just the locks of
  /// ``common``, and which of them have written it; a bit each.
  private var seen: UInt64 = 0

  /// Whether nothing has been done to it.
  var isVirgin: Bool { !first.shown.isPresent }

  /// Virgin → Exclusive.
  mutating func begin(_ access: Access, _ locks: LocksetID) {
    owner = access.thread
    first = Visit(access)
    if locks != .none {
      common = locks
      isWritten = access.isWrite
    }
  }

  /// Exclusive → Exclusive.
  @inline(__always)
  mutating func own(_ access: Access, _ locks: LocksetID, _ locksets: inout Locksets) {
    first.add(access)
    guard locks != .none else { return }
    common = common.isPresent ? locksets.intersection(common, locks) : locks
    isWritten = isWritten || access.isWrite
  }

  /// Read by a thread that knows of every write.
  mutating func publish(_ access: Access) {
    owner = .absent
    isPublished = true
    isUnlocked = isUnlocked || access.held == .none
    seen = 0
  }

  /// Exclusive → Shared or Shared-Modified, and on from there.
  @inline(__always)
  mutating func share(_ access: Access, _ common: LocksetID) {
    owner = .absent
    if common != self.common { seen = 0 }
    self.common = common
    isWritten = isWritten || access.isWrite
    isUnlocked = isUnlocked || access.held == .none
  }
}

extension VariableState {
  /// Whether its thread has made an access like this one, or a write, under just the locks that all
  /// have in common, and nobody can have learned of anything since.
  @inline(__always)
  func hasSeen(_ access: Access, since exchangeCount: UInt32) -> Bool {
    let thread = access.thread.rawValue
    return thread < 32 && exchangeCount == self.exchangeCount
      && seen >> UInt64(access.isWrite ? thread + 32 : thread) & 1 == 1
  }

  /// Notes an access under just the locks that all have in common.
  @inline(__always)
  mutating func see(_ access: Access, at exchangeCount: UInt32) {
    let thread = access.thread.rawValue
    guard thread < 32 else { return }
    if exchangeCount != self.exchangeCount { seen = 0 }
    self.exchangeCount = exchangeCount
    seen |= 1 << UInt64(thread) | (access.isWrite ? 1 << UInt64(thread + 32) : 0)
  }
}

/// A variable that is written without one lock in common.
private struct Violation {
  var variable: ObjectID
  var earlier: Access
  var later: Access
  var isUnlocked: Bool
  var count = 1

  /// One more access to a variable that is known to be unprotected.
  mutating func note(_ access: Access) {
    count += 1
    isUnlocked = isUnlocked || access.held == .none
  }

  func finding(in run: borrowing Run) -> Finding {
    var finding = Finding(
      isUnlocked ? .unlockedSharedWrite : .inconsistentLock, .possible,
      isUnlocked ? .unlocked : .noCommonLock,
      steps: [earlier.step(on: variable, in: run), later.step(on: variable, in: run)])
    finding.occurrenceCount = count
    return finding
  }
}
