/// Which threads a run has shown so far.
struct ThreadCensus: Sendable {
  private var seen: Set<Int> = []

  mutating func note(_ decision: Decision) {
    for choice in decision.choices { seen.insert(choice.thread) }
  }

  /// What stands in the way of a turn: what that thread does instead, or that it does nothing.
  func obstacle(to thread: Int, in decision: Decision) -> Divergence.Found {
    if let other = decision.choices.first(where: { $0.thread == thread }) { return .step(other) }
    return seen.contains(thread) ? .waitsOrHasEnded : .hasNotBegun
  }
}

extension Decision {
  /// Where that choice stands; nil where it cannot be taken.
  func index(ofThread thread: Int, isTimeout: Bool) -> Int? {
    choices.firstIndex { $0.thread == thread && $0.isTimeout == isTimeout }
  }
}
