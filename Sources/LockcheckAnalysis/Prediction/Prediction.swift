import LockcheckFindings
import LockcheckTrace

/// Looks for schedules that make patterns come true, and turns what it finds into findings.
///
/// Whatever is promised has been replayed by the ``WitnessChecker`` before.
struct Prediction: ~Copyable {
  let index: RunIndex
  private var search: ScheduleSearch?
  let engine: Engine
  /// What is certain all the same where accesses stand in the order of clocks; nil where each stands where
  /// it took effect.
  var clockOrder: ClockOrder?
  /// Whether threads decide by values that nobody recorded.
  private let omitsValues: Bool
  /// How many events were looked at to prove single races.
  var proofSteps = 0

  init(_ history: consuming History, _ engine: Engine, in run: borrowing Run) {
    self.engine = engine
    index = RunIndex(history, tables: run.tables, held: run.held)
    clockOrder =
      run.accessOrder == .exact ? nil : ClockOrder(index, hasExactAtomics: run.hasExactAtomics)
    omitsValues = run.omitsValues
  }

  /// The rules of which something can be predicted.
  static let rules: [Rule] = [.lockOrderCycle, .dataRace] + hangRules

  /// Whether there is anything in what the detectors say, or in the run, that could be predicted.
  static func hasSubject(
    _ detections: Detections, of rules: Set<Rule>, in run: borrowing Run
  ) -> Bool {
    !detections.cycles.isEmpty || (run.hasAccesses && rules.contains(.dataRace))
      || mayHang(detections, of: rules, in: run)
  }

  /// Makes sure of what is only possible, and adds what the detectors cannot see.
  mutating func refine(
    _ detections: inout Detections, of rules: Set<Rule>, in run: borrowing Run
  ) {
    if clockOrder != nil { judgeRaces(&detections) }
    var claims = predictDeadlocks(&detections, in: run)
    claims += predictHangs(&detections, of: rules, claimed: claims, in: run)
    if rules.contains(.dataRace) { claims += predictRaces(&detections, in: run) }
    keep(claims, &detections)
  }

  private mutating func prepareSearch() {
    guard engine == .search, search == nil else { return }
    search = ScheduleSearch(
      budget: Self.searchBudget + 50 * index.history.count, stateLimit: Self.stateLimit)
  }

  /// Looks at a step of a schedule: some tens of nanoseconds each.
  static let searchBudget = 20_000_000
  /// How many events are looked at to say what put accesses in order.
  private static let orderBudget = 2_000_000
  /// How many pairs of sorts of access are compared, over all variables.
  private static let pairBudget = 5_000_000
  /// How many states are looked at for one candidate.
  private static let stateLimit = 2_000
  /// In how many ways the steps of a cycle are given to threads.
  static let patternLimit = 64
  /// How many instances of a pattern are searched one by one.
  static let instanceLimit = 64
}

// MARK: - Deadlocks

extension Prediction {
  private mutating func predictDeadlocks(
    _ detections: inout Detections, in run: borrowing Run
  ) -> [Claim] {
    var claims: [Claim] = []
    for cycle in detections.cycles {
      let finding = detections.findings[cycle.finding]
      // Semaphores, and locks that are given back by others, anybody could release.
      guard canBeStuck(finding) else { continue }
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
        claims.append(
          Claim(
            finding: self.finding(of: deadlock, like: finding, in: run), place: cycle.finding,
            schedule: deadlock.schedule, goal: .stuck(deadlock.steps)))
      } else {
        detections.findings[cycle.finding].missing = isRefuted ? .values : .notDecided
      }
    }
    return claims
  }

  /// The pattern with those requests only that can wait for ever; nil where a step has none.
  static func withoutBounded(
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

  /// Whether only who holds what the steps ask for could let them through.
  func canBeStuck(_ finding: Finding) -> Bool {
    for step in finding.steps where !step.child.isPresent {
      guard index.disciplines[step.object.index] == .sections,
        index.tables.objects.kind(of: step.object).isLock
      else { return false }
    }
    return true
  }

  /// The finding, with the steps of the deadlock that was found.
  private func finding(
    of deadlock: DeadlockPrediction.Deadlock, like other: Finding, in run: borrowing Run
  ) -> Finding {
    var finding = other
    for (number, place) in deadlock.steps.enumerated() {
      finding.steps[number] = step(at: place, like: other.steps[number], in: run)
    }
    finding.threads = finding.steps.map(\.thread).uniqued()
    finding.objects = finding.steps.map(\.object).filter(\.isPresent).uniqued()
    finding.occurrences = [deadlock.steps]
    return finding
  }

  /// The step of a cycle at another place than the one that the detector chose.
  func step(at place: Int, like other: Step, in run: borrowing Run) -> Step {
    var event = index.history[place]
    if event.operation == .wait {
      event.object = other.object
      event.operation = .acquire
      event.mode = .exclusive
    }
    return Step(event, at: place, holding: run.held.locks(of: index.history.held(at: place)))
  }

  /// A finding that a schedule was found for, before the schedule has been checked.
  struct Claim {
    var finding: Finding
    /// The place of the finding among those of the detectors; nil for a new one.
    var place: Int?
    var schedule: FoundSchedule
    var goal: WitnessGoal
  }
}

