/// A use of a primitive that only a mistake in the program can cause.
public struct MisuseError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Which mistake.
  public struct Code: Sendable, Hashable {
    let number: UInt8
    /// What was done, in words.
    public let summary: String

    /// A lock was given back by a thread that does not hold it, or that nobody holds (LC301).
    public static let releaseNotHeld = Code(number: 0, summary: "released, but not held")
    /// A lock was taken again by the thread that holds it, which would then wait for itself (LC103).
    public static let relock = Code(number: 1, summary: "taken again by the thread that holds it")
    /// A condition was waited on or notified without its lock (LC303).
    public static let conditionWithoutLock = Code(
      number: 2, summary: "used by a thread that does not hold its lock")
    /// More items were said to be dealt with than were put (LC306).
    public static let taskDoneOverrun = Code(
      number: 3, summary: "taskDone called more often than put")
    /// A bounded semaphore was released past the value it started with (LC310).
    public static let semaphoreOverrun = Code(number: 4, summary: "released past its bound")
    /// A wait was asked to last less than no time.
    public static let negativeTimeout = Code(number: 5, summary: "a timeout cannot be negative")
    /// Fewer than one permit was released, or fewer than no waiters woken.
    public static let countTooSmall = Code(number: 6, summary: "the count is too small")
    /// A thread was started a second time.
    public static let startedTwice = Code(number: 7, summary: "started a second time")
    /// A thread was waited for that has not been started.
    public static let joinBeforeStart = Code(number: 8, summary: "joined before it was started")
    /// A thread waited for its own end.
    public static let joinOfItself = Code(number: 9, summary: "joined by itself")
    /// A wait that nobody could ever end was about to begin, with the live checks on (see
    /// `DeadlockPolicy`).
    public static let deadlock = Code(number: 20, summary: "waited for in a deadlock")
  }

  /// Which mistake.
  public let code: Code
  /// On what, in words.
  public let subject: String

  init(_ code: Code, _ subject: String) {
    self.code = code
    self.subject = subject
  }

  /// What was misused, and how.
  public var description: String { "\(subject): \(code.summary)" }
}
