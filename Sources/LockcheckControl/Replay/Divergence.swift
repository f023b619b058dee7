/// Where a run no longer does what a schedule says.
package struct Divergence: Sendable, Hashable {
  /// What the schedule says.
  package enum Expected: Sendable, Hashable {
    /// This step.
    case step(StepWords)
    /// The step that was recorded between two that are known: all that is known of it is that it was another.
    /// Nil is the beginning or the end.
    case recorded(after: KnownStep?, before: KnownStep?)
    /// That it is over after so many steps.
    case end
  }

  /// A step that a token names.
  package struct KnownStep: Sendable, Hashable {
    /// How many were taken before.
    package var index: Int
    /// What it is.
    package var words: StepWords

    fileprivate var text: String { "step \(index) (\(words))" }
  }

  /// What the run does.
  package enum Found: Sendable, Hashable {
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
  package var steps: ClosedRange<Int>
  /// What the schedule says.
  package var expected: Expected
  /// What the run does.
  package var found: Found

  /// Describes a divergence.
  package init(steps: ClosedRange<Int>, expected: Expected, found: Found) {
    self.steps = steps
    self.expected = expected
    self.found = found
  }

  /// `step 17: expected T2 lock(accounts), got T2 put(queue)`.
  package func message(labels: StepLabels) -> String {
    let place =
      steps.count == 1
      ? "step \(steps.lowerBound)" : "steps \(steps.lowerBound) to \(steps.upperBound)"
    return "\(place): \(expectation), \(outcome(labels))"
  }

  private var expectation: String {
    switch expected {
    case .step(let words): "expected \(words)"
    case .recorded(nil, nil): "expected what was recorded"
    case .recorded(let before, let after):
      "expected what was recorded between \(before?.text ?? "the beginning") and "
        + "\(after?.text ?? "the end")"
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
