import LockcheckGraphs
import LockcheckTrace

/// One thread's wait at the end of the trace, and who could end it.
struct PendingWait {
  private let entry: PendingEvents.Entry
  /// Who has the lock that is asked for, where the trace has no acquire of it.
  private let unseenHolder: ThreadID
  private let writersGoFirst: Bool

  init(
    _ entry: PendingEvents.Entry, unseenHolder: ThreadID = .absent, writersGoFirst: Bool
  ) {
    self.entry = entry
    self.unseenHolder = unseenHolder
    self.writersGoFirst = writersGoFirst
  }

  func activity(in run: borrowing Run) -> WaitForGraph.Activity {
    let event = entry.event
    if event.operation == .join { return .waitingFor([event.child]) }
    guard event.operation.canBlock else { return .running }
    let kind = run.tables.objects.kind(of: event.object)
    if event.operation == .acquire, kind.isLock { return lockActivity(kind, in: run) }
    switch run.states.wakeup(for: entry, tables: run.tables) {
    case .none: return .waitingForAnyone
    case .uncertain, .certain:
      guard kind == .condition else { return .running }
      return wokenActivity(in: run)
    }
  }

  /// A thread that has been notified takes the lock again before it goes on.
  private func wokenActivity(in run: borrowing Run) -> WaitForGraph.Activity {
    let lock = run.conditionLock(of: entry.event)
    let holders = lock.isPresent ? run.held.holders(of: lock) : []
    if holders.isEmpty { return .running }
    // If it is another one that was notified, anyone can still notify this one.
    return run.states.wakeup(for: entry, tables: run.tables) == .certain
      ? .waitingFor(holders) : .waitingForAnyone
  }

  private func lockActivity(_ kind: ObjectKind, in run: borrowing Run) -> WaitForGraph.Activity {
    let event = entry.event
    var holders = run.held.holders(of: event.object)
    if holders.isEmpty, unseenHolder.isPresent { holders = [unseenHolder] }
    if kind == .rlock, holders.contains(event.thread) { return .running }
    if event.mode == .shared, kind == .rwlock {
      let owner = run.held.owner(of: event.object)
      if !owner.isPresent { holders = holders.isEmpty ? [] : writersAhead(in: run) }
    }
    if holders.isEmpty { return .running }
    // Any thread may release it, by intention.
    return run.tables.objects[event.object].handover == true
      ? .waitingForAnyone : .waitingFor(holders)
  }

  /// Whether the thread asks to write what it holds to read.
  func isUpgrade(in run: borrowing Run) -> Bool {
    let event = entry.event
    return event.operation == .acquire && event.mode == .exclusive
      && run.tables.objects.kind(of: event.object) == .rwlock
      && run.tables.objects[event.object].handover != true
      && run.held.mode(of: event.object, by: event.thread) == .shared
  }

  /// The writers that wait in front of a reader, where they go first.
  private func writersAhead(in run: borrowing Run) -> [ThreadID] {
    let lock = entry.event.object
    switch run.tables.objects[lock].preference ?? .reader {
    case .reader: return []
    case .unknown: if !writersGoFirst { return [] }
    case .writer: break
    }
    return run.pending.all
      .filter {
        $0.event.operation == .acquire && $0.event.object == lock && $0.event.mode == .exclusive
          && $0.index < entry.index
      }
      .map(\.event.thread)
  }
}
