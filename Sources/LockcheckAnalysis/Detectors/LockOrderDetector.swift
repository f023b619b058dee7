public import LockcheckFindings
public import LockcheckTrace

/// Finds locks that threads take in a cyclic order: deadlocks that did not happen.
///
/// Goodlock [Havelund 2000] with gate locks [Bensalem & Havelund 2005], for cycles of any length, on
/// abstract acquires ⟨thread, lock, held set⟩ [Joshi et al. 2009, Tunç et al. 2023]:
///
/// 1. Every request for a lock by a thread that holds others is kept once, with a count.
/// 2. At the end, `LockCycleSearch` looks for cycles of requests.
/// 3. A cycle is ruled out where its threads cannot stand on its steps at the same time: one thread
///    alone, a gate lock, shared holds and requests, a request that gives up by itself, an order that
///    holds whatever the scheduler does.
///
/// Also finds requests against the levels that locks were declared to have (`LockLevels`).
///
/// A semaphore with one permit is a lock. The end of a wait on a condition is a request for its lock. A
/// join is a request for the end of the child, which the child holds like a lock until it ends.
///
/// Misses deadlocks of requests that did not occur in the run, and counts a shared request as waiting
/// only for exclusive holds. Reports as `possible` cycles that values passed around, or what stands
/// before the requests, forbid.
///
/// [Havelund 2000]: https://doi.org/10.1007/10722468_15
/// [Bensalem & Havelund 2005]: https://doi.org/10.1007/11678779_15
/// [Joshi et al. 2009]: https://doi.org/10.1145/1542476.1542489
/// [Tunç et al. 2023]: https://doi.org/10.1145/3591291
public struct LockOrderDetector: Detector {
  /// Every operation that its state depends on.
  public let interests: OperationSet = [.acquire, .wait, .join]
  /// The rules that it can find broken.
  public let rules: [Rule] = [.lockOrderCycle]

  private var table = LockDependencyTable()
  private var users = LockUsers()
  private let limits: LockCycleSearch.Limits

  /// Makes a detector that has seen nothing yet.
  public init() { limits = LockCycleSearch.Limits() }

  init(limits: LockCycleSearch.Limits) { self.limits = limits }

  /// Takes note of one event.
  public mutating func observe(_ event: Event, at index: Int, in run: borrowing Run) {
    guard !event.isPending else { return }
    switch event.operation {
    case .acquire: request(event, at: index, in: run)
    case .join: join(event, at: index, in: run)
    default:
      let lock = run.conditionLock(of: event)
      guard lock.isPresent, event.result != .error else { return }
      guard run.held.isSuspended(lock, by: event.thread) || run.held.holds(lock, by: event.thread)
      else { return }
      note(lock, event, at: index, isBounded: false, in: run)
    }
  }

  private mutating func join(_ event: Event, at index: Int, in run: borrowing Run) {
    guard event.result != .error, event.child != event.thread, event.child.isPresent else { return }
    note(
      ObjectID(endOf: event.child), event, at: index, isBounded: isBounded(event, in: run), in: run)
  }

  private mutating func request(_ event: Event, at index: Int, in run: borrowing Run) {
    let lock = event.object
    guard event.result != .error, run.isHeldByThread(lock) else { return }
    users.note(lock, by: event.thread)
    if run.held.owner(of: lock) == event.thread { return }
    if event.mode == .shared, run.held.holds(lock, by: event.thread) { return }
    note(lock, event, at: index, isBounded: isBounded(event, in: run), in: run)
  }

  private func isBounded(_ event: Event, in run: borrowing Run) -> Bool {
    if event.attempt != .blocking || event.result != .success { return true }
    // Where only the pending event says how it was tried.
    guard let entry = run.pending.entry(of: event.thread) else { return false }
    return entry.event.object == event.object && entry.event.attempt != .blocking
  }

  private mutating func note(
    _ lock: ObjectID, _ event: Event, at index: Int, isBounded: Bool, in run: borrowing Run
  ) {
    let key = LockDependency.Key(
      thread: event.thread, lock: lock, held: run.held.set(of: event.thread), stack: event.stack,
      mode: event.operation == .acquire ? event.mode : .exclusive, isBounded: isBounded)
    table.note(key, at: index, isPending: event.isPending, in: run)
  }

  /// Says what it found, after the last event.
  public mutating func finish(in run: borrowing Run) -> Detections {
    // A request that was never granted is a request too.
    for entry in run.pending.all {
      switch entry.event.operation {
      case .acquire: request(entry.event, at: entry.index, in: run)
      case .join: join(entry.event, at: entry.index, in: run)
      default: break
      }
    }
    let grouping = LockRequestClasses(
      table, held: run.held, objectCount: run.tables.objects.count, limit: limits.holds)
    let search = LockCycleSearch(grouping.classes, limits: limits)
    var verdicts = LockCycleVerdicts(grouping.classes, table, limits)
    for cycle in search.cycles { verdicts.judge(cycle, in: run) }
    var detections = Detections(findings: verdicts.findings, ruledOut: verdicts.ruledOut)
    detections.cycles = verdicts.cycles
    detections.lockRequests = LockRequests(table, users, reported: verdicts.findings, in: run)
    var levels = LockLevels(run.tables.objects)
    detections.findings += levels.findings(in: table, limits: limits, run: run)
      .withoutLevels(toldBy: verdicts.findings)
    let areFindingsMissing =
      grouping.isCutShort || search.isExhausted || verdicts.areFindingsMissing
    if areFindingsMissing || search.isObstructedExhausted || verdicts.arePatternsMissing {
      detections.warnings.append(
        AnalysisWarning(
          .cycleSearchCutShort(ruledOutOnly: !areFindingsMissing), at: run.eventCount,
          thread: .absent))
    }
    return detections
  }
}

