/// Something that can happen next: a thread takes the step it stands before, or its wait comes to its
/// deadline.
public struct Choice: Sendable, Hashable, BitwiseCopyable {
  /// The thread, by its number in this schedule: 0 runs the body, others count as they are started.
  public var thread: Int
  /// The thread, by a mark that is the same in every schedule.
  public var mark: ObjectMark
  /// What it would do.
  public var step: Step
  /// Whether its wait ends without what it waits for.
  public var isTimeout: Bool

  /// Describes a choice.
  public init(thread: Int, mark: ObjectMark, step: Step, isTimeout: Bool = false) {
    self.thread = thread
    self.mark = mark
    self.step = step
    self.isTimeout = isTimeout
  }
}

/// A moment at which one of several threads can go on.
package struct Decision: Sendable {
  /// How many steps have been taken in this schedule.
  package var index: Int
  /// What can happen; never empty.
  ///
  /// The first is what a run without preemptions does: the running thread goes on while it can, else the next
  /// thread by number, round and round; a thread that gives way comes after all others, and timeouts
  /// after these, the earliest deadline first.
  package var choices: [Choice]
  /// The thread that took the last step; nil before the first.
  package var lastThread: Int?

  /// Describes a moment.
  package init(index: Int, choices: [Choice], lastThread: Int?) {
    self.index = index
    self.choices = choices
    self.lastThread = lastThread
  }

  /// Whether taking the choice at `index` takes the turn from a thread that could go on, or ends a wait
  /// that could go on while some thread can do something else.
  package func isPreemption(_ index: Int) -> Bool {
    let choice = choices[index]
    let first = choices[0]
    if choice.isTimeout { return !first.isTimeout }
    return first.thread == lastThread && !first.isTimeout && choice.thread != first.thread
  }
}
