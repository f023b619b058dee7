public import LockcheckFindings
public import LockcheckTrace

/// Finds primitives that are used as they must not be: what was done is in the trace, so all of it is
/// observed.
///
/// An operation that the primitive refused (`error`) is a misuse like one that it let pass, if what is
/// known of the object says so.
///
/// Reports wrongly what began before the recording did: locks that were held, items that were queued
/// by then.
public struct LockMisuseDetector: Detector {
  /// Every operation that its state depends on.
  public let interests: OperationSet = [
    .release, .wait, .notify, .taskDone, .fork, .exit, .destroy,
  ]
  /// The rules that it can find broken.
  public let rules: [Rule] = [
    .releaseNotHeld, .lockLeak, .conditionWithoutLock, .taskDoneOverrun, .destroyedInUse,
    .semaphoreOverrun,
  ]

  private var ledger = MisuseLedger()
  private var forking: Set<ThreadID> = []
  /// Locks held at a thread's end: which thread is the main one is settled at the end.
  private var leaks: [(step: Step, lock: HeldLock)] = []

  /// Makes a detector that has seen nothing yet.
  public init() {}

  /// Takes note of one event.
  public mutating func observe(_ event: Event, at index: Int, in run: borrowing Run) {
    switch event.operation {
    case .release: release(event, at: index, in: run)
    case .wait, .notify: useCondition(event, at: index, in: run)
    case .taskDone: finishTask(event, at: index, in: run)
    case .fork: forking.insert(event.thread)
    case .exit: exit(event, at: index, in: run)
    case .destroy: destroy(event, at: index, in: run)
    default: break
    }
  }

  /// Says what it found, after the last event.
  public mutating func finish(in run: borrowing Run) -> Detections {
    for leak in leaks where !isMain(leak.step.thread, in: run) {
      ledger.note(
        .lockLeak, .leaked, of: leak.lock.object, steps: [leak.step], stack: leak.lock.stack,
        assumes: assumptions(run))
    }
    return Detections(findings: ledger.all)
  }

  private func assumptions(_ run: borrowing Run) -> [Assumption] {
    run.assumptions.filter { $0 == .incompleteTrace }
  }

  private mutating func note(
    _ rule: Rule, _ reason: Reason, _ event: Event, at index: Int, in run: borrowing Run
  ) {
    ledger.note(
      rule, reason, of: event.object, steps: [run.step(event, at: index)], stack: event.stack,
      assumes: assumptions(run))
  }
}

// MARK: - Locks and semaphores

extension LockMisuseDetector {
  private mutating func release(_ event: Event, at index: Int, in run: borrowing Run) {
    guard !event.isPending else { return }
    let kind = run.tables.objects.kind(of: event.object)
    if kind == .semaphore {
      releasePermits(event, at: index, in: run)
    } else if kind == .rwlock {
      if !run.held.holds(event.object, in: event.mode, by: event.thread) {
        releaseUnheld(event, at: index, in: run)
      }
    } else if run.held.owner(of: event.object) != event.thread {
      releaseUnheld(event, at: index, in: run)
    }
  }

  private mutating func releaseUnheld(_ event: Event, at index: Int, in run: borrowing Run) {
    let lock = event.object
    let kind = run.tables.objects.kind(of: lock)
    guard kind.isLock, !run.held.isLapsed(lock, by: event.thread) else { return }
    if kind != .rwlock, run.held.holds(lock, by: event.thread) { return }
    let holder = run.held.holders(of: lock).first ?? .absent
    if holder.isPresent, run.tables.objects[lock].handover == true { return }
    note(.releaseNotHeld, .notHeld(holder: holder), event, at: index, in: run)
  }

