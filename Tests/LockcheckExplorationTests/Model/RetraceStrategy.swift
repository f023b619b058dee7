@testable import LockcheckControl

/// Follows a whole schedule of this process step by step, and notices the first step that is another.
///
/// It knows what every step was, so it compares all of it, where ``ReplayStrategy`` has a few bits to go by.
struct RetraceStrategy: Strategy {
  /// What a token calls it.
  let name = "retrace"
  private let steps: [Schedule.Taken]
  private let labels: StepLabels
  /// The first divergence of the schedule that runs or ran last; nil as long as there is none.
  private(set) var divergence: Divergence?
  private var census = ThreadCensus()
  /// How many steps have been looked at.
  private var seen = 0

  /// Makes what follows `schedule`.
  ///
  /// - Parameter labels: What its steps are called where they do not come.
  init(_ schedule: Schedule, labels: StepLabels) {
    steps = schedule.steps
    self.labels = labels
  }

  /// Forgets the schedule before.
  mutating func begin(iteration: Int, random: SeededRandom) {
    divergence = nil
    census = ThreadCensus()
    seen = 0
  }

  /// Chooses as it was told.
  mutating func choose(_ decision: Decision) -> Int {
    guard divergence == nil else { return 0 }
    census.note(decision)
    guard decision.index < steps.count else {
      diverge(at: decision.index, expected: .end, found: .step(decision.choices[0]))
      return 0
    }
    let wanted = steps[decision.index].choice
    let expected = Divergence.Expected.step(labels.words(for: wanted))
    guard let chosen = decision.index(ofThread: wanted.thread, isTimeout: wanted.isTimeout) else {
      diverge(
        at: decision.index, expected: expected,
        found: census.obstacle(to: wanted.thread, in: decision))
      return 0
    }
    guard decision.choices[chosen] == wanted else {
      diverge(at: decision.index, expected: expected, found: .step(decision.choices[chosen]))
      return 0
    }
    seen = decision.index + 1
    return chosen
  }

  /// Notices what is missing.
  mutating func end(_ schedule: Schedule) {
    guard divergence == nil else { return }
    // Nobody is asked about the last steps of a schedule that is longer than most.
    for step in seen..<max(seen, steps.count) {
      let wanted = steps[step].choice
      let taken = step < schedule.steps.count ? schedule.steps[step].choice : nil
      guard taken != wanted else { continue }
      diverge(
        at: step, expected: .step(labels.words(for: wanted)),
        found: taken.map { .step($0) } ?? .end(schedule.steps.count))
      return
    }
  }

  private mutating func diverge(
    at step: Int, expected: Divergence.Expected, found: Divergence.Found
  ) {
    divergence = Divergence(steps: step...step, expected: expected, found: found)
  }
}
