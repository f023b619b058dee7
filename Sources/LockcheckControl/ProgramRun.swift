internal import CLockcheckShims
internal import LockcheckTrace

/// One schedule of a whole program, from the first primitive that it makes to its end.
package final class ProgramRun: @unchecked Sendable {
  private let memory: ExplorationMemory
  private let scheduler: Scheduler

  /// Puts the calling thread, and all that it starts from now on, under control.
  package init(
    _ strategy: any Strategy, seed: UInt64 = 0, iteration: Int = 0, limits: ScheduleLimits
  ) {
    memory = ExplorationMemory(strategy)
    memory.strategy.begin(
      iteration: iteration, random: SeededRandom(seed: seed, iteration: iteration))
    scheduler = Scheduler(crew: Crew(name: nil), limits: limits, memory: memory, isOfProgram: true)
    scheduler.adopt()
  }

  /// The process is about to end.
  ///
  /// - Returns: Whether the schedule was not over before.
  package func endProgram() -> Bool { scheduler.endProgram() }

  /// Waits until nobody goes on any more.
  package func awaitEnd() {
    lc_set_own_thread(true)
    scheduler.awaitEnd()
  }

  /// Writes down what has happened, once it is over.
  package func outcome() -> ProgramOutcome {
    let run = scheduler.outcome()
    let labels = StepLabels(of: run, objects: memory.labels)
    var outcome = ProgramOutcome(
      failure: run.failure, token: .exact(ExactSchedule(run.schedule, labels: labels)),
      table: ScheduleTable(run, labels: labels).text)
    outcome.assumption = run.assumption
    switch memory.strategy {
    case let replay as ReplayStrategy:
      outcome.divergence = replay.divergence?.message(labels: labels)
    case let steering as Steering:
      outcome.isReached = steering.script.isReached(by: run, steering)
      outcome.followed = (steering.followed, steering.script.steps.count)
    default: break
    }
    return outcome
  }
}

/// What came of one schedule of a whole program.
package struct ProgramOutcome: Sendable {
  /// What went wrong first.
  package let failure: ScheduleFailure?
  /// What replays it.
  package let token: ScheduleToken
  /// The schedule for a reader.
  package let table: String
  /// What the failure takes for granted.
  package var assumption: String?
  /// Where a replay left its schedule.
  package var divergence: String?
  /// Whether a script's goal was reached.
  package var isReached: Bool?
  /// How many entries of a script were followed, and how many it has.
  package var followed: (Int, of: Int)?

  /// As a file: `key: value` lines, an empty line, and the table.
  package var text: String {
    var lines = ["outcome: \(failure?.kind.rawValue ?? "passed")"]
    if let isReached { lines.append("reached: \(isReached ? "yes" : "no")") }
    if let followed { lines.append("followed: \(followed.0) of \(followed.of)") }
    lines.append("token: \(token)")
    if let divergence { lines.append("divergence: \(divergence.oneLine)") }
    if let failure { lines.append("message: \(failure.text.oneLine)") }
    if let assumption { lines.append("assumes: \(assumption.oneLine)") }
    return lines.joined(separator: "\n") + "\n\n" + table
  }
}

extension String {
  fileprivate var oneLine: String {
    split(separator: "\n", omittingEmptySubsequences: true).joined(separator: " ")
  }
}
