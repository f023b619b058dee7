import LockcheckTrace

/// Which threads a run has shown so far.
struct ThreadCensus: Sendable {
  private var begun: Set<Int> = []
  private var ended: Set<Int> = []

  mutating func note(_ decision: Decision) {
    for choice in decision.choices { begun.insert(choice.thread) }
  }

  mutating func noteTaken(_ choice: Choice) {
    if choice.step.operation == .exit { ended.insert(choice.thread) }
  }

  /// Why a thread is not among those that can go on.
  func absence(of thread: Int) -> Divergence.Found {
    if ended.contains(thread) { return .ended }
    return begun.contains(thread) ? .waits : .notBegun
  }

  /// What stands in the way of a turn: what that thread does instead, or why it does nothing.
  func obstacle(to thread: Int, in decision: Decision) -> Divergence.Found {
    if let other = decision.choices.first(where: { $0.thread == thread }) { return .step(other) }
    return absence(of: thread)
  }
}

extension Decision {
  /// Where that choice stands; nil where it cannot be taken.
  func index(ofThread thread: Int, isTimeout: Bool) -> Int? {
    choices.firstIndex { $0.thread == thread && $0.isTimeout == isTimeout }
  }
}
