public import LockcheckFindings
public import LockcheckTrace

/// Finds locks that threads take in a cyclic order: deadlocks that did not happen.
///
/// Goodlock [Havelund 2000] with gate locks [Bensalem & Havelund 2005], for cycles of any length, on
/// abstract acquires ⟨thread, lock, held set⟩ [Joshi et al. 2009, Tunç et al. 2023]:
///
/// 1. Every request for a lock by a thread that holds others is kept once, with a count.
/// 2. At the end, ``LockCycleSearch`` looks for cycles of requests.
/// 3. A cycle is ruled out where its threads cannot stand on its steps at the same time: one thread
///    alone, a gate lock, shared holds and requests, a request that gives up by itself, an order that
///    holds whatever the scheduler does.
///
/// A semaphore with one permit is a lock. The end of a wait on a condition is a request for its lock.
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
  public let interests: OperationSet = [.acquire, .wait]
  /// The rules that it can find broken.
  public let rules: [Rule] = [.lockOrderCycle]

  private var table = LockDependencyTable()
  private let limits: LockCycleSearch.Limits

  /// Makes a detector that has seen nothing yet.
  public init() { limits = LockCycleSearch.Limits() }

  init(limits: LockCycleSearch.Limits) { self.limits = limits }

  /// Takes note of one event.
  public mutating func observe(_ event: Event, at index: Int, in run: borrowing Run) {
    guard !event.isPending, run.held.set(of: event.thread) != .none else { return }
    if event.operation == .acquire {
      request(event, at: index, in: run)
    } else {
      let lock = run.conditionLock(of: event)
      guard lock.isPresent, event.result != .error else { return }
      guard run.held.isSuspended(lock, by: event.thread) || run.held.holds(lock, by: event.thread)
      else { return }
      note(lock, event, at: index, isBounded: false, in: run)
    }
  }

  private mutating func request(_ event: Event, at index: Int, in run: borrowing Run) {
    let lock = event.object
    guard event.result != .error, run.isHeldByThread(lock) else { return }
    if run.held.owner(of: lock) == event.thread { return }
    if event.mode == .shared, run.held.holds(lock, by: event.thread) { return }
    var isBounded = event.attempt != .blocking || event.result != .success
    // Where only the pending event says how it was tried.
    if let entry = run.pending.entry(of: event.thread), entry.event.object == lock,
      entry.event.attempt != .blocking
    {
      isBounded = true
    }
    note(lock, event, at: index, isBounded: isBounded, in: run)
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
    for entry in run.pending.all
    where entry.event.operation == .acquire && run.held.set(of: entry.event.thread) != .none {
      request(entry.event, at: entry.index, in: run)
    }
    let grouping = LockRequestClasses(table, held: run.held, limit: limits.holds)
    let search = LockCycleSearch(grouping.classes, limits: limits)
    var verdicts = LockCycleVerdicts(grouping.classes, table, limits)
    for cycle in search.cycles { verdicts.judge(cycle, in: run) }
    var detections = Detections(findings: verdicts.findings, ruledOut: verdicts.ruledOut)
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
        report(choices, in: run)
      }
    case .infeasible(let reason, let choices):
      ruleOut(reason == .sameThread ? reason : cycle.obstacle ?? reason, choices, in: run)
    }
  }

  private mutating func report(_ choices: [LockCycleAssignment.Choice], in run: borrowing Run) {
    let steps = choices.map { step($0, in: run) }
    foundHolds += steps.reduce(0) { $0 + $1.holding.count }
    found.insert(pattern(steps))
    var finding = Finding(
      .lockOrderCycle, .possible, .orderCycle, steps: steps, assumes: run.assumptions)
    finding.occurrenceCount = choices.map(\.member.count).min() ?? 1
    findings.append(finding)
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
    return (steps[first...] + steps[..<first]).flatMap { [$0.thread.rawValue, $0.object.rawValue] }
  }

  private func step(_ choice: LockCycleAssignment.Choice, in run: borrowing Run) -> Step {
    let dependency = table.dependencies[choice.dependency]
    var event = Event(
      .acquire, by: dependency.key.thread, on: dependency.key.lock, at: dependency.key.stack)
    event.mode = dependency.key.mode
    event.isPending = dependency.isPending
    return Step(
      event, at: Int(choice.window.first) - 1, holding: run.held.locks(of: dependency.key.held))
  }
}
