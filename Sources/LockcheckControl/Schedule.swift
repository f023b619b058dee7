/// One run of a program under control: who took which step, in order.
public struct Schedule: Sendable, Hashable {
  /// One step as it was taken.
  public struct Taken: Sendable, Hashable, BitwiseCopyable {
    /// What happened.
    public var choice: Choice
    /// The thread that a run without preemptions would have gone on with; that is `choice` where they are the
    /// same.
    public var usual: Choice
    /// Whether it took the turn from a thread that could have gone on (``Decision/isPreemption(_:)``).
    public var isPreemption: Bool

    /// Describes a step.
    public init(choice: Choice, usual: Choice, isPreemption: Bool) {
      self.choice = choice
      self.usual = usual
      self.isPreemption = isPreemption
    }

    /// Whether a run without preemptions would have done otherwise.
    public var isDeviation: Bool {
      choice.thread != usual.thread || choice.isTimeout != usual.isTimeout
    }
  }

  /// The steps, in the order in which they were taken.
  public var steps: [Taken]

  /// Makes a schedule.
  public init(steps: [Taken] = []) { self.steps = steps }

  /// How often the turn went from one thread to another.
  public var switchCount: Int {
    zip(steps, steps.dropFirst()).count { $0.choice.thread != $1.choice.thread }
  }

  /// How often it was taken from a thread that could have gone on.
  public var preemptionCount: Int { steps.count { $0.isPreemption } }
}
