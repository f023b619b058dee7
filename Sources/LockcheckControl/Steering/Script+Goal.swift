public import LockcheckTrace

extension Script {
  /// Whether a run has come to it.
  public func isReached(by run: ScheduleRun, _ steering: Steering) -> Bool {
    switch goal {
    case .meeting: return steering.hasMet
    case .end: return steering.isComplete && steering.followed == steps.count
    case .stuck:
      guard run.failure?.kind == .deadlock else { return false }
      return last.allSatisfy { entry in
        guard let thread = steering.thread(of: entry.thread),
          let stuck = run.stuck.first(where: { $0.thread == thread })
        else { return false }
        let mark = entry.object.flatMap { steering.mark(of: $0) }
        return stuck.step.operation == entry.operation
          && (mark == nil || mark == stuck.step.object)
      }
    }
  }

  /// What is said of a run that has come to it without going wrong.
  public var success: ScheduleFailure {
    switch goal {
    case .stuck: ScheduleFailure(.deadlock, "nobody can go on")
    case .meeting:
      ScheduleFailure(.race, "both threads stood before their accesses at the same time")
    case .end: ScheduleFailure(.predicted, "the predicted order of steps was taken to its end")
    }
  }
}
