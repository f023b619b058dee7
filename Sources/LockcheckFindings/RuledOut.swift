public import LockcheckTrace

/// A pattern that looks like trouble and is none, with the reason.
public struct RuledOut: Sendable, Equatable {
  /// Why it can be none.
  public enum Reason: Sendable, Hashable {
    /// A lock held around each of the steps lets only one of them in.
    case gateLock(ObjectID)
    /// One step always comes before another.
    case ordered(earlier: Int, later: Int)
    /// All steps are one thread's.
    case sameThread
    /// Every hold and every request is shared.
    case sharedOnly
    /// The waiting step gives up by itself.
    case boundedAttempt
    /// The variable was handed from one owner to the next.
    case ownershipTransfer
    /// The thread can end the wait without the lock that is held around it.
    case wakerWithoutLock(ThreadID)
  }

  /// The rule that would have been broken.
  public var rule: Rule
  /// Why it is not.
  public var reason: Reason
  /// The events of the pattern.
  public var steps: [Step]

  /// Makes a pattern that was ruled out.
  public init(_ rule: Rule, _ reason: Reason, steps: [Step]) {
    self.rule = rule
    self.reason = reason
    self.steps = steps
  }
}
