import LockcheckFindings
public import LockcheckTrace

/// Finds shared variables that are written without one lock that every access has in common.
///
/// Eraser's locksets [Savage et al. 1997] with its states, and two changes. A variable changes hands
/// where everything done to it so far must come before the next access, whoever holds which lock
/// (``Run/mustOrder``): after a join, say, the joiner owns it. And while it has one owner, accesses
/// under a lock count already (the paper forgets them), so that two threads that each use a lock of
/// their own once are noticed; only unlocked ones are forgiven, as the initialization they mostly
/// are.
///
/// Misses what is wrong only in that first phase. Reports wrongly what is handed over by means other
/// than locks that the trace shows: a pattern, hence `possible`.
///
/// [Savage et al. 1997]: https://doi.org/10.1145/265924.265927
public struct LocksetDetector: Detector {
  public let interests: OperationSet = [.read, .write]

  /// By object; variables only are ever looked at.
  private var variables: [VariableState] = []
  private var locksets = Locksets()
  private var violations: [Violation] = []
  private var transfers: [RuledOut] = []

  /// Makes a detector that has seen nothing yet.
  public init() {}

  public mutating func observe(_ event: Event, at index: Int, in run: borrowing Run) {
    guard event.isEffective else { return }
    let variable = event.object.index
    while variables.count <= variable { variables.append(VariableState()) }
    let access = Access(event, at: index, held: run.held.set(of: event.thread))
    let locks = locksets.lockset(for: access.held, isWrite: access.isWrite, in: run.held)
    if variables[variable].owner == event.thread {
      variables[variable].own(access, locks, &locksets)
    } else if variables[variable].isVirgin {
      variables[variable].begin(access, locks)
    } else {
      share(access, locks, on: event.object, in: run)
    }
  }

  /// An access by a thread that is not, or no longer, the only one.
  private mutating func share(
    _ access: Access, _ locks: LocksetID, on variable: ObjectID, in run: borrowing Run
  ) {
    let place = variable.index
    if variables[place].violation != nil {
      violations[variables[place].violation!].note(access)
      return
    }
    var common = variables[place].common
    common = common.isPresent ? locksets.intersection(common, locks) : locks
    if common == .none, variables[place].isHandedOver(to: access.thread, by: run.mustOrder) {
      if transfers.count < Self.transferLimit { ruleOut(access, on: variable, in: run) }
      variables[place] = VariableState()
      variables[place].begin(access, locks)
      return
    }
    variables[place].share(access, common)
    if common == .none, variables[place].isWritten {
      let others = variables[place].accesses.filter { $0.thread != access.thread }
      let partner = partner(of: access, locks, among: others, in: run)
      variables[place].violation = violations.count
      violations.append(
        Violation(
          variable: variable, earlier: partner, later: access,
          isUnlocked: variables[place].isUnlocked))
    }
  }

  /// The access to show beside `access`: one of another thread that has no lock in common with it,
  /// and a write if possible.
  private mutating func partner(
    of access: Access, _ locks: LocksetID, among others: [Access], in run: borrowing Run
  ) -> Access {
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
      let earlier = variables[variable.index].accesses.last
    else { return }
    let steps = [earlier.step(on: variable, in: run), access.step(on: variable, in: run)]
    transfers.append(RuledOut(.unlockedSharedWrite, .ownershipTransfer, steps: steps))
  }

  /// How many hand-overs are listed: they are explanations, and one loop can make millions.
  private static let transferLimit = 1000

  public mutating func finish(in run: borrowing Run) -> Detections {
    var findings: [Finding] = []
    for violation in violations { findings.append(violation.finding(in: run)) }
    return Detections(findings: findings, ruledOut: transfers)
  }
}

/// What one thread did to a variable, in short.
private struct Visit {
  /// Its last write, or its last access if it never wrote.
  var shown: Access
  /// When it last did anything.
  var last: Moment

  init(_ access: Access) {
    shown = access
    last = access.moment
  }

  mutating func add(_ access: Access) {
    if access.isWrite || !shown.isWrite { shown = access }
    last = access.moment
  }

  func isOrdered(before thread: ThreadID, by order: borrowing HappensBefore) -> Bool {
    order.isKnown(shown.thread, last, to: thread)
  }
}

/// A variable's place among Eraser's states.
private struct VariableState {
  /// The only thread so far; absent before the first access and after the variable was shared.
  var owner = ThreadID.absent
  /// C(v): the locks that every access that counts held; absent while none counts.
  var common = LocksetID.absent
  /// The first thread's visit, and those of the others: most variables have none.
  private var first: Visit?
  private var others: [Visit] = []
  /// Whether an access that counts was a write.
  var isWritten = false
  /// Whether an access that counts held no lock.
  var isUnlocked = false
  /// The place of the violation that was found, if one was.
  var violation: Int?

  /// Whether nothing has been done to it.
  var isVirgin: Bool { first == nil }

  /// What each thread did last.
  var accesses: [Access] { (first.map { [$0] } ?? []).map(\.shown) + others.map(\.shown) }

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
  mutating func own(_ access: Access, _ locks: LocksetID, _ locksets: inout Locksets) {
    first?.add(access)
    guard locks != .none else { return }
    common = common.isPresent ? locksets.intersection(common, locks) : locks
    isWritten = isWritten || access.isWrite
  }

  /// Exclusive → Shared or Shared-Modified, and on from there.
  mutating func share(_ access: Access, _ common: LocksetID) {
    owner = .absent
    self.common = common
    isWritten = isWritten || access.isWrite
    isUnlocked = isUnlocked || access.held == .none
    if first?.shown.thread == access.thread {
      first?.add(access)
    } else if let place = others.firstIndex(where: { $0.shown.thread == access.thread }) {
      others[place].add(access)
    } else {
      others.append(Visit(access))
    }
  }

  /// Whether all that was done to it must come before what `thread` does next.
  func isHandedOver(to thread: ThreadID, by order: borrowing HappensBefore) -> Bool {
    if let first, !first.isOrdered(before: thread, by: order) { return false }
    for visit in others where !visit.isOrdered(before: thread, by: order) { return false }
    return true
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
