public import LockcheckFindings
public import LockcheckTrace

/// What is known about the run at one moment of it: kept once for all detectors.
public struct Run: ~Copyable {
  /// The things that events name.
  public var tables = TraceTables()
  /// Which locks each thread holds.
  public private(set) var held = HeldLocks()
  /// What each thread is about to do and not through with.
  public private(set) var pending = PendingEvents()
  /// How the objects that threads wait for stand.
  public private(set) var states = ObjectStates()
  /// What must come before what, whatever the scheduler does to the locks.
  ///
  /// Happens-before without the edges from a lock's release to its next acquire: fork and join,
  /// events, queue items and all the rest. Two steps that it orders cannot be two sides of a
  /// deadlock.
  public private(set) var mustOrder = HappensBefore(lockEdges: false)
  /// What cannot have happened and stands in the trace all the same.
  public private(set) var warnings: [AnalysisWarning] = []
  /// How many events have been seen.
  public private(set) var eventCount = 0
  /// The thread of the first event.
  public private(set) var firstThread = ThreadID.absent
  /// Whether any access to a variable has been seen: where none was, values were not traced.
  public private(set) var hasAccesses = false
  /// Whether each access stands where it took effect.
  public var accessOrder = TraceHeader.AccessOrder.exact
  /// Whether atomic accesses do, whatever the others do.
  public var hasExactAtomics = false
  /// Whether threads decide by values that nobody recorded.
  public var omitsValues = false
  /// How many events were dropped before the first one; nil where the trace has the beginning of the run.
  public var droppedEvents: UInt64?
  /// Whether parts of the trace are known to be missing.
  public var isIncomplete = false
  /// Whether events can be looked back at after the last one.
  var keepsHistory = false
  /// Which threads have ended.
  private var exited: [Bool] = []
  /// Never looked at. A value that holds an existential is lent by its address; without it, all of the
  /// run would be copied for every event that a detector sees.
  private let addressOnly: any Sendable = ()

  /// Makes the state before the first event.
  public init() {}

  /// What every promise about this run takes for granted.
  public var assumptions: [Assumption] {
    var assumptions: [Assumption] = []
    if !hasAccesses { assumptions.append(.valuesNotTraced) }
    if accessOrder == .approximate { assumptions.append(.approximateAccessOrder) }
    if isIncomplete { assumptions.append(.incompleteTrace) }
    return assumptions
  }

  /// Whether the thread's last event has been seen.
  public func hasExited(_ thread: ThreadID) -> Bool {
    thread.index < exited.count && exited[thread.index]
  }

  /// A step of a finding: the event with what its thread holds just now.
  public func step(_ event: Event, at index: Int) -> Step {
    Step(event, at: index, holding: held.locks(of: held.set(of: event.thread)))
  }

  /// Brings the state past `event`.
  @inline(__always)
  mutating func advance(past event: Event, at index: Int) {
    if index == 0 { firstThread = event.thread }
    eventCount = index + 1
    switch event.operation {
    case .read, .write:
      // Plain accesses neither order anything nor change what is held.
      hasAccesses = true
    case .acquire, .release: advanceLock(past: event, at: index)
    default: advanceOther(past: event, at: index)
    }
    pending.note(event, at: index)
    if hasExited(event.thread) { warnOfGhost(event, at: index) }
    if event.operation == .exit { exit(event.thread) }
  }

  /// A release of an rwlock in the mode in which its thread holds it, where the event says another:
  /// a recorder need not know, and a person who writes a trace need not say, in which mode a lock is
  /// given back.
  @inline(__always)
  func settled(_ release: Event) -> Event? {
    guard tables.objects.kind(of: release.object) == .rwlock,
      !held.holds(release.object, in: release.mode, by: release.thread),
      let mode = held.mode(of: release.object, by: release.thread)
    else { return nil }
    var release = release
    release.mode = mode
    return release
  }

  private mutating func advanceLock(past event: Event, at index: Int) {
    let kind = tables.objects.kind(of: event.object)
    if kind == .semaphore {
      mustOrder.observe(event, at: index, lock: .absent, tables: tables)
      states.observe(event, at: index, tables: tables)
    }
    guard event.isEffective, isHeldByThread(event.object) else { return }
    if event.operation == .acquire {
      let other = held.acquire(event)
      if other.isPresent { warn(.init(.acquiredWhileHeld(by: other), at: index, event)) }
    } else {
      held.release(event.object, by: event.thread)
    }
  }

