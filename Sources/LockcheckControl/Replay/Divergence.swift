/// Where a run no longer does what a schedule says.
public struct Divergence: Sendable, Hashable {
  /// What the schedule says.
  public enum Expected: Sendable, Hashable {
    /// This step.
    case step(StepWords)
    /// The step that was recorded: all that is known of it is that it was another.
    case recorded
    /// That it is over after so many steps.
    case end
  }

  /// What the run does.
  public enum Found: Sendable, Hashable {
    /// This.
    case step(Choice)
    /// Nothing could be done by that thread so far, or there is none of that number.
    case hasNotBegun
    /// That thread cannot go on any more: a decision does not show whether for now or for good.
    case waitsOrHasEnded
    /// The run is over, after so many steps.
    case end(Int)
    /// Nothing that a step shows, but not the same.
    case otherDigest
  }

  /// The step, or the steps among which it is: a token of a long schedule does not check each.
  public var steps: ClosedRange<Int>
  /// What the schedule says.
  public var expected: Expected
  /// What the run does.
  public var found: Found

  /// Describes a divergence.
  public init(steps: ClosedRange<Int>, expected: Expected, found: Found) {
    self.steps = steps
    self.expected = expected
    self.found = found
  }

  /// `step 17: expected T2 lock(accounts), got T2 put(queue)`.
  public func message(labels: StepLabels) -> String {
    let place =
      steps.count == 1
      ? "step \(steps.lowerBound)" : "steps \(steps.lowerBound) to \(steps.upperBound)"
    return "\(place): \(expectation), \(outcome(labels))"
  }

  private var expectation: String {
    switch expected {
    case .step(let words): "expected \(words)"
    case .recorded: "expected what was recorded"
    case .end: "expected the end"
    }
  }

  private func outcome(_ labels: StepLabels) -> String {
    switch found {
    case .step(let choice): return "got \(labels.words(for: choice))"
    case .end(let count): return "but the run ended after \(count) step\(count == 1 ? "" : "s")"
    case .otherDigest: return "got another schedule of the same length"
    case .hasNotBegun: return "but \(thread) has not begun"
    case .waitsOrHasEnded: return "but \(thread) waits or has ended"
    }
  }

  private var thread: String {
    guard case .step(let words) = expected else { return "the thread" }
    return "T\(words.thread)"
  }
}
