import LockcheckFindings
import LockcheckTrace

/// Looks for schedules that make patterns come true, and turns what it finds into findings.
///
/// Whatever is promised has been replayed by the ``WitnessChecker`` before.
struct Prediction: ~Copyable {
  private let index: RunIndex
  private var search: ScheduleSearch?
  private let engine: Engine
  /// Whether what a read saw is not certain.
  private let isApproximate: Bool

  init(_ history: consuming History, _ engine: Engine, in run: borrowing Run) {
    self.engine = engine
    isApproximate = run.accessOrder == .approximate
    index = RunIndex(history, tables: run.tables, held: run.held)
  }

  /// The rules of which something can be predicted.
  static let rules: [Rule] = [.lockOrderCycle, .dataRace]

  /// Whether there is anything in what the detectors say, or in the run, that could be predicted.
  static func hasSubject(_ detections: Detections, in run: borrowing Run) -> Bool {
    !detections.cycles.isEmpty || run.hasAccesses
  }

  /// Makes sure of what is only possible, and adds what the detectors cannot see.
  mutating func refine(
    _ detections: inout Detections, of rules: Set<Rule>, in run: borrowing Run
  ) {
    let checker = WitnessChecker(index.history, tables: index.tables)
    predictDeadlocks(&detections, checker, in: run)
    if rules.contains(.dataRace) { predictRaces(&detections, checker, in: run) }
  }

  private mutating func prepareSearch() {
    guard engine == .search, search == nil else { return }
    search = ScheduleSearch(
      index, budget: Self.searchBudget + 50 * index.history.count, stateLimit: Self.stateLimit)
  }

  /// Looks at a step of a schedule: some tens of nanoseconds each.
  private static let searchBudget = 20_000_000
  /// How many pairs of sorts of access are compared, over all variables.
  private static let pairBudget = 5_000_000
  /// How many states are looked at for one candidate.
  private static let stateLimit = 20_000
  /// In how many ways the steps of a cycle are given to threads.
  private static let patternLimit = 64
  /// How many instances of a pattern are searched one by one.
  private static let instanceLimit = 64
}

// MARK: - Deadlocks

extension Prediction {
  private mutating func predictDeadlocks(
    _ detections: inout Detections, _ checker: WitnessChecker<History>, in run: borrowing Run
  ) {
    for cycle in detections.cycles {
      var finding = detections.findings[cycle.finding]
      let all = cycle.patterns(limit: Self.patternLimit)
      var patterns: [[AbstractCycle.Requests]] = []
      for pattern in all {
        if let pattern = Self.withoutBounded(pattern, in: index) { patterns.append(pattern) }
      }
      var deadlock: DeadlockPrediction.Deadlock?
      for pattern in patterns where deadlock == nil {
        deadlock = DeadlockPrediction.syncPreserving(pattern, in: index)
      }
      var isRefuted = all.count < Self.patternLimit
      if deadlock == nil, engine == .search {
        prepareSearch()
        for pattern in patterns where deadlock == nil {
          deadlock = searched(pattern, isRefuted: &isRefuted)
        }
      } else if deadlock == nil {
        isRefuted = false
      }
      if let deadlock {
        apply(deadlock, to: &finding, &detections.warnings, checker, in: run)
      } else {
        finding.missing = isRefuted ? .values : .notDecided
      }
      detections.findings[cycle.finding] = finding
    }
  }

  /// The pattern with those requests only that can wait for ever; nil where a step has none.
  private static func withoutBounded(
    _ pattern: [AbstractCycle.Requests], in index: borrowing RunIndex
  ) -> [AbstractCycle.Requests]? {
    var pattern = pattern
    for step in pattern.indices {
      var places: [Int] = []
      for place in pattern[step].places where index.canWait(at: place) { places.append(place) }
      pattern[step].places = places
      if pattern[step].places.isEmpty { return nil }
    }
    return pattern
  }

  /// Looks at instances of a pattern one by one.
  private mutating func searched(
    _ pattern: [AbstractCycle.Requests], isRefuted: inout Bool
  ) -> DeadlockPrediction.Deadlock? {
    let instances = DeadlockPrediction.instances(of: pattern, limit: Self.instanceLimit)
    if !instances.isComplete { isRefuted = false }
    for steps in instances.steps {
      switch search!.schedule(to: steps, in: index) {
      case .found(let schedule):
        return DeadlockPrediction.Deadlock(steps: steps, schedule: schedule)
      case .impossible: break
      case .undecided: isRefuted = false
      }
    }
    return nil
  }