/// Turns cycles into findings, or into patterns that are ruled out.
private struct LockCycleVerdicts {
  private let classes: [LockRequestClass]
  private let table: LockDependencyTable
  private let limits: LockCycleSearch.Limits
  private var assignment: LockCycleAssignment
  /// How many locks the steps of what was found hold, and those of what was ruled out.
  private var foundHolds = 0
  private var obstructedHolds = 0
  /// What was found, by locks and threads.
  private var found: Set<[UInt32]> = []
  private(set) var findings: [Finding] = []
  /// The cycles that findings tell of, where the run's history is kept.
  private(set) var cycles: [AbstractCycle] = []
  private var obstructed: [RuledOut] = []
  /// Whether there are cycles that were not judged, or not written down.
  private(set) var areFindingsMissing = false
  /// The same of patterns that are ruled out.
  private(set) var arePatternsMissing = false

  init(
    _ classes: [LockRequestClass], _ table: LockDependencyTable, _ limits: LockCycleSearch.Limits
  ) {
    self.classes = classes
    self.table = table
    self.limits = limits
    assignment = LockCycleAssignment(classes, table, limit: limits.choices)
  }

  /// What was ruled out. A cycle of blocking requests makes the same one with a timed request
  /// uninteresting.
  var ruledOut: [RuledOut] {
    var seen = found
    return obstructed.filter { seen.insert(pattern($0.steps)).inserted }
  }

  private var isObstructedFull: Bool {
    obstructed.count >= limits.reports || obstructedHolds >= limits.holds / 4
  }

  mutating func judge(_ cycle: LockCycle, in run: borrowing Run) {
    let isFull =
      cycle.obstacle == nil
      ? findings.count >= limits.reports || foundHolds >= limits.holds : isObstructedFull
    switch isFull ? nil : assignment.assign(cycle) {
    case nil:
      if cycle.obstacle == nil { areFindingsMissing = true } else { arePatternsMissing = true }
    case .feasible(let choices):
      if let obstacle = cycle.obstacle {
        ruleOut(obstacle, choices, in: run)
      } else {
        report(cycle, choices, in: run)
      }
    case .infeasible(let reason, let choices):
      ruleOut(reason == .sameThread ? reason : cycle.obstacle ?? reason, choices, in: run)
    }
  }

  private mutating func report(
    _ cycle: LockCycle, _ choices: [LockCycleAssignment.Choice], in run: borrowing Run
  ) {
    let steps = choices.map { step($0, in: run) }
    foundHolds += steps.reduce(0) { $0 + $1.holding.count }
    found.insert(pattern(steps))
    var finding = Finding(
      .lockOrderCycle, .possible, .orderCycle, steps: steps, assumes: run.assumptions)
    finding.occurrenceCount = choices.map(\.member.count).min() ?? 1
    if run.keepsHistory { cycles.append(abstractCycle(cycle)) }
    findings.append(finding)
  }

  /// Every request that may be a step of the cycle, for the search for schedules.
  private func abstractCycle(_ cycle: LockCycle) -> AbstractCycle {
    AbstractCycle(
      finding: findings.count,
      steps: cycle.classes.map { number in
        classes[number].members.map { member in
          AbstractCycle.Requests(
            thread: member.thread,
            places: member.dependencies.flatMap { table.requests(of: $0) }.sorted())
        }
      })
  }

  private mutating func ruleOut(
    _ reason: RuledOut.Reason, _ choices: [LockCycleAssignment.Choice], in run: borrowing Run
  ) {
    guard !isObstructedFull else {
      arePatternsMissing = true
      return
    }
    let steps = choices.map { step($0, in: run) }
    obstructedHolds += steps.reduce(0) { $0 + $1.holding.count }
    obstructed.append(RuledOut(.lockOrderCycle, reason, steps: steps))
  }

  private func pattern(_ steps: [Step]) -> [UInt32] {
    let first = steps.indices.min { steps[$0].object < steps[$1].object } ?? 0
    return (steps[first...] + steps[..<first]).flatMap { step in
      [step.thread.rawValue, step.object.ifPresent?.rawValue ?? ~step.child.rawValue]
    }
  }

  private func step(_ choice: LockCycleAssignment.Choice, in run: borrowing Run) -> Step {
    let dependency = table.dependencies[choice.dependency]
    return dependency.step(
      at: Int(choice.window.first) - 1, holding: run.held.locks(of: dependency.key.held))
  }
}
