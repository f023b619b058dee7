/// Something that went wrong in a schedule.
public struct ScheduleFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// What sort of thing.
  public enum Kind: String, Sendable, Hashable {
    /// Nobody can go on, and somebody is left who should.
    case deadlock
    /// The body, or the body of a thread, has thrown an error.
    case error
    /// A primitive was misused.
    case misuse
    /// It does not end: the limit of steps was reached although every thread got its turn, and every sleep its
    /// end.
    case endless
    /// Two threads came to accesses of one variable, at least one a write, that nothing orders.
    case race
    /// What an analysis had predicted has happened.
    case predicted
    /// A thread waits for something, or works on, that the scheduler does not know: it says nothing about the
    /// program.
    case uncontrolled
    /// The program did not repeat what it had done before with the same choices.
    case diverged
  }

  /// What sort of thing.
  public let kind: Kind
  /// What has happened, in words.
  public let text: String
  /// The thread that it happened to, where it is one.
  public let thread: Int?

  /// Describes a failure.
  public init(_ kind: Kind, _ text: String, thread: Int? = nil) {
    self.kind = kind
    self.text = text
    self.thread = thread
  }

  /// `deadlock: …`.
  public var description: String { "\(kind.rawValue): \(text)" }
}

/// A thread that was still there at the end of a schedule, and could not go on.
public struct StuckThread: Sendable, Hashable {
  /// Its number in the schedule.
  public let thread: Int
  /// What it waits for.
  public let step: Step
  /// Who holds the lock that it waits for, where it is a lock and a thread of the schedule.
  public let holder: Int?
}
