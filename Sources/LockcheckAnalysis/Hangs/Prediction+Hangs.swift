import LockcheckFindings
import LockcheckTrace

/// Waits for anything but locks: whether a schedule leaves them without anybody who could end them.
extension Prediction {
  /// The rules of which a hang may be a case.
  static let hangRules: [Rule] = [
    .deadlock, .stuckThread, .nestedMonitor, .lostWakeup, .lockUpgrade, .poolStarvation,
  ]

  /// Whether there is anything that could be predicted of waits.
  static func mayHang(
    _ detections: Detections, of rules: Set<Rule>, in run: borrowing Run
  ) -> Bool {
    !detections.hangs.isEmpty
      || (run.eventCount <= HangSearch.smallRun && !rules.isDisjoint(with: hangRules))
  }

  /// - Parameter claimed: What a schedule was found for already.
  mutating func predictHangs(
    _ detections: inout Detections, of rules: Set<Rule>, claimed: [Claim], in run: borrowing Run
  ) -> [Claim] {
    let cycles = detections.cycles.filter { !canBeStuck(detections.findings[$0.finding]) }
    guard !cycles.isEmpty || Self.mayHang(detections, of: rules, in: run) else { return [] }
    guard engine == .search, index.history.count <= HangSearch.longestRun else {
      for place in cycles.map(\.finding) + detections.hangs.map(\.finding) {
        detections.findings[place].missing = .notDecided
      }
      return []
    }
    var search = HangSearch(
      index.history, tables: index.tables,
      isAimed: !cycles.isEmpty || !detections.hangs.isEmpty)
    var claims: [Claim] = []
    for cycle in cycles {
      let answer = hang(of: cycle, &search)
      if let claim = claim(answer, at: cycle.finding, &detections, in: run) { claims.append(claim) }
    }
    for pattern in detections.hangs {
      let answer = search.hang(atOneOf: pattern.waits) { self.holds(before: $0) }
      if let claim = claim(certain(answer), at: pattern.finding, &detections, in: run) {
        claims.append(claim)
      }
    }
    claims += newHangs(search, detections, of: rules, known: claimed + claims, in: run)
    return claims
  }

  /// A hang with a thread at each step of a cycle that was found.
  private func hang(of cycle: AbstractCycle, _ search: inout HangSearch) -> HangSearch.Answer {
    let patterns = cycle.patterns(limit: Self.patternLimit)
    var isRefuted = patterns.count < Self.patternLimit
    for pattern in patterns {
      let instances = DeadlockPrediction.instances(of: pattern, limit: Self.instanceLimit)
      if !instances.isComplete { isRefuted = false }
      for steps in instances.steps {
        switch search.hang(atAllOf: steps) {
        case .found(let hang) where isCertain(hang): return .found(hang)
        case .found: isRefuted = false
        case .none: break
        case .undecided: isRefuted = false
        }
      }
    }
    return isRefuted ? .none : .undecided
  }

  /// Where a thread that is to wait could be held up before: at the beginning of the wait, and where it took
  /// the first of the locks that it holds.
  private func holds(before wait: Int) -> [Int] {
    let thread = index.thread(of: wait)
    let begin = index.beginning(ofWait: wait)
    var position = Int(index.position[begin])
    let earliest = max(0, position - Self.longestSection)
    while position > earliest, index.heldSet(of: thread, at: position) != .none { position -= 1 }
    return [index.place(of: thread, at: position), begin, wait].uniqued()
  }

  /// How far back the beginning of a section is looked for.
  private static let longestSection = 10_000

  private func isCertain(_ hang: Hang) -> Bool {
    LostWakeup.isCertain(hang.schedule, waits: hang.waits.map(\.place), in: index)
  }

  /// What is left of an answer where it is not certain that the threads would wait.
  private func certain(_ answer: HangSearch.Answer) -> HangSearch.Answer {
    guard case .found(let hang) = answer else { return answer }
    return isCertain(hang) ? answer : .undecided
  }

  /// What is promised, if a hang was found, of a finding that a detector made.
  private func claim(
    _ answer: HangSearch.Answer, at place: Int, _ detections: inout Detections,
    in run: borrowing Run
  ) -> Claim? {
    switch answer {
    case .found(let hang):
      var finding = detections.findings[place]
      // The steps that wait there; what is told besides stays.
      for wait in hang.core {
        let event = index.history[wait]
        let number =
          finding.steps.firstIndex { $0.thread == event.thread && $0.operation == event.operation }
          ?? finding.steps.firstIndex {
            $0.operation == event.operation && $0.object == event.object
          }
        if let number { finding.steps[number] = step(at: wait, in: run) }
      }
      finding.occurrences = [finding.steps.map(\.event)]
      return claim(finding, place: place, hang, in: run)
    case .none: detections.findings[place].missing = .wakers
    case .undecided: detections.findings[place].missing = .notDecided
    }
    return nil
  }

