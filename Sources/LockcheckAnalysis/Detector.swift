public import LockcheckFindings
public import LockcheckTrace

/// Reads a trace once, in order. Never prints, never looks back, never knows which detectors run
/// beside it.
///
/// What several detectors need to know about the moment (who holds what, what is ordered) is kept
/// once, in ``Run``, which every detector sees as it was just *before* the event.
public protocol Detector {
  /// The operations it wants to see.
  var interests: OperationSet { get }

  /// The rules that it can find broken; it finds, and rules out, nothing of any other.
  var rules: [Rule] { get }

  /// Fetches what it will need of an event that it is going to be shown soon. Nothing that it finds
  /// may depend on it.
  mutating func foresee(_ event: Event)

  /// Takes note of one event.
  mutating func observe(_ event: Event, at index: Int, in run: borrowing Run)

  /// Says what it found, after the last event.
  mutating func finish(in run: borrowing Run) -> Detections
}

extension Detector {
  /// Fetches nothing.
  @inlinable public mutating func foresee(_ event: Event) {}
}

/// What one detector has to say at the end.
public struct Detections: Sendable {
  /// What is wrong.
  public var findings: [Finding]
  /// What looked wrong and is not.
  public var ruledOut: [RuledOut]
  /// What a reader of the findings should know.
  public var warnings: [AnalysisWarning]
  /// What schedules are to be looked for, where the run's history is kept.
  var cycles: [AbstractCycle] = []
  /// Which waits may hang in another schedule, where the run's history is kept.
  var hangs: [HangPattern] = []
  /// Every request for a lock with others held, from the detector that looks at them.
  public var lockRequests: LockRequests?

  /// Makes a result.
  public init(
    findings: [Finding] = [], ruledOut: [RuledOut] = [], warnings: [AnalysisWarning] = []
  ) {
    self.findings = findings
    self.ruledOut = ruledOut
    self.warnings = warnings
  }

  /// Adds what another detector has to say.
  mutating func append(_ other: Detections) {
    for var cycle in other.cycles {
      cycle.finding += findings.count
      cycles.append(cycle)
    }
    for var hang in other.hangs {
      hang.finding += findings.count
      hangs.append(hang)
    }
    findings += other.findings
    ruledOut += other.ruledOut
    warnings += other.warnings
    lockRequests = lockRequests ?? other.lockRequests
  }
}

extension Detections {
  /// Takes every promise back to `possible`, but for those at some places.
  mutating func weaken(besides certain: Set<Int> = []) {
    for place in findings.indices where !certain.contains(place) {
      findings[place].verdict = .possible
      findings[place].witness = []
      findings[place].waits = []
      findings[place].orderedBy = nil
      if !findings[place].assumes.contains(.incompleteTrace) {
        findings[place].assumes.append(.incompleteTrace)
      }
    }
  }

  /// Says of each pattern that could have been proved that nobody tried.
  mutating func noteThatNothingWasSearched() {
    for place in findings.indices
    where Self.provable.contains(findings[place].rule) && findings[place].verdict == .possible
      && findings[place].missing == nil && !findings[place].reason.isOfLevels
    {
      findings[place].missing = .notSearched
    }
  }

  /// The rules for which there are patterns to search for.
  private static let provable: Set<Rule> = [
    .lockOrderCycle, .nestedMonitor, .lostWakeup, .lockUpgrade, .poolStarvation,
  ]

  /// Drops the lock-order cycles in which threads got stuck in this very run, and the waits under locks
  /// that hung in it: that is one defect, and the `deadlock` tells of it with more certainty.
  mutating func dropWhatHappened() {
    dropStarvationThatHappened()
    let deadlocks = findings.filter { $0.rule == .deadlock && $0.verdict == .observed }
    guard !deadlocks.isEmpty else { return }
    let stuck = deadlocks.map { Set($0.steps.map(Request.init)) }
    dropFindings { finding in
      switch finding.rule {
      case .lockOrderCycle:
        let requests = Set(finding.steps.map(Request.init))
        return stuck.contains { requests.isSubset(of: $0) }
      case .nestedMonitor:
        guard let wait = finding.steps.first.map(Request.init) else { return false }
        return stuck.contains { $0.contains(wait) }
      default: return false
      }
    }
  }

  /// Drops findings, and what is kept about them by their places.
  mutating func dropFindings(where isDropped: (Finding) -> Bool) {
    findings.removeAll(where: isDropped)
    // Schedules have been looked for by now.
    cycles = []
    hangs = []
  }

  /// Who asks for what, and where in the code.
  private struct Request: Hashable {
    var thread: ThreadID
    var object: ObjectID
    var stack: StackID

    init(_ step: Step) {
      thread = step.thread
      object = step.object
      stack = step.stack
    }
  }
}

/// A set of operations, for deciding quickly who wants to see an event.
public struct OperationSet: Sendable, Hashable, ExpressibleByArrayLiteral {
  private var bits: UInt32 = 0

  /// Makes a set of the given operations.
  public init(_ operations: some Sequence<Operation>) {
    for operation in operations { bits |= 1 << UInt32(operation.rawValue) }
  }

  /// Makes a set of the given operations.
  public init(arrayLiteral elements: Operation...) { self.init(elements) }

  /// Every operation there is.
  public static let all = OperationSet(Operation.allCases)

  /// The operations on the values of variables.
  public static let accesses = OperationSet(Operation.allCases.filter(\.isAccess))

  /// Whether `operation` is among them.
  public func contains(_ operation: Operation) -> Bool {
    bits & (1 << UInt32(operation.rawValue)) != 0
  }
}
