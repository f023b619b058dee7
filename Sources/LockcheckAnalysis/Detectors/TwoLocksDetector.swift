public import LockcheckFindings
public import LockcheckTrace

/// Finds conditions that threads wait on with two locks at once.
///
/// A wait lasts for certain from where it begins to the first notify behind that. One with a timeout may have
/// ended by itself at any time: it counts only if it turns out to have been ended by a notify.
public struct TwoLocksDetector: Detector {
  /// Every operation that its state depends on.
  public let interests: OperationSet = [.wait]
  /// The rules that it can find broken.
  public let rules: [Rule] = [.twoLocks]

  /// A thread that waits.
  private struct Waiter {
    var event: Event
    var index: Int
    var lock: ObjectID
    /// What others began meanwhile with another lock, where it is not known yet whether this one still waited.
    var others: [(step: Step, lock: ObjectID)] = []
  }

  private var waiters: [ObjectID: [Waiter]] = [:]
  private var ledger = MisuseLedger()

  /// Makes a detector that has seen nothing yet.
  public init() {}

  /// Takes note of one event.
  public mutating func observe(_ event: Event, at index: Int, in run: borrowing Run) {
    guard event.object.isPresent, run.tables.objects.kind(of: event.object) == .condition else {
      return
    }
    if event.isPending { begin(event, at: index, in: run) } else { end(event, in: run) }
  }

  /// Says what it found, after the last event.
  public mutating func finish(in run: borrowing Run) -> Detections {
    Detections(findings: ledger.all)
  }

  private mutating func begin(_ event: Event, at index: Int, in run: borrowing Run) {
    let lock = run.conditionLock(of: event)
    guard lock.isPresent else { return }
    var list = waiters[event.object] ?? []
    list.removeAll { $0.event.thread == event.thread }
    for place in list.indices
    where list[place].lock != lock && isWaiting(list[place], in: run) {
      let step = run.step(event, at: index)
      if list[place].event.attempt == .blocking {
        note(step, lock, list[place], in: run)
      } else {
        list[place].others.append((step, lock))
      }
    }
    list.append(Waiter(event: event, index: index, lock: lock))
    waiters[event.object] = list
  }

  private mutating func end(_ event: Event, in run: borrowing Run) {
    guard let list = waiters[event.object],
      let place = list.firstIndex(where: { $0.event.thread == event.thread })
    else { return }
    let waiter = list[place]
    waiters[event.object]?.remove(at: place)
    guard event.isEffective, isPending(waiter, in: run),
      run.states.wakeup(
        for: .init(event: waiter.event, index: waiter.index), tables: run.tables) != .none
    else { return }
    for other in waiter.others { note(other.step, other.lock, waiter, in: run) }
  }

  private mutating func note(
    _ step: Step, _ lock: ObjectID, _ waiter: Waiter, in run: borrowing Run
  ) {
    let first = Step(waiter.event, at: waiter.index)
    ledger.note(
      .twoLocks, .twoLocks(lock: lock, other: waiter.lock), of: step.object,
      steps: [step, first], stack: step.stack, and: [lock, waiter.lock],
      assumes: run.assumptions.filter { $0 == .incompleteTrace })
  }

  /// Whether its thread has not been woken yet.
  private func isWaiting(_ waiter: Waiter, in run: borrowing Run) -> Bool {
    isPending(waiter, in: run)
      && run.states.wakeup(
        for: .init(event: waiter.event, index: waiter.index), tables: run.tables) == .none
  }

  /// Whether its thread has done nothing else since.
  private func isPending(_ waiter: Waiter, in run: borrowing Run) -> Bool {
    run.pending.entry(of: waiter.event.thread)?.index == waiter.index
  }
}
