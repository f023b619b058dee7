/// Follows a token, and notices the first step at which the program does not.
///
/// From there on it chooses as a run without preemptions does: what comes after means nothing, but the run is
/// to end.
package struct ReplayStrategy: Strategy {
  /// What a token calls it.
  package let name = ScheduleToken.exactWord
  private let schedule: ExactSchedule
  private let stride: Int
  /// The first divergence of the schedule that runs or ran last; nil as long as there is none.
  package private(set) var divergence: Divergence?
  private var digest = ScheduleDigest()
  private var census = ThreadCensus()
  private var nextTurn = 0
  private var nextCheck = 0
  /// How many steps have been looked at.
  private var seen = 0
  /// The first step that no check has confirmed.
  private var unchecked = 0

  /// Makes what follows `schedule`.
  package init(_ schedule: ExactSchedule) {
    self.schedule = schedule
    stride = ExactSchedule.stride(ofSteps: schedule.stepCount)
  }

  /// Forgets the schedule before.
  package mutating func begin(iteration: Int, random: SeededRandom) { self = Self(schedule) }

  /// Chooses as it was told.
  package mutating func choose(_ decision: Decision) -> Int {
    guard divergence == nil else { return 0 }
    census.note(decision)
    guard decision.index < schedule.stepCount else {
      diverge(at: decision, expected: .end, found: .step(decision.choices[0]))
      return 0
    }
    let turn = turn(at: decision.index)
    var chosen = 0
    if let turn {
      guard let index = decision.index(ofThread: turn.thread, isTimeout: turn.isTimeout) else {
        let found = census.obstacle(to: turn.thread, in: decision)
        diverge(at: decision, expected: .step(turn.words), found: found)
        return 0
      }
      chosen = index
      nextTurn += 1
    }
    guard confirms(decision.choices[chosen], at: decision.index, isTurn: turn != nil) else {
      // Where steps before it went unchecked, it may well be one of those.
      let words = unchecked == decision.index ? turn?.words : nil
      diverge(
        at: decision,
        expected: words.map { .step($0) } ?? recorded(from: min(unchecked, decision.index)),
        found: .step(decision.choices[chosen]))
      return 0
    }
    return chosen
  }

  /// Notices what is missing.
  package mutating func end(_ schedule: Schedule) {
    let count = self.schedule.stepCount
    // Nobody is asked about the last steps of a schedule that is longer than most.
    while divergence == nil, seen < min(count, schedule.steps.count) {
      let taken = schedule.steps[seen]
      let step = seen
      if !confirms(taken.choice, at: step, isTurn: turn(at: step) != nil) {
        divergence = Divergence(
          steps: unchecked...step, expected: recorded(from: unchecked), found: .step(taken.choice))
      }
    }
    guard divergence == nil else { return }
    if schedule.steps.count < count {
      let next = turn(at: schedule.steps.count)
      divergence = Divergence(
        steps: unchecked...schedule.steps.count,
        expected: next.map { .step($0.words) } ?? recorded(from: unchecked),
        found: .end(schedule.steps.count))
    } else if !ScheduleDigest.matches(digest.value, self.schedule.digest) {
      divergence = Divergence(
        steps: 0...max(0, count - 1), expected: .recorded(after: nil, before: nil),
        found: .otherDigest)
    }
  }

  private func turn(at step: Int) -> ExactSchedule.Turn? {
    guard nextTurn < schedule.turns.count, schedule.turns[nextTurn].step == step else { return nil }
    return schedule.turns[nextTurn]
  }

  /// A step that the token does not name, this one or one soon after.
  private func recorded(from step: Int) -> Divergence.Expected {
    .recorded(
      after: schedule.turns.last { $0.step < step }?.known,
      before: schedule.turns.first { $0.step >= step }?.known)
  }

  /// Whether the token has nothing against that step.
  private mutating func confirms(_ choice: Choice, at step: Int, isTurn: Bool) -> Bool {
    digest.add(choice)
    seen = step + 1
    guard isTurn || (step + 1) % stride == 0 else { return true }
    guard schedule.checks[nextCheck] == digest.character else { return false }
    nextCheck += 1
    unchecked = step + 1
    return true
  }

  private mutating func diverge(
    at decision: Decision, expected: Divergence.Expected, found: Divergence.Found
  ) {
    divergence = Divergence(
      steps: min(unchecked, decision.index)...decision.index, expected: expected, found: found)
  }
}

extension ExactSchedule.Turn {
  fileprivate var known: Divergence.KnownStep { Divergence.KnownStep(index: step, words: words) }

  var words: StepWords {
    StepWords(thread: thread, operation: operation, object: object, isTimeout: isTimeout)
  }
}