// MARK: - Promises

extension Prediction {
  /// Raises the verdicts of what stands up to the checker.
  ///
  /// Schedules that begin as the trace does are checked in the order in which they depart from it, so
  /// that the trace itself is gone through once.
  private mutating func keep(_ claims: [Claim], _ detections: inout Detections) {
    guard !claims.isEmpty else { return }
    var claims = claims
    for number in claims.indices { narrow(&claims[number]) }
    let checker = WitnessChecker(index.history, tables: index.tables)
    var start = WitnessStart()
    var findings: [Int: Finding] = [:]
    let order = claims.indices.sorted {
      (claims[$0].schedule.start, $0) < (claims[$1].schedule.start, $1)
    }
    for number in order {
      let claim = claims[number]
      checker.advance(&start, to: claim.schedule.start)
      let flaw = checker.flaw(in: claim.schedule.events, after: start, reaching: claim.goal)
      findings[number] = promise(claim, flaw, &detections.warnings)
    }
    for number in claims.indices {
      guard let finding = findings[number] else { continue }
      // A race that stays possible is told of already.
      if finding.rule == .dataRace, finding.verdict == .possible, claims[number].place != nil {
        continue
      }
      if let place = claims[number].place {
        detections.findings[place] = finding
      } else {
        detections.findings.append(finding)
      }
    }
  }

  private mutating func promise(
    _ claim: Claim, _ flaw: WitnessFlaw?, _ warnings: inout [AnalysisWarning]
  ) -> Finding {
    var finding = claim.finding
    if let flaw {
      finding.verdict = .possible
      finding.missing = .notDecided
      finding.waits = []
      warnings.append(
        AnalysisWarning(
          .witnessRefused(flaw.description), at: finding.firstEvent, thread: finding.threads[0]))
      return finding
    }
    finding.witness = scheduled(claim.schedule.events)
    finding.witnessStart = claim.schedule.start
    let isCertain =
      clockOrder?.isCertain(claim.schedule, in: index) ?? !(omitsValues && isDecided(claim))
    finding.verdict = isCertain ? .predicted : .possible
    return finding
  }

  /// Whether threads most often look at some value before they take the steps that the claim ends with: that a
  /// thread is done before they join it, that there is something to wait for before they wait. To take locks
  /// they do not, whatever the values: they are what makes it safe to look.
  private func isDecided(_ claim: Claim) -> Bool {
    guard case .stuck(let steps) = claim.goal else { return true }
    for place in steps {
      let event = index.history[place]
      if event.operation != .acquire || !index.tables.objects.kind(of: event.object).isLock {
        return true
      }
    }
    return false
  }

  /// Gives the claim a schedule of fewer events, where the beginning of the trace is not certain.
  private func narrow(_ claim: inout Claim) {
    guard let clockOrder, claim.schedule.start > clockOrder.firstUncertain else { return }
    let steps =
      switch claim.goal {
      case .adjacent(let one, let other): [one, other]
      case .stuck(let steps): steps
      // Every thread has to come to its end: there is no smaller one.
      case .hung: [Int]()
      }
    if !steps.isEmpty, let schedule = index.leastSchedule(before: steps) {
      claim.schedule = schedule
    }
  }

  /// The events of a schedule; those of one thread that stand next to each other in one, where there
  /// are too many.
  private func scheduled(_ places: [Int]) -> [ScheduledEvent] {
    guard places.count > FoundSchedule.longRun else {
      return places.map { ScheduledEvent(index.history[$0], at: $0) }
    }
    var events: [ScheduledEvent] = []
    for place in places {
      if let last = events.last, last.thread == index.history[place].thread {
        events[events.count - 1].through = place
      } else {
        events.append(ScheduledEvent(index.history[place], at: place))
      }
    }
    return events
  }
}

