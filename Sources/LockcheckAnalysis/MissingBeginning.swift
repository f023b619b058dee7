import LockcheckFindings
import LockcheckTrace

/// What can still be promised of a trace whose beginning was dropped.
///
/// Every event from some moment on is there, so what is true of the end of the run can be seen. What
/// happened before that moment is not known: what ordered two accesses, how many permits a semaphore had,
/// who notified whom. One thing depends on the end alone, see ``HeldUpThreads``.
extension Detections {
  /// Takes back every promise but that of threads that nothing can set free, and drops what says no more
  /// than that something was done before.
  mutating func weakenWithoutBeginning(in run: borrowing Run) {
    dropFindings { Self.isAboutTheBeginning($0.rule) }
    let heldUp = HeldUpThreads(in: run)
    let certain = findings.indices.filter { Self.isCertain(findings[$0], heldUp) }
    weaken(besides: Set(certain))
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

  private static func isCertain(_ finding: Finding, _ heldUp: HeldUpThreads) -> Bool {
    let rules: [Rule] = [.deadlock, .selfDeadlock, .lockUpgrade, .stuckThread]
    return finding.verdict == .observed && rules.contains(finding.rule)
      && heldUp.threads.isSuperset(of: finding.threads)
  }
}

/// Threads that never go on, whatever happened before the trace begins.
///
/// The greatest set in which each thread is about to take a lock that another of the set (or itself) holds
/// against it, or to join another of the set: for one of them to go on, another one would have to go on
/// before. Who holds a lock is known wherever it was seen to be taken and not given back. A lock that
/// anybody may give back holds nobody up.
struct HeldUpThreads {
  private(set) var threads: Set<ThreadID>

  /// - Complexity: O(*n*³) for *n* threads that are about to do something.
  init(in run: borrowing Run) {
    let waits = run.pending.all.map(\.event).filter { $0.attempt == .blocking }
    threads = Set(waits.map(\.thread))
    var isStable = false
    while !isStable {
      isStable = true
      for wait in waits where threads.contains(wait.thread) && !isHeldUp(wait, in: run) {
        threads.remove(wait.thread)
        isStable = false
      }
    }
  }

  /// Whether one of ``threads`` has to do something before the wait ends.
  private func isHeldUp(_ wait: Event, in run: borrowing Run) -> Bool {
    if wait.operation == .join { return threads.contains(wait.child) }
    let lock = wait.object
    let kind = run.tables.objects.kind(of: lock)
    guard wait.operation == .acquire, kind.isLock, run.tables.objects[lock].handover != true else {
      return false
    }
    for holder in run.held.holders(of: lock) where threads.contains(holder) {
      if kind == .rlock, holder == wait.thread { continue }
      if wait.mode == .exclusive { return true }
      if run.held.mode(of: lock, by: holder) == .exclusive { return true }
    }
    return false
  }
}
