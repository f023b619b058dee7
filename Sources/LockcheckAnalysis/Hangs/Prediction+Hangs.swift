import LockcheckFindings
import LockcheckTrace

/// Waits for anything but locks: whether a schedule leaves them without anybody who could end them.
extension Prediction {
  /// The rules of which a hang may be a case.
  static let hangRules: [Rule] = [.deadlock, .stuckThread]

  /// Whether there is anything that could be predicted of waits.
  static func mayHang(
    _ detections: Detections, of rules: Set<Rule>, in run: borrowing Run
  ) -> Bool {
    run.eventCount <= HangSearch.smallRun && !rules.isDisjoint(with: hangRules)
  }

  /// - Parameter claimed: What a schedule was found for already.
  mutating func predictHangs(
    _ detections: inout Detections, of rules: Set<Rule>, claimed: [Claim], in run: borrowing Run
  ) -> [Claim] {
    let cycles = detections.cycles.filter { !canBeStuck(detections.findings[$0.finding]) }
    guard engine == .search, !cycles.isEmpty || Self.mayHang(detections, of: rules, in: run) else {
      return []
    }
    var search = HangSearch(index.history, tables: index.tables)
    var claims: [Claim] = []
    for cycle in cycles {
      let finding = detections.findings[cycle.finding]
      let answer = hang(of: cycle, &search)
      if let claim = self.claim(answer, finding, at: cycle.finding, &detections, in: run) {
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
        case .found(let hang):
          return .found(Hang(schedule: hang.schedule, waits: hang.waits, core: steps))
        case .none: break
        case .undecided: isRefuted = false
        }
      }
    }
    return isRefuted ? .none : .undecided
  }

  /// What is promised, if a hang was found, of a finding that a detector made.
  private func claim(
    _ answer: HangSearch.Answer, _ finding: Finding, at place: Int, _ detections: inout Detections,
    in run: borrowing Run
  ) -> Claim? {
    switch answer {
    case .found(let hang):
      var finding = finding
      for (number, place) in hang.core.enumerated() where number < finding.steps.count {
        finding.steps[number] = step(at: place, like: finding.steps[number], in: run)
      }
      finding.occurrences = [hang.core]
      return claim(finding, place: place, hang)
    case .none: detections.findings[place].missing = .values
    case .undecided: detections.findings[place].missing = .notDecided
    }
    return nil
  }

  private func claim(_ finding: Finding, place: Int?, _ hang: Hang) -> Claim {
    Claim(
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
    // What a run that hung could have hung in otherwise is for the next run to tell.
    let hasHung = detections.findings.contains {
      $0.rule.kind == .deadlock && $0.verdict == .observed
    }
    if hasHung { return [] }
    var told = Set(known.map { Signature($0.finding.steps) })
    var claims: [Claim] = []
    for hang in space.hangs {
      for core in HangAnatomy(hang, in: index).cores where claims.count < Self.newHangLimit {
        guard let finding = finding(of: core, in: hang, run), rules.contains(finding.rule),
          told.insert(Signature(finding.steps)).inserted
        else { continue }
        claims.append(claim(finding, place: nil, hang))
      }
    }
    return claims
  }

  /// How many hangs are told that no detector saw.
  private static let newHangLimit = 16

  /// What is waited for, and where in the code: whichever threads do it, it is one defect.
  private struct Signature: Hashable {
    var requests: Set<[UInt32]>

    init(_ steps: [Step]) {
      requests = Set(
        steps.map { [$0.object.rawValue, $0.child.rawValue, $0.stack.rawValue] })
    }
  }

  private func isUsedAsLock(_ object: ObjectID) -> Bool {
    index.tables.objects.kind(of: object).isLock || index.tables.objects[object].value == 1
  }

  /// The finding that a core is; nil for one that others look for, or of which it is not certain that the
  /// threads would wait.
  private func finding(
    of core: HangAnatomy.Core, in hang: Hang, _ run: borrowing Run
  ) -> Finding? {
    let events = core.places.map { index.history[$0] }
    // Cycles of these are looked for elsewhere.
    let isOfLocks = events.allSatisfy { event in
      event.operation == .join || (event.operation == .acquire && isUsedAsLock(event.object))
    }
    if core.isCycle, isOfLocks { return nil }
    var isLost = false
    for place in core.places {
      let lost = LostWakeup(of: place, in: hang.schedule, index)
      guard lost.isCertain else { return nil }
      if !lost.wakeups.isEmpty { isLost = true }
    }
    var steps: [Step] = []
    for (number, place) in core.places.enumerated() {
      let next = core.places[(number + 1) % core.places.count]
      var step = Step(
        index.history[place], at: place,
        holding: run.held.locks(of: index.history.held(at: place)))
      if core.isCycle { step.waitsFor = [index.history[next].thread] }
      steps.append(step)
    }
    _ = isLost
    let rule = core.isCycle ? Rule.deadlock : .stuckThread
    return Finding(
      rule, .possible, core.isCycle ? .waitCycle : .nobodyLeft, steps: steps,
      assumes: run.assumptions)
  }
}