  private mutating func releasePermits(_ event: Event, at index: Int, in run: borrowing Run) {
    guard let bound = run.tables.objects[event.object].bound,
      let permits = run.states.permits(of: event.object, tables: run.tables)
    else { return }
    let value = UInt64(clamping: permits).addingReportingOverflow(event.count ?? 1)
    if value.overflow || value.partialValue > bound {
      let reason = Reason.overrun(value: value.overflow ? .max : value.partialValue, bound: bound)
      note(.semaphoreOverrun, reason, event, at: index, in: run)
    }
  }

  private mutating func destroy(_ event: Event, at index: Int, in run: borrowing Run) {
    guard event.isEffective || event.result == .error, event.object.isPresent else { return }
    let object = event.object
    let kind = run.tables.objects.kind(of: object)
    let holders = kind.isLock ? run.held.holders(of: object) : []
    let waiting = run.pending.all.filter { isWaiting($0, on: object, in: run) }
    guard !holders.isEmpty || !waiting.isEmpty else { return }
    let steps =
      [run.step(event, at: index)] + waiting.map { run.step($0.event, at: $0.index) }
    ledger.note(
      .destroyedInUse, .stillInUse, of: object, steps: steps, stack: event.stack,
      threads: (steps.map(\.thread) + holders).uniqued(), assumes: assumptions(run))
  }

  private func isWaiting(
    _ entry: PendingEvents.Entry, on object: ObjectID, in run: borrowing Run
  ) -> Bool {
    if entry.event.object != object { return run.conditionLock(of: entry.event) == object }
    // A thread that is about to take a lock is in need of it, free or not. One that has been woken is
    // done with what it waited on.
    if run.tables.objects.kind(of: object).isLock { return true }
    return run.states.wakeup(for: entry, tables: run.tables) == .none
  }
}

// MARK: - Threads

extension LockMisuseDetector {
  private mutating func exit(_ event: Event, at index: Int, in run: borrowing Run) {
    let step = run.step(event, at: index)
    for lock in step.holding
    where run.tables.objects.kind(of: lock.object).isLock
      && run.tables.objects[lock.object].handover != true
    {
      leaks.append((step, lock))
    }
  }

  /// Whether the thread's exit is the normal end of the program.
  ///
  /// The thread called `main`; in a trace that calls none so, the thread of the first event, unless
  /// it has another name and makes no threads.
  private func isMain(_ thread: ThreadID, in run: borrowing Run) -> Bool {
    let threads = run.tables.threads
    func isCalledMain(_ row: ThreadRow) -> Bool { row.name == "main" || row.kind == "main" }
    if threads.contains(where: isCalledMain) { return isCalledMain(threads[thread.index]) }
    guard thread == run.firstThread else { return false }
    return threads[thread.index].name == nil || forking.contains(thread)
  }
}

// MARK: - Conditions and queues

extension LockMisuseDetector {
  private mutating func useCondition(_ event: Event, at index: Int, in run: borrowing Run) {
    let lock = run.conditionLock(of: event)
    guard lock.isPresent, !isSecondHalf(event, in: run) else { return }
    guard !run.held.holds(lock, by: event.thread), !run.held.isLapsed(lock, by: event.thread) else {
      return
    }
    // What a signal handler does meanwhile does not end the wait.
    if !event.isPending, run.held.isSuspended(lock, by: event.thread) { return }
    note(.conditionWithoutLock, .lockNotHeld(lock: lock), event, at: index, in: run)
  }

  /// Whether the event ends a wait that was looked at when it began.
  private func isSecondHalf(_ event: Event, in run: borrowing Run) -> Bool {
    guard !event.isPending, let entry = run.pending.entry(of: event.thread) else { return false }
    return entry.event.operation == .wait && entry.event.object == event.object
  }

  private mutating func finishTask(_ event: Event, at index: Int, in run: borrowing Run) {
    let (put, done) = run.states.tasks(of: event.object)
    guard !event.isPending, done >= put else { return }
    note(.taskDoneOverrun, .overdone(done: done + 1, put: put), event, at: index, in: run)
  }
}
