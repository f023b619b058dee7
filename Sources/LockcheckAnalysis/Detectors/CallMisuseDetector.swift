public import LockcheckFindings
public import LockcheckTrace

/// Finds calls that the C library refused, and locks and conditions that are used after they were destroyed.
///
/// A use after the end is told of what has taken effect, in the order of the object: an attempt that is only
/// pending has no place in that order. A release, and the end of a wait that had begun before, are no uses
/// of their own: whoever destroyed the object under them is told by ``LockMisuseDetector``.
public struct CallMisuseDetector: Detector {
  /// Every operation that its state depends on.
  public let interests: OperationSet = [.acquire, .wait, .notify, .create, .destroy, .refused]
  /// The rules that it can find broken.
  public let rules: [Rule] = [.refusedCall, .usedAfterDestroy]

  /// Who destroyed something, when and where.
  private struct End {
    var thread: ThreadID
    var stack: StackID
    var index: Int
  }

  private var ledger = MisuseLedger()
  /// By object, whether it has an entry in `ends`: asked at every acquire.
  private var hasEnded: [Bool] = []
  private var ends: [ObjectID: End] = [:]

  /// Makes a detector that has seen nothing yet.
  public init() {}

  /// Takes note of one event.
  @inline(__always)
  public mutating func observe(_ event: Event, at index: Int, in run: borrowing Run) {
    if event.operation == .acquire {
      if hasEnded.isEmpty || !isEnded(event.object) { return }
    }
    look(at: event, index, in: run)
  }

  /// Says what it found, after the last event.
  public mutating func finish(in run: borrowing Run) -> Detections {
    Detections(findings: ledger.all)
  }

  private mutating func look(at event: Event, _ index: Int, in run: borrowing Run) {
    switch event.operation {
    case .refused: refuse(event, at: index, in: run)
    case .create: if event.isEffective { forget(event.object) }
    case .destroy: destroy(event, at: index, in: run)
    case .wait: if event.isPending || event.isEffective { use(event, at: index, in: run) }
    default: if event.isEffective { use(event, at: index, in: run) }
    }
  }

  private mutating func refuse(_ event: Event, at index: Int, in run: borrowing Run) {
    guard let refusal = event.refusal else { return }
    let subject = event.subject
    var step = run.step(event, at: index)
    step.object = subject
    if let end = ends[subject] {
      return note(.alreadyDestroyed(refusal), step, end, in: run)
    }
    ledger.note(
      .refusedCall, .refused(refusal), of: subject, steps: [step], stack: event.stack,
      verdict: refusal.mayBeMeant ? .possible : .observed, assumes: assumptions(run))
  }

  private mutating func destroy(_ event: Event, at index: Int, in run: borrowing Run) {
    let object = event.object
    guard event.isEffective, object.isPresent else { return }
    let kind = run.tables.objects.kind(of: object)
    guard kind.isLock || kind == .condition else { return }
    use(event, at: index, in: run)
    while hasEnded.count <= object.index { hasEnded.append(false) }
    hasEnded[object.index] = true
    ends[object] = End(thread: event.thread, stack: event.stack, index: index)
  }

  private mutating func use(_ event: Event, at index: Int, in run: borrowing Run) {
    guard isEnded(event.object), let end = ends[event.object] else { return }
    if !event.isPending, let entry = run.pending.entry(of: event.thread), entry.index < end.index,
      entry.event.operation == event.operation, entry.event.object == event.object
    {
      return
    }
    note(.alreadyDestroyed(nil), run.step(event, at: index), end, in: run)
  }

  private mutating func note(
    _ reason: Reason, _ step: Step, _ end: End, in run: borrowing Run
  ) {
    let destroy = Event(.destroy, by: end.thread, on: step.object, at: end.stack)
    ledger.note(
      .usedAfterDestroy, reason, of: step.object,
      steps: [step, Step(destroy, at: end.index)], stack: step.stack, assumes: assumptions(run))
  }

  private func isEnded(_ object: ObjectID) -> Bool {
    object.index < hasEnded.count && hasEnded[object.index]
  }

  private mutating func forget(_ object: ObjectID) {
    guard isEnded(object) else { return }
    hasEnded[object.index] = false
    ends[object] = nil
  }

  private func assumptions(_ run: borrowing Run) -> [Assumption] {
    run.assumptions.filter { $0 == .incompleteTrace }
  }
}

extension Refusal {
  /// Whether the answer may be what the program wants to know: an error-checking mutex promises it.
  fileprivate var mayBeMeant: Bool {
    switch call {
    case .mutexLock, .mutexTimedlock, .mutexClocklock: error == .deadlock
    default: false
    }
  }
}
