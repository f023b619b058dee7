public import LockcheckControl

/// What came of exploring a program.
public struct Exploration: Sendable {
  /// How schedules were chosen.
  public internal(set) var method: String
  /// How many were run: up to the one that failed, or in all.
  public internal(set) var schedules = 0
  /// The schedule that failed; nil where none did.
  public internal(set) var failure: FailingSchedule?
  /// With no more preemptions than this, every schedule was run, or one that differs from it only in the order
  /// of independent steps; nil where that is not known.
  public internal(set) var exhaustedPreemptions: Int?
  /// How many threads are stuck for ever and stay behind: those of schedules that failed.
  public internal(set) var stuckThreads = 0
  /// Whether exploring ended early, since too many threads are stuck.
  public internal(set) var isCutShort = false
  /// Where a replay left the schedule that it was to follow.
  public internal(set) var divergence: String?

  /// Whether every schedule that was run passed, and a replay followed its token.
  public var hasPassed: Bool { failure == nil && divergence == nil }
}

extension Exploration {
  /// What is said where there is nothing that a scheduler could decide about.
  static var plainPrimitives: Exploration? {
    #if PlainPrimitives
      var exploration = Exploration(method: "none")
      exploration.divergence = "with the trait PlainPrimitives nothing is controlled"
      return exploration
    #else
      return nil
    #endif
  }
}

extension Exploration: CustomStringConvertible {
  /// What came of it, in words.
  public var description: String {
    var lines: [String] = []
    if let divergence { lines.append("It did not go as it was to go: \(divergence).") }
    if let failure {
      lines.append("\(failure)")
    } else {
      lines.append("\(schedules) schedule\(schedules == 1 ? "" : "s") passed (\(method)).")
      if let exhaustedPreemptions {
        let plural = exhaustedPreemptions == 1 ? "" : "s"
        lines.append(
          "Exhausted: every schedule with at most \(exhaustedPreemptions) preemption\(plural) passes."
        )
      }
      if stuckThreads > 0 {
        lines.append(
          (isCutShort ? "Stopped there, since " : "")
            + "\(stuckThreads) threads are left waiting for ever.")
      }
    }
    return lines.joined(separator: "\n")
  }
}

/// A schedule that goes wrong.
public struct FailingSchedule: Error, Sendable {
  /// What went wrong.
  public internal(set) var failure: ScheduleFailure
  /// What that takes for granted, where it does: that no thread outside the exploration would have ended a wait, for
  /// example.
  public internal(set) var assumption: String?
  /// How many schedules were run until it did, this one included.
  public internal(set) var number: Int
  /// The strategy that came upon it: a member of a portfolio, for example.
  public internal(set) var foundBy: String
  /// The schedule: as short as it could be made, or as it was found.
  public internal(set) var schedule: Schedule
  /// What replays it.
  public internal(set) var token: String
  /// What replays the schedule as it was found, as long as the program and the strategy are the same; nil
  /// for a replay.
  public internal(set) var seededToken: String?
  /// Whether the same choices failed in the same way again.
  public internal(set) var isRepeatable: Bool
  /// Whether none of its deviations from a run without preemptions can be left out.
  public internal(set) var isMinimal: Bool
  /// The schedule as a table, one column a thread, time downwards.
  public internal(set) var table: String
}

extension FailingSchedule: CustomStringConvertible {
  /// What went wrong, the table, and how to run it again.
  public var description: String {
    let assumption = assumption.map { "\nThis takes for granted that \($0)." } ?? ""
    var text = """
      \(failure.kind.words): \(failure.text)\(assumption)
      Found by \(foundBy) in schedule \(number); \(effort).

      \(table)
      """
    if isRepeatable {
      text += "\nRun it again: replay(\"\(token)\") { … } or LOCKCHECK_REPLAY=\(token)"
    } else {
      text += """

        It did not fail again with the same choices: the program depends on something else than its schedule \
        (time, chance, what an earlier run has left).
        """
    }
    return text
  }

  private var effort: String {
    let switches = schedule.switchCount
    let preemptions = schedule.preemptionCount
    return "\(schedule.steps.count) steps, \(switches) switch\(switches == 1 ? "" : "es"), "
      + "\(preemptions) of them preemption\(preemptions == 1 ? "" : "s")"
      + (isMinimal ? ", none of which can be left out" : "")
  }
}

extension ScheduleFailure.Kind {
  fileprivate var words: String {
    switch self {
    case .deadlock: "Deadlock"
    case .error: "Failed"
    case .misuse: "Misuse"
    case .endless: "Does not end"
    case .race: "Data race"
    case .predicted: "As predicted"
    case .uncontrolled: "Not controlled"
    case .diverged: "Went another way"
    }
  }
}
