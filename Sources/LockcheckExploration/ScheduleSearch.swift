import LockcheckControl
import LockcheckFindings
import LockcheckTrace

/// Looks for a schedule that fails, and makes it presentable.
struct ScheduleSearch {
  private let options: ExplorationOptions
  private let body: @Sendable () throws -> Void
  private let explorer: Explorer
  private var exploration: Exploration
  /// The schedule before the first.
  private let warmUp: ScheduleRun
  /// Whether to go on when the strategy has nothing new.
  private let isSearch: Bool

  init(
    _ method: ExplorationMethod, options: ExplorationOptions,
    _ body: @escaping @Sendable () throws -> Void
  ) {
    self.options = options
    self.body = body
    explorer = Explorer(method.strategy(), seed: options.seed, limits: options.limits)
    warmUp = explorer.warmUp(body)
    let suspects = Self.suspects(of: options.suspects, explorer, body)
    if !suspects.isEmpty { explorer.strategy = method.strategy(suspects: suspects) }
    exploration = Exploration(method: "\(method)")
    if case .bounded = method { isSearch = true } else { isSearch = false }
  }

  /// The objects that findings are about, met by following their witnesses.
  private static func suspects(
    of findings: [Finding], _ explorer: Explorer, _ body: @escaping @Sendable () throws -> Void
  ) -> Set<ObjectMark> {
    var suspects: Set<ObjectMark> = []
    for script in findings.compactMap({ $0.script() }) {
      let strategy = explorer.strategy
      explorer.strategy = Steering(script)
      _ = explorer.run(iteration: 0, body)
      if let steering = explorer.strategy as? Steering {
        suspects.formUnion(script.last.compactMap { $0.object.flatMap { steering.mark(of: $0) } })
      }
      explorer.strategy = strategy
    }
    return suspects
  }

  /// Runs schedules until one fails.
  mutating func run(upTo limit: Int) -> Exploration {
    if warmUp.failure?.kind == .uncontrolled, limit > 0 {
      // Another run would wait as long.
      present(warmUp)
      return exploration
    }
    var next = 0
    while next < limit {
      // The first by itself: what it says is compared with the run before it.
      let (iteration, run) = explorer.run(next..<(next == 0 ? 1 : limit), isSearch: isSearch, body)
      next = iteration + 1
      exploration.schedules = next
      if let failure = run.failure {
        present(run, failure, iteration)
        break
      }
      if iteration == 0, let failure = warmUp.failure {
        let again = explorer.trial(DeviationStrategy([]), body)
        present(again.failure?.kind == failure.kind ? again : warmUp)
        break
      }
      if isSearch, explorer.strategy.isExhausted { break }
      // Threads that the program left to themselves.
      if explorer.abandonedThreadCount >= options.stuckThreadLimit {
        exploration.isCutShort = next < limit
        break
      }
    }
    exploration.stuckThreads = explorer.abandonedThreadCount
    if exploration.failure == nil { exploration.exhaustedPreemptions = exhaustedPreemptions }
    return exploration
  }

  private mutating func present(_ run: ScheduleRun, _ failure: ScheduleFailure, _ iteration: Int) {
    let origin = explorer.strategy.origin(of: iteration)
    let presenter = FailurePresenter(explorer: explorer, options: options, body: body)
    exploration.failure = presenter.present(
      run, failure, number: iteration + 1, foundBy: origin.strategy,
      seededToken: "\(explorer.seededToken(of: iteration))"
    ) { $0.failure?.kind == failure.kind }
  }

  /// Tells of a failure of the schedule without preemptions that the method has not come upon.
  private mutating func present(_ run: ScheduleRun) {
    guard let failure = run.failure else { return }
    exploration.schedules = 1
    exploration.failure = FailurePresenter(explorer: explorer, options: options, body: body)
      .present(run, failure, number: 1, foundBy: "the run without preemptions") {
        $0.failure?.kind == failure.kind
      }
    exploration.stuckThreads = explorer.abandonedThreadCount
  }

  private var exhaustedPreemptions: Int? {
    switch explorer.strategy {
    case let search as BoundedSearch: search.exhaustedBound
    case let portfolio as Portfolio: portfolio.exhaustedBound
    default: nil
    }
  }
}
