/// What threads are to do in which order, as a trace has it: the way into a predicted state.
///
/// Threads are known by who started them, objects by what was done to them: a script holds no name and no
/// address, so that it fits every run of the program.
public struct Script: Sendable, Hashable {
  /// One step of the script.
  public struct Entry: Sendable, Hashable {
    /// Who, by index into ``Script/threads``.
    public var thread: Int
    /// Does what.
    public var operation: Operation
    /// To what, by any number that is the same for the same object; nil where the operation names none.
    public var object: Int?

    /// Describes a step.
    public init(thread: Int, operation: Operation, object: Int?) {
      self.thread = thread
      self.operation = operation
      self.object = object
    }
  }

  /// Where a thread comes from.
  public struct Origin: Sendable, Hashable {
    /// Who started it, by index; nil for the thread that the program begins with.
    public var parent: Int?
    /// How many that one had started before.
    public var ordinal: Int

    /// Describes an origin.
    public init(parent: Int?, ordinal: Int) {
      self.parent = parent
      self.ordinal = ordinal
    }
  }

  /// What a run that follows the script has to come to.
  public enum Goal: String, Sendable, Hashable, CaseIterable {
    /// Nobody can go on, and the threads are stuck in their last steps.
    case stuck
    /// Two threads stand before accesses to one variable at the same time.
    case meeting
    /// The script has been followed to its end.
    case end
  }

  /// The threads, parents before their children.
  public var threads: [Origin]
  /// What is done before the predicted moment, in order.
  public var steps: [Entry]
  /// What threads stand before at that moment: each with one of these.
  public var last: [Entry]
  /// What that moment is.
  public var goal: Goal

  /// Makes a script.
  public init(threads: [Origin], steps: [Entry], last: [Entry], goal: Goal) {
    self.goal = goal
    self.threads = threads
    self.steps = steps
    self.last = last
  }
}
