import LockcheckControl

/// Makes a schedule that goes wrong fit for a reader.
struct FailurePresenter {
  let explorer: Explorer
  let options: ExplorationOptions
  let body: @Sendable () throws -> Void

  /// Runs it again, makes it short, and writes it down.
  ///
  /// - Parameter isSame: Whether a run goes wrong in the same way: other threads may be in it, and other numbers
  ///   in the text.
  func present(
    _ run: ScheduleRun, _ failure: ScheduleFailure, number: Int, foundBy: String,
    seededToken: String? = nil, isSame: (ScheduleRun) -> Bool
  ) -> FailingSchedule {
    var best = run
    var isMinimal = false
    let isRepeatable = failure.kind != .uncontrolled && isRepeated(run, isSame)
    if isRepeatable, options.isMinimizing {
      var minimizer = ScheduleMinimizer(run.schedule)
      var failing = [run.schedule: run]
      minimizer.minimize { deviations in
        guard canGoOn else { return nil }
        let other = explorer.trial(DeviationStrategy(deviations), body)
        guard isSame(other) else { return nil }
        failing[other.schedule] = other
        return other.schedule
      }
      isMinimal = minimizer.isMinimal
      best = failing[minimizer.schedule] ?? run
    }
    return write(
      best, best.failure ?? failure, number: number, foundBy: foundBy, seededToken: seededToken,
      isRepeatable: isRepeatable, isMinimal: isMinimal)
  }

  /// Writes a run down as it is.
  func write(
    _ run: ScheduleRun, _ failure: ScheduleFailure, number: Int, foundBy: String,
    seededToken: String? = nil, isRepeatable: Bool = true, isMinimal: Bool = false
  ) -> FailingSchedule {
    let labels = StepLabels(of: run, objects: explorer.labels)
    return FailingSchedule(
      failure: failure, assumption: run.assumption, number: number, foundBy: foundBy,
      schedule: run.schedule,
      token: "\(ScheduleToken.exact(ExactSchedule(run.schedule, labels: labels)))",
      seededToken: seededToken, isRepeatable: isRepeatable, isMinimal: isMinimal,
      table: ScheduleTable(run, labels: labels).text)
  }

  private var canGoOn: Bool { explorer.abandonedThreadCount < options.stuckThreadLimit }

  private func isRepeated(_ run: ScheduleRun, _ isSame: (ScheduleRun) -> Bool) -> Bool {
    let again = explorer.trial(DeviationStrategy(run.schedule.deviations), body)
    return isSame(again) && again.schedule == run.schedule
  }
}

extension Explorer {
  /// Runs one schedule by another strategy, and then has its own again.
  func trial(_ strategy: some Strategy, _ body: @escaping @Sendable () throws -> Void)
    -> ScheduleRun
  {
    let mine = self.strategy
    defer { self.strategy = mine }
    self.strategy = strategy
    return run(iteration: 0, body)
  }
}
