internal import CLockcheckShims
internal import LockcheckTrace

/// Waits that only a thread outside the schedule can end.
///
/// 1. When nobody can go on, and a circle of locks and joins keeps them so, nobody outside can change that.
/// 2. Else, where a thread outside has touched something that the exploration has made or that somebody waits for, or
///    was started by a controlled thread, it has ``ScheduleLimits/silence`` to end a wait.
/// 3. What stands in the global queues of Dispatch, where the process has it, has the same time to be begun.
/// 4. Where some other thread of the process runs, sleeps until a time, or waits for something from outside the
///    process, it has ``ScheduleLimits/outsidePatience``, once in an exploration; later one that runs has a
///    moment to come to its next sleep, or to the above. That such threads would not have ended the wait is taken
///    for granted then, and said.
/// 5. Else nobody is there who could: each thread of the process waits for another one.
extension Scheduler {
  /// How long to wait for a thread outside, in nanoseconds.
  private func patience(for prospect: OutsideWatch.Prospect) -> Int64 {
    if prospect == .expected { return limits.silence.nanoseconds }
    let usual = limits.outsidePatience.nanoseconds
    // A thread that runs is about to show whether it has to do with this.
    return memory.hasAwaitedBystanders ? min(usual, 20_000_000) : usual
  }

  /// Has those go on whose word a thread outside has changed.
  func wakeChanged() {
    for thread in threads where thread.sleepingPlace?.hasChanged == true { thread.goOn() }
  }

  /// Nobody can go on: waits, by the real clock, until somebody can, or nobody outside is to be waited for.
  func awaitOutside() {
    outside.bystanders = 0
    let waiting = threads.filter { !$0.hasEnded }
    guard waiting.contains(where: { !$0.isDaemon }), !isClosed(waiting) else { return }
    var start = lc_monotonic_now()
    // Once: who has begun to do something to the exploration's objects is known from then on.
    let probe = DispatchProbe(isNeeded: !memory.hasProbedDispatch)
    var wasExpected = false
    while true {
      if !memory.hasProbedDispatch, probe.isOver {
        memory.hasProbedDispatch = true
        start = lc_monotonic_now()
      }
      let prospect = memory.hasProbedDispatch ? prospect(of: waiting) : .expected
      outside.mayHelp = prospect == .expected
      // What has taken long was another wait: one that was expected and is gone may just have done its work.
      if wasExpected, !outside.mayHelp { start = lc_monotonic_now() }
      wasExpected = outside.mayHelp
      if prospect == .none || (prospect == .conceivable && memory.hasAwaitedBystanders) { return }
      if outside.mayHelp, isHeldByExplorer(waiting) { return }
      if lc_monotonic_now() - start >= patience(for: prospect) {
        if prospect != .expected { memory.hasAwaitedBystanders = true }
        return
      }
      outside.wait()
      if outside.hasWoken() { wakeChanged() }
      findChoices()
      if !decision.choices.isEmpty {
        outside.mayHelp = false
        return
      }
    }
  }

  private func prospect(of waiting: [ControlledThread]) -> OutsideWatch.Prospect {
    for thread in waiting {
      if let owner = thread.lockOwner, owner != 0, !isOurs(owner) { return .expected }
      if thread.step.operation == .join, !threads.contains(where: { $0.mark == thread.step.object })
      {
        return .expected
      }
    }
    return outside.prospect(waiting.map(\.step.object))
  }

  private func isOurs(_ number: UInt32) -> Bool {
    threads.contains { $0.worker.number == number }
  }

  /// Whether that thread waits itself, for the end of the schedule.
  private func isHeldByExplorer(_ waiting: [ControlledThread]) -> Bool {
    waiting.contains { $0.lockOwner == outside.explorerNumber && outside.explorerNumber != 0 }
  }

  /// Whether some of these, one of them no daemon, wait for each other's locks and ends only.
  private func isClosed(_ waiting: [ControlledThread]) -> Bool {
    var closed = waiting
    while true {
      let left = closed.filter { thread in
        guard let blocker = blocker(of: thread) else { return false }
        return closed.contains { $0 === blocker }
      }
      if left.count == closed.count { return left.contains { !$0.isDaemon } }
      closed = left
    }
  }

  /// The one thread that has to go on before this one can.
  private func blocker(of thread: ControlledThread) -> ControlledThread? {
    if let holder = holder(of: thread) { return holder }
    guard thread.step.operation == .join else { return nil }
    return threads.first { !$0.hasEnded && $0.mark == thread.step.object }
  }
}

extension Duration {
  /// As nanoseconds; the most there are where it is longer.
  var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, isTooMuch) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
    return isTooLong || isTooMuch ? .max : sum
  }
}