  private mutating func advanceOther(past event: Event, at index: Int) {
    if event.operation.isAccess { hasAccesses = true }
    let lock = conditionLock(of: event)
    mustOrder.observe(event, at: index, lock: lock, tables: tables)
    states.observe(event, at: index, tables: tables)
    // The number of a thread that has ended, given to a new one.
    if event.operation == .fork, hasExited(event.child) { exited[event.child.index] = false }
    guard event.operation == .wait, lock.isPresent else { return }
    if event.isPending {
      held.suspend(lock, by: event.thread)
    } else {
      held.resume(lock, by: event.thread)
    }
  }

  private mutating func exit(_ thread: ThreadID) {
    while exited.count <= thread.index { exited.append(false) }
    exited[thread.index] = true
  }

  /// A thread that goes on after its last event has not ended, whatever the trace says.
  private mutating func warnOfGhost(_ event: Event, at index: Int) {
    guard event.operation != .dummy else { return }
    warn(.init(.actsAfterExit, at: index, thread: event.thread))
    exited[event.thread.index] = false
  }

  /// The lock that a wait on a condition gives up; absent for everything else, and where the trace
  /// does not say which it is.
  public func conditionLock(of event: Event) -> ObjectID {
    guard event.operation == .wait || event.operation == .notify,
      tables.objects.kind(of: event.object) == .condition
    else { return .absent }
    if event.lock.isPresent { return event.lock }
    if let lock = tables.objects[event.object].lock { return lock }
    // The end of a wait takes the lock that its beginning gave up, whether it says so or not.
    guard let entry = pending.entry(of: event.thread), !event.isPending,
      event.operation == .wait, entry.event.operation == .wait, entry.event.object == event.object
    else { return .absent }
    return entry.event.lock
  }

  /// Whether who acquired the object holds it until it is released: a lock, or a semaphore with one
  /// permit, which is a lock by another name.
  public func isHeldByThread(_ object: ObjectID) -> Bool {
    tables.objects.isHeldByThread(object)
  }

  mutating func warn(_ warning: AnalysisWarning) {
    if warnings.count < AnalysisWarning.limit { warnings.append(warning) }
  }
}

extension ObjectTable {
  /// Whether who acquired the object holds it until it is released: a lock, or a semaphore with one
  /// permit, which is a lock by another name.
  @inline(__always)
  func isHeldByThread(_ object: ObjectID) -> Bool {
    let kind = kind(of: object)
    return kind.isLock || (kind == .semaphore && self[object].value == 1)
  }
}

/// Something that a reader of the findings should know: what stands in a well-formed trace and cannot
/// have happened, and limits that were hit. Analysis goes on, and says so.
public struct AnalysisWarning: Sendable, Hashable {
  /// What it warns of.
  public enum Kind: Sendable, Hashable {
    /// A lock was acquired while another thread held it.
    case acquiredWhileHeld(by: ThreadID)
    /// A thread did something after its last event.
    case actsAfterExit
    /// Nothing of the trace's: the search for lock-order cycles was given up, the shortest ones found.
    /// `ruledOutOnly`: only patterns that are ruled out can be missing.
    case cycleSearchCutShort(ruledOutOnly: Bool)
    /// Nothing of the trace's: there were too many sorts of accesses to one variable, or too many accesses, to
    /// look at all of them for predicted races.
    case raceSearchCutShort
    /// Nothing of the trace's: it has more than `limit` events, so that no schedules were looked for.
    case tooLongForPrediction(limit: Int)
    /// Nothing in the trace says when it happened, so that nothing can be said of where the time goes.
    case noTimes
    /// Nothing of the trace's: a schedule that a predictor found did not stand up to the check, and
    /// what is wrong with it. A mistake of the analyzer's, which promises nothing by it.
    case witnessRefused(String)
  }

  /// How many are kept: they show that a recorder is wrong, which one is enough for.
  static let limit = 100

  /// What it warns of.
  public var kind: Kind
  /// The index of the event.
  public var event: Int
  /// Who did it.
  public var thread: ThreadID
  /// To what.
  public var object: ObjectID

  /// Makes a warning.
  public init(
    _ kind: Kind, at event: Int, thread: ThreadID, object: ObjectID = .absent
  ) {
    self.kind = kind
    self.event = event
    self.thread = thread
    self.object = object
  }

  init(_ kind: Kind, at index: Int, _ event: Event) {
    self.init(kind, at: index, thread: event.thread, object: event.object)
  }
}