// MARK: - Races

extension Prediction {
  private mutating func predictRaces(
    _ detections: inout Detections, in run: borrowing Run
  ) -> [Claim] {
    guard run.hasAccesses else { return [] }
    var known = [Bool](repeating: false, count: index.history.count)
    for finding in detections.findings
    where finding.rule == .dataRace && (finding.verdict == .observed || clockOrder == nil) {
      for pair in finding.occurrences { known[pair[1]] = true }
    }
    let variables = SuspectVariables(index)
    guard !variables.isEmpty else { return [] }
    prepareSearch()
    var prediction = RacePrediction(budget: Self.searchBudget / 10 + 2 * index.history.count)
    var exclusion = LockExclusion()
    var pairs = Self.pairBudget + 2 * index.history.count
    var isCutShort = false
    for number in variables.indices {
      let accesses = VariableAccesses(variables[number], in: index, &exclusion, pairs: &pairs)
      if accesses.isCutShort { isCutShort = true }
      if accesses.isSafe { continue }
      prediction.predict(accesses, in: index, isKnown: { known[$0] }, search: &search)
    }
    if isCutShort || prediction.isCutShort {
      detections.warnings.append(
        AnalysisWarning(.raceSearchCutShort, at: 0, thread: ThreadID(0)))
    }
    detections.findings += undecided(of: prediction, in: run)
    var claims = claims(of: prediction, &detections, in: run)
    if clockOrder != nil {
      let possible = PossibleRaces(detections)
      for number in claims.indices {
        claims[number].place = possible.number(like: claims[number].finding)
      }
    }
    return claims
  }

  /// Races that the search was given up on, but for places in the code that race for certain.
  private func undecided(of prediction: RacePrediction, in run: borrowing Run) -> [Finding] {
    func places(_ earlier: Int, _ later: Int) -> [UInt32] {
      let (one, other) = (index.history[earlier], index.history[later])
      return [one.object.rawValue, one.stack.rawValue, other.stack.rawValue]
    }
    let known = Set(prediction.races.map { places($0.earlier, $0.later) })
    var ledger = RaceLedger()
    for pair in prediction.undecided where !known.contains(places(pair.earlier, pair.later)) {
      ledger.note(
        access(at: pair.earlier), access(at: pair.later), on: index.history[pair.later].object,
        isCertain: false)
    }
    var findings = ledger.findings(in: run)
    for place in findings.indices { findings[place].missing = .notDecided }
    return findings
  }

  /// The races that were found, each with its schedule; those that are too many for that (``ProofShares``)
  /// are possible.
  private mutating func claims(
    of prediction: RacePrediction, _ detections: inout Detections, in run: borrowing Run
  ) -> [Claim] {
    var ledger = RaceLedger()
    var races: [Int: RacePrediction.Race] = [:]
    for race in prediction.races {
      ledger.note(
        access(at: race.earlier), access(at: race.later), on: index.history[race.later].object,
        isCertain: false)
      races[race.later] = race
    }
    var order = OrderOfAccesses(budget: Self.orderBudget)
    var findings = ledger.findings(in: run)
    var shares = ProofShares(
      eventCount: index.history.count, limit: Self.searchBudget + 8 * index.history.count)
    var claims: [Int: Claim] = [:]
    for number in shares.inTurn(findings) {
      let pair = findings[number].occurrences[0]
      guard let race = races[pair[1]] else { continue }
      guard shares.allows(findings[number]) else {
        findings[number].missing = .notDecided
        detections.findings.append(findings[number])
        continue
      }
      guard let schedule = RacePrediction.schedule(of: race, in: index) else { continue }
      findings[number].orderedBy = order.ordering(of: pair[0], before: pair[1], in: index)
      var claim = Claim(
        finding: findings[number], schedule: schedule, goal: .adjacent(pair[0], pair[1]))
      narrow(&claim)
      shares.spend(schedule.events.count + 2 * claim.schedule.events.count, on: claim.finding)
      claims[number] = claim
    }
    proofSteps += shares.steps
    return findings.indices.compactMap { claims[$0] }
  }

  private func access(at place: Int) -> Access {
    Access(index.history[place], at: place, held: index.history.held(at: place))
  }
}
