public import LockcheckTrace

/// A rule broken, with the events that prove it.
///
/// Says nothing in words and refers to everything by identifier: what it is called is settled by
/// ``Report`` and the renderers, after addresses have become names.
public struct Finding: Sendable, Equatable {
  /// Which rule.
  public var rule: Rule
  /// How sure.
  public var verdict: Verdict
  /// The variant of the rule, which decides the sentence that a reader sees.
  public var reason: Reason
  /// Who takes part, each once, in the order of the steps.
  public var threads: [ThreadID]
  /// What is involved, each once, in the order of the steps.
  public var objects: [ObjectID]
  /// The events that prove it, in the order in which they are best read.
  public var steps: [Step]
  /// What the promise takes for granted.
  public var assumes: [Assumption]
  /// The schedule that makes it happen, for `predicted` findings: what is done up to the moment at
  /// which the threads are stuck, or both accesses are next.
  public var witness: [ScheduledEvent]
  /// How many of the trace's first events come before ``witness``, all of them and as they stand: 0
  /// but for long traces.
  public var witnessStart: Int
  /// Where threads wait when the schedule is over, all of them that are left: of a finding that nobody can
  /// go on. Empty where only those of the ``steps`` need to wait, or there is no schedule.
  public var waits: [Step]
  /// What put the two accesses of a `predicted` race in order in this run; nil where nothing did, or
  /// the finding is no race.
  public var orderedBy: Ordering?
  /// What a `possible` finding lacks to be `predicted`; nil where that is no question.
  public var missing: Missing?
  /// Each time it was seen: the events, earlier access first. The first one is what `steps` show.
  public var occurrences: [[Int]]
  /// How often it was seen; may exceed ``occurrences``, of which only some may have been kept.
  public var occurrenceCount: Int

  /// Makes a finding of the given steps that was seen once.
  ///
  /// Threads and objects default to those that the steps name.
  public init(
    _ rule: Rule, _ verdict: Verdict, _ reason: Reason, steps: [Step],
    threads: [ThreadID]? = nil, objects: [ObjectID]? = nil, assumes: [Assumption] = []
  ) {
    self.rule = rule
    self.verdict = verdict
    self.reason = reason
    self.steps = steps
    self.threads = threads ?? steps.map(\.thread).uniqued()
    self.objects = objects ?? steps.map(\.object).filter(\.isPresent).uniqued()
    self.assumes = assumes
    self.witness = []
    self.witnessStart = 0
    self.waits = []
    self.orderedBy = nil
    self.missing = nil
    self.occurrences = [steps.map(\.event)]
    self.occurrenceCount = 1
  }

  /// The event that findings are sorted by: the earliest of the steps, or, where it is the last step
  /// that breaks the rule, that.
  public var firstEvent: Int { Self.firstEvent(of: steps.map(\.event), for: reason) }

  /// The same for the events of one occurrence.
  static func firstEvent(of events: [Int], for reason: Reason) -> Int {
    (reason == .interleaved ? events.last : events.min()) ?? 0
  }
}

/// One event of a finding, with what has to be known about that moment.
public struct Step: Sendable, Hashable {
  /// Who.
  public var thread: ThreadID
  /// Did what.
  public var operation: Operation
  /// In which way.
  public var mode: LockMode
  /// To what; absent where the operation names a thread.
  public var object: ObjectID
  /// The thread that was forked or joined.
  public var child: ThreadID
  /// Whether the thread was still about to do it.
  public var isPending: Bool
  /// What the thread held at that moment, outermost first.
  public var holding: [HeldLock]
  /// The index of the event in the trace.
  public var event: Int
  /// Where in the code.
  public var stack: StackID
  /// The threads that this one waits for, in a wait-for cycle.
  public var waitsFor: [ThreadID]

  /// Makes the step of `event`.
  public init(_ event: Event, at index: Int, holding: [HeldLock] = [], waitsFor: [ThreadID] = []) {
    self.thread = event.thread
    self.operation = event.operation
    self.mode = event.mode
    self.object = event.object
    self.child = event.child
    self.isPending = event.isPending
    self.holding = holding
    self.event = index
    self.stack = event.stack
    self.waitsFor = waitsFor
  }
}

/// One event of a schedule, or, in a long one, a run of events of one thread.
public struct ScheduledEvent: Sendable, Hashable {
  /// Its index in the trace.
  public var index: Int
  /// The index of the last event of the run: all events of the thread from ``index`` to there; the same
  /// for one event.
  public var through: Int
  /// Who.
  public var thread: ThreadID
  /// Does what.
  public var operation: Operation
  /// In which way.
  public var mode: LockMode
  /// To what; absent where the operation names no object.
  public var object: ObjectID
  /// The thread that is forked or joined.
  public var child: ThreadID
  /// The lock that a wait on a condition gives up and takes again.
  public var lock: ObjectID
  /// Whether the thread is only about to do it.
  public var isPending: Bool

  /// Makes the place of `event` in a schedule.
  public init(_ event: Event, at index: Int) {
    self.index = index
    through = index
    thread = event.thread
    operation = event.operation
    mode = event.mode
    object = event.object
    child = event.child
    lock = event.lock
    isPending = event.isPending
  }
}

/// A lock that a thread holds.
public struct HeldLock: Sendable, Hashable {
  /// Which lock.
  public var object: ObjectID
  /// How.
  public var mode: LockMode
  /// Where it was taken.
  public var stack: StackID

  /// Makes a held lock.
  public init(object: ObjectID, mode: LockMode, stack: StackID) {
    self.object = object
    self.mode = mode
    self.stack = stack
  }
}

/// Something that a promise takes for granted.
public enum Assumption: String, Sendable, Hashable, CaseIterable {
  /// No accesses were recorded: a value passed around may forbid the schedule.
  case valuesNotTraced = "values not traced"
  /// The accesses are in the order of clocks, not the order in which they took effect.
  case approximateAccessOrder = "accesses ordered by clocks"
  /// Events are missing from the trace.
  case incompleteTrace = "the trace is incomplete"
  /// An rwlock lets a waiting writer hold up new readers.
  case writerPreference = "the rwlock lets waiting writers go first"
}

extension Array where Element: Hashable {
  /// Each element once, where it first stood.
  public func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