  private func claim(
    _ finding: Finding, place: Int?, _ hang: Hang, in run: borrowing Run
  ) -> Claim {
    var finding = finding
    for wait in hang.waits { finding.waits.append(step(at: wait.place, in: run)) }
    return Claim(
      finding: finding, place: place, schedule: FoundSchedule(events: hang.schedule),
      goal: .hung(hang.waits.map(\.place)))
  }
}

// MARK: - What no detector saw

extension Prediction {
  /// Hangs of a small run that no finding tells of.
  private func newHangs(
    _ search: HangSearch, _ detections: Detections, of rules: Set<Rule>, known: [Claim],
    in run: borrowing Run
  ) -> [Claim] {
    guard let space = search.space else { return [] }
    let told = detections.findings.filter { $0.rule.kind == .deadlock }
    // What a run that hung could have hung in otherwise is for the next run to tell.
    if told.contains(where: { $0.verdict == .observed }) { return [] }
    var requests = Set((told + known.map(\.finding)).flatMap(\.steps).map(Request.init))
    var claims: [Claim] = []
    for hang in space.hangs where isCertain(hang) {
      for core in HangAnatomy(hang, in: index).cores where claims.count < Self.newHangLimit {
        let own = Set(core.places.map { Request(index.history[$0]) })
        guard requests.isDisjoint(with: own),
          let finding = finding(of: core, in: hang, run), rules.contains(finding.rule)
        else { continue }
        requests.formUnion(own)
        claims.append(claim(finding, place: nil, hang, in: run))
      }
    }
    return claims
  }

  /// How many hangs are told that no detector saw.
  private static let newHangLimit = 16

  /// What is waited for, and where in the code: whichever threads do it, it is one defect.
  private struct Request: Hashable {
    var object: ObjectID
    var child: ThreadID
    var stack: StackID

    init(_ step: Step) { (object, child, stack) = (step.object, step.child, step.stack) }

    init(_ event: Event) { (object, child, stack) = (event.object, event.child, event.stack) }
  }

  /// The finding that a core is; nil for one that others look for, or of which it is not certain that the
  /// threads would wait.
  private func finding(
    of core: HangAnatomy.Core, in hang: Hang, _ run: borrowing Run
  ) -> Finding? {
    // Cycles of these are looked for elsewhere.
    let isOfLocks = core.places.allSatisfy { place in
      let event = index.history[place]
      return event.operation == .join
        || (event.operation == .acquire && isUsedAsLock(event.object))
    }
    if core.isCycle, isOfLocks { return nil }
    // Who waits at the end of the trace as well is idle, or found to be stuck there.
    if core.places.contains(where: { index.history[$0].isPending }) { return nil }
    var wakeups: [Int] = []
    for place in core.places {
      wakeups += LostWakeup(of: place, in: hang.schedule, index).wakeups
    }
    let steps = self.steps(of: core, in: run)
    if core.isCycle {
      return nestedMonitor(core, steps, hang, in: run)
        ?? Finding(.deadlock, .possible, .waitCycle, steps: steps, assumes: run.assumptions)
    }
    guard let wakeup = wakeups.last else {
      return Finding(.stuckThread, .possible, .nobodyLeft, steps: steps, assumes: run.assumptions)
    }
    return Finding(
      .lostWakeup, .possible, .tooEarly, steps: steps + [step(at: wakeup, in: run)],
      assumes: run.assumptions)
  }

  private func isUsedAsLock(_ object: ObjectID) -> Bool {
    index.tables.objects.kind(of: object).isLock || index.tables.objects[object].value == 1
  }

  private func steps(of core: HangAnatomy.Core, in run: borrowing Run) -> [Step] {
    var steps: [Step] = []
    for (number, place) in core.places.enumerated() {
      var step = step(at: place, in: run)
      if core.isCycle {
        let next = core.places[(number + 1) % core.places.count]
        step.waitsFor = [index.history[next].thread]
      }
      steps.append(step)
    }
    return steps
  }

  private func step(at place: Int, in run: borrowing Run) -> Step {
    Step(
      index.history[place], at: place, holding: run.held.locks(of: index.history.held(at: place)))
  }

  /// Two threads, of which one waits with a lock held that the other asks for before it would wake it.
  private func nestedMonitor(
    _ core: HangAnatomy.Core, _ steps: [Step], _ hang: Hang, in run: borrowing Run
  ) -> Finding? {
    guard steps.count == 2,
      let asker = steps.firstIndex(where: { step in
        step.operation == .acquire && index.tables.objects.kind(of: step.object).isLock
      })
    else { return nil }
    let waiter = steps[1 - asker]
    let lock = steps[asker].object
    guard waiter.holding.contains(where: { $0.object == lock }),
      let wake = HangAnatomy.wake(
        of: waiter.event, by: steps[asker].thread.index, after: steps[asker].event, in: index)
    else { return nil }
    return Finding(
      .nestedMonitor, .possible, .wakerNeedsLock(lock: lock),
      steps: [waiter, step(at: wake, in: run)], objects: [waiter.object, lock],
      assumes: run.assumptions)
  }
}