  private func apply(
    _ deadlock: DeadlockPrediction.Deadlock, to finding: inout Finding,
    _ warnings: inout [AnalysisWarning], _ checker: WitnessChecker<History>, in run: borrowing Run
  ) {
    for (number, place) in deadlock.steps.enumerated() {
      finding.steps[number] = step(at: place, like: finding.steps[number], in: run)
    }
    finding.threads = finding.steps.map(\.thread).uniqued()
    finding.objects = finding.steps.map(\.object).filter(\.isPresent).uniqued()
    finding.occurrences = [deadlock.steps]
    promise(
      deadlock.schedule, reaching: .stuck(deadlock.steps), to: &finding, &warnings, checker)
  }

  /// The step of a cycle at another place than the one that the detector chose.
  private func step(at place: Int, like other: Step, in run: borrowing Run) -> Step {
    var event = index.history[place]
    if event.operation == .wait {
      event.object = other.object
      event.operation = .acquire
      event.mode = .exclusive
    }
    return Step(event, at: place, holding: run.held.locks(of: index.history.held(at: place)))
  }

  /// Raises the verdict, if the schedule stands up to the checker.
  private func promise(
    _ schedule: [Int], reaching goal: WitnessGoal, to finding: inout Finding,
    _ warnings: inout [AnalysisWarning], _ checker: WitnessChecker<History>
  ) {
    if let flaw = checker.flaw(in: schedule, reaching: goal) {
      finding.verdict = .possible
      finding.missing = .notDecided
      warnings.append(
        AnalysisWarning(
          .witnessRefused(flaw.description), at: finding.firstEvent, thread: finding.threads[0]))
      return
    }
    finding.witness = schedule.map { ScheduledEvent(index.history[$0], at: $0) }
    // With accesses in the order of clocks, what a read in the schedule saw is not certain.
    let isCertain = !isApproximate || !finding.witness.contains { $0.operation.isAccess }
    finding.verdict = isCertain ? .predicted : .possible
  }
}

// MARK: - Races

extension Prediction {
  private mutating func predictRaces(
    _ detections: inout Detections, _ checker: WitnessChecker<History>, in run: borrowing Run
  ) {
    guard run.hasAccesses else { return }
    var known = [Bool](repeating: false, count: index.history.count)
    for finding in detections.findings where finding.rule == .dataRace {
      for pair in finding.occurrences { known[pair[1]] = true }
    }
    let variables = SuspectVariables(index)
    guard !variables.isEmpty else { return }
    prepareSearch()
    var prediction = RacePrediction(budget: Self.searchBudget / 10 + 2 * index.history.count)
    var exclusion = LockExclusion()
    var pairs = Self.pairBudget + 2 * index.history.count
    for number in variables.indices {
      let accesses = VariableAccesses(variables[number], in: index, &exclusion, pairs: &pairs)
      if accesses.isSafe { continue }
      prediction.predict(accesses, in: index, isKnown: { known[$0] }, search: &search)
    }
    report(prediction, &detections, checker, in: run)
  }

  private func report(
    _ prediction: RacePrediction, _ detections: inout Detections,
    _ checker: WitnessChecker<History>, in run: borrowing Run
  ) {
    var ledger = RaceLedger()
    for race in prediction.races {
      ledger.note(
        access(at: race.earlier), access(at: race.later), on: index.history[race.later].object,
        isCertain: false)
    }
    var races: [Int: RacePrediction.Race] = [:]
    for race in prediction.races { races[race.later] = race }
    for var finding in ledger.findings(in: run) {
      let pair = finding.occurrences[0]
      guard let race = races[pair[1]], let schedule = RacePrediction.schedule(of: race, in: index)
      else { continue }
      promise(
        schedule, reaching: .adjacent(pair[0], pair[1]), to: &finding, &detections.warnings, checker
      )
      detections.findings.append(finding)
    }
  }

  private func access(at place: Int) -> Access {
    Access(index.history[place], at: place, held: index.history.held(at: place))
  }
}
