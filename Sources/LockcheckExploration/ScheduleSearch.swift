import LockcheckControl

/// Looks for a schedule that fails, and makes it presentable.
struct ScheduleSearch {
  private let options: ExplorationOptions
  private let body: @Sendable () throws -> Void
  private let explorer: Explorer
  private var exploration: Exploration
  /// Whether to go on when the strategy has nothing new.
  private let isSearch: Bool

  init(
    _ method: Method, options: ExplorationOptions, _ body: @escaping @Sendable () throws -> Void
  ) {
    self.options = options
    self.body = body
    explorer = Explorer(method.strategy(), seed: options.seed, limits: options.limits)
    exploration = Exploration(method: "\(method)")
    if case .bounded = method { isSearch = true } else { isSearch = false }
  }

  /// Runs schedules until one fails.
  mutating func run(upTo limit: Int) -> Exploration {
    for iteration in 0..<max(0, limit) {
      let run = explorer.run(iteration: iteration, body)
      exploration.schedules = iteration + 1
      if let failure = run.failure {
        exploration.failure = present(run, failure, iteration: iteration)
        break
      }
      if isSearch, explorer.strategy.isExhausted { break }
      // Threads that the program left to themselves.
      if explorer.abandonedThreadCount >= options.stuckThreadLimit { break }
    }
    exploration.stuckThreads = explorer.abandonedThreadCount
    if exploration.failure == nil { exploration.exhaustedPreemptions = exhaustedPreemptions }
    return exploration
  }

  private var exhaustedPreemptions: Int? {
    switch explorer.strategy {
    case let search as BoundedSearch: search.exhaustedBound
    case let portfolio as Portfolio: portfolio.exhaustedBound
    default: nil
    }
  }

  /// Runs it again, makes it short, and writes it down.
  private func present(
    _ run: ScheduleRun, _ failure: ScheduleFailure, iteration: Int
  ) -> FailingSchedule {
    let origin = explorer.strategy.origin(of: iteration)
    let seeded = explorer.seededToken(of: iteration)
    var best = run
    var isMinimal = false
    let isRepeatable = failure.kind != .uncontrolled && failsAgain(run, failure)
    if isRepeatable, options.isMinimizing {
      var minimizer = ScheduleMinimizer(run.schedule)
      minimizer.minimize { deviations in
        let other = explorer.trial(DeviationStrategy(deviations), body)
        guard let found = other.failure, found.isLike(failure), canGoOn else { return nil }
        return other.schedule
      }
      isMinimal = minimizer.isMinimal
      if minimizer.schedule != run.schedule, canGoOn {
        let again = explorer.trial(DeviationStrategy(minimizer.deviations), body)
        if again.failure?.isLike(failure) == true { best = again }
      }
    }
    let labels = StepLabels(of: best, objects: explorer.labels)
    return FailingSchedule(
      failure: best.failure ?? failure, number: iteration + 1, foundBy: origin.strategy,
      schedule: best.schedule,
      token: "\(ScheduleToken.exact(ExactSchedule(best.schedule, labels: labels)))",
      seededToken: "\(seeded)", isRepeatable: isRepeatable, isMinimal: isMinimal,
      table: ScheduleTable(best, labels: labels).text)
  }

  private var canGoOn: Bool { explorer.abandonedThreadCount < options.stuckThreadLimit }

  private func failsAgain(_ run: ScheduleRun, _ failure: ScheduleFailure) -> Bool {
    let again = explorer.trial(DeviationStrategy(run.schedule.deviations), body)
    return again.failure?.isLike(failure) == true && again.schedule == run.schedule
  }
}

extension Explorer {
  /// Runs one schedule by another strategy.
  func trial(_ strategy: some Strategy, _ body: @escaping @Sendable () throws -> Void) -> ScheduleRun {
    let mine = self.strategy
    defer { self.strategy = mine }
    self.strategy = strategy
    return run(iteration: 0, body)
  }

}

extension ScheduleFailure {
  /// Whether it is the same thing that goes wrong: other threads may be in it, and other numbers in the text.
  func isLike(_ other: ScheduleFailure) -> Bool { kind == other.kind }
}
