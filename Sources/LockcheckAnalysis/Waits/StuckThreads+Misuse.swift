import LockcheckFindings
import LockcheckGraphs
import LockcheckTrace

/// The calls that are to be mended where threads hang.
extension StuckThreads {
  func misuses(in run: borrowing Run) -> [Finding] {
    missedNotifies(in: run) + unfinishedTasks(in: run) + incompleteBarriers(in: run)
  }

  /// Notifies that woke nobody, and waits that began without a look.
  private func missedNotifies(in run: borrowing Run) -> [Finding] {
    var findings: [Finding] = []
    for missed in missedWakes(in: run)
    where run.tables.objects.kind(of: missed.object) == .condition {
      let waits = missed.threads.compactMap { thread -> Step? in
        guard var step = step(thread, among: members, in: run) else { return nil }
        step.waitsFor = []
        return step
      }
      findings.append(
        finding(
          .notifyNobody, .observed, .nobodyWaited, [missed.wake.step(in: run)] + waits, in: run))
      findings += waits.map {
        finding(.waitWithoutRecheck, .possible, .waitedUnlooked, [$0], in: run)
      }
    }
    return findings
  }

  /// Joins of queues out of which everything was got by threads that will never say that it is done.
  private func unfinishedTasks(in run: borrowing Run) -> [Finding] {
    var findings: [Finding] = []
    var seen: Set<ObjectID> = []
    for thread in stuck {
      guard let event = run.pending.entry(of: thread)?.event, event.operation == .queueJoin,
        seen.insert(event.object).inserted
      else { continue }
      let queue = event.object
      let (put, done) = run.states.tasks(of: queue)
      let undone = wakes.undone(of: queue)
      guard done < put, wakes.got(from: queue) == put, !undone.isEmpty,
        undone.allSatisfy({ neverSays($0.event.thread, of: queue, in: run) })
      else { continue }
      let joins = stuck.filter { isJoining($0, queue, in: run) }
        .compactMap { step($0, among: members, in: run) }
      let steps = joins + undone.map { $0.step(in: run) }
      findings.append(
        finding(.taskDoneMissing, .observed, .tasksLeft(done: done, put: put), steps, in: run))
    }
    return findings
  }

  private func isJoining(_ thread: ThreadID, _ queue: ObjectID, in run: borrowing Run) -> Bool {
    guard let event = run.pending.entry(of: thread)?.event else { return false }
    return event.operation == .queueJoin && event.object == queue
  }

  /// Whether the thread has ended, or waits for more from the queue or for its end.
  private func neverSays(_ thread: ThreadID, of queue: ObjectID, in run: borrowing Run) -> Bool {
    if graph[thread] == .ended { return true }
    guard members.contains(thread), let event = run.pending.entry(of: thread)?.event else {
      return false
    }
    return event.object == queue && (event.operation == .get || event.operation == .queueJoin)
  }

  /// Barriers whose missing parties have ended, or wait for those at the barrier to end.
  private func incompleteBarriers(in run: borrowing Run) -> [Finding] {
    var findings: [Finding] = []
    var seen: Set<ObjectID> = []
    for thread in stuck {
      guard let event = run.pending.entry(of: thread)?.event, event.operation == .wait,
        run.tables.objects.kind(of: event.object) == .barrier, seen.insert(event.object).inserted,
        let parties = run.tables.objects[event.object].parties
      else { continue }
      let barrier = event.object
      let isMismatch = stuck.allSatisfy { other in
        guard let wait = run.pending.entry(of: other)?.event else { return false }
        return wait.operation == .join || wait.object == barrier
      }
      guard isMismatch else { continue }
      let steps = stuck.filter { run.pending.entry(of: $0)?.event.object == barrier }
        .compactMap { step($0, among: members, in: run) }
        .map { step in
          var step = step
          step.waitsFor = []
          return step
        }
      findings.append(
        finding(.barrierMismatch, .observed, .partiesMissing(parties: parties), steps, in: run))
    }
    return findings
  }
}
