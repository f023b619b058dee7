import LockcheckFindings
import LockcheckGraphs
import LockcheckTrace

/// Threads whose wait nothing can end any more, whoever else is left.
extension StuckThreads {
  /// Waits on one object, and the wakeup that came before them.
  struct MissedWake {
    var object: ObjectID
    var threads: [ThreadID]
    var wake: Notice
  }

  /// Readers that ask to write, by lock.
  func upgrades(in run: borrowing Run) -> [(threads: [ThreadID], lock: ObjectID)] {
    var upgrades: [(threads: [ThreadID], lock: ObjectID)] = []
    for thread in stuck {
      guard let entry = run.pending.entry(of: thread),
        PendingWait(entry, writersGoFirst: false).isUpgrade(in: run)
      else { continue }
      if let place = upgrades.firstIndex(where: { $0.lock == entry.event.object }) {
        upgrades[place].threads.append(thread)
      } else {
        upgrades.append(([thread], entry.event.object))
      }
    }
    return upgrades
  }

  func upgrade(_ threads: [ThreadID], _ verdict: Verdict, in run: borrowing Run) -> Finding {
    let steps = threads.compactMap { thread -> Step? in
      guard var step = step(thread, among: members, in: run) else { return nil }
      let readers = threads.filter { $0 != thread }
      step.waitsFor = readers.isEmpty ? [thread] : readers
      return step
    }
    return finding(.lockUpgrade, verdict, .upgrade, steps, in: run)
  }

  /// Waits on conditions and events whose wakeup came too early, by object.
  func missedWakes(in run: borrowing Run) -> [MissedWake] {
    var missed: [MissedWake] = []
    let tangles = graph.cycles(among: stuck)
    for thread in stuck {
      guard let entry = run.pending.entry(of: thread), entry.event.operation == .wait,
        let wake = missedWake(of: entry, in: run),
        !isHeldUpByWaiter(wakersInTangle(of: thread, on: entry.event.object, tangles), in: run)
      else { continue }
      if let place = missed.firstIndex(where: { $0.object == entry.event.object }) {
        missed[place].threads.append(thread)
      } else {
        missed.append(MissedWake(object: entry.event.object, threads: [thread], wake: wake))
      }
    }
    return missed
  }

  /// What should have ended the wait, and came before it; nil where nothing shows that.
  private func missedWake(of wait: PendingEvents.Entry, in run: borrowing Run) -> Notice? {
    switch run.tables.objects.kind(of: wait.event.object) {
    case .event: return wakes.missedSet(before: wait)
    case .condition: break
    default: return nil
    }
    guard let record = conditions[wait.event.object], let notice = record.unanswered,
      !record.isSeen, notice.index < wait.index, notice.event.thread != wait.event.thread
    else { return nil }
    return hasLooked(wait, record, since: notice) ? nil : notice
  }

  /// Whether the waiter read, after the notify and before the wait, what those who notify write: then
  /// it knew what it did.
  private func hasLooked(
    _ wait: PendingEvents.Entry, _ record: ConditionRecord, since notice: Notice
  ) -> Bool {
    guard let waiter = record.waiters[wait.event.thread], Int(waiter.began) > notice.index + 1
    else { return false }
    guard let reads = waiter.reads else { return true }
    return reads.contains { record.isWritten($0, byOthersThan: wait.event.thread) }
  }

  /// Those who have ended waits on the object before, and are stuck in one tangle with the waiter.
  private func wakersInTangle(
    of thread: ThreadID, on object: ObjectID, _ tangles: [[ThreadID]]
  ) -> [ThreadID] {
    let wakers = conditions[object]?.notifiers ?? wakes.setters(of: object)
    let tangle = tangles.first { $0.contains(thread) } ?? []
    return tangle.filter { $0 != thread && wakers.contains($0) }
  }

  /// Whether one of them would wake again, were it not for a lock: then it is a circle after all.
  private func isHeldUpByWaiter(_ wakers: [ThreadID], in run: borrowing Run) -> Bool {
    wakers.contains { waker in
      guard let entry = run.pending.entry(of: waker) else { return false }
      return entry.event.operation == .acquire && run.isHeldByThread(entry.event.object)
    }
  }

  func lostWakeup(_ missed: MissedWake, _ verdict: Verdict, in run: borrowing Run) -> Finding {
    let waits = missed.threads.compactMap { thread -> Step? in
      guard var step = step(thread, among: members, in: run) else { return nil }
      step.waitsFor = []
      return step
    }
    return finding(
      .lostWakeup, verdict, .tooEarly, waits + [missed.wake.step(in: run)], in: run)
  }
}
