import LockcheckFindings
import LockcheckTrace

/// What can still be promised of a trace whose beginning was dropped.
///
/// Every event from some moment on is there, so what is true of the end of the run can be seen. What
/// happened before that moment is not known: what ordered two accesses, how many permits a semaphore had,
/// who notified whom. One thing depends on the end alone. Let every thread of a set be about to take a lock
/// that another of the set holds against it, or to join another of the set; then none of them ever goes on,
/// whatever else there is. Who holds a lock is known wherever it was seen to be taken and not given back.
extension Detections {
  /// Takes back every promise but that of threads that wait for each other's locks and ends, and drops what
  /// says no more than that something was done before.
  mutating func weakenWithoutBeginning(in run: borrowing Run) {
    dropFindings { Self.isAboutTheBeginning($0.rule) }
    var certain: Set<Int> = []
    for place in findings.indices where Self.isClosedCircle(findings[place], in: run) {
      certain.insert(place)
    }
    weaken(besides: certain)
    // A schedule was looked for in a run that is not all there: that it does not hold is nobody's mistake.
    warnings.removeAll { warning in
      if case .witnessRefused = warning.kind { return true }
      return false
    }
  }

  /// Whether the rule is about what was taken, put or waited for before: who gives back what he took before
  /// the trace begins breaks no rule.
  private static func isAboutTheBeginning(_ rule: Rule) -> Bool {
    [.releaseNotHeld, .conditionWithoutLock, .semaphoreOverrun, .taskDoneOverrun].contains(rule)
  }

  private static func isClosedCircle(_ finding: Finding, in run: borrowing Run) -> Bool {
    guard finding.verdict == .observed, [.deadlock, .selfDeadlock].contains(finding.rule) else {
      return false
    }
    let members = finding.threads
    return !members.isEmpty && members.allSatisfy { isHeldUp($0, by: members, in: run) }
  }

  /// Whether one of `members` has to do something before the thread goes on.
  private static func isHeldUp(
    _ thread: ThreadID, by members: [ThreadID], in run: borrowing Run
  ) -> Bool {
    guard let event = run.pending.entry(of: thread)?.event, event.attempt == .blocking else {
      return false
    }
    if event.operation == .join { return members.contains(event.child) }
    guard event.operation == .acquire, run.tables.objects.kind(of: event.object).isLock,
      run.tables.objects[event.object].handover != true
    else { return false }
    return members.contains { member in
      guard let mode = run.held.mode(of: event.object, by: member) else { return false }
      return mode == .exclusive || event.mode == .exclusive
    }
  }
}
