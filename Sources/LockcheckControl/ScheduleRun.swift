/// What came of one schedule.
package struct ScheduleRun: Sendable {
  /// Who took which step.
  package var schedule = Schedule()
  /// What went wrong first; nil where nothing did.
  package var failure: ScheduleFailure?
  /// What the failure takes for granted; nil where that is nothing.
  package var assumption: String?
  /// Who could not go on in the end.
  package var stuck: [StuckThread] = []
  /// What the threads are called, by number.
  package var threadNames: [String] = []
}

/// How far a schedule may go.
public struct ScheduleLimits: Sendable, Hashable {
  /// After so many steps the threads take turns, whatever the strategy would like: a loop that waits for
  /// another thread ends then.
  public var stepsUntilFair = 5_000
  /// After so many steps it is said not to end.
  public var steps = 50_000
  /// So many steps may threads take that the program does not wait for, once all others have ended.
  public var daemonSteps = 1_000
  /// How long, by the real clock, a thread may take from one scheduling point to the next.
  public var silence = Duration.seconds(5)
  /// How long, by the real clock and once in an exploration, somebody outside may take to end a wait who has shown no
  /// connection with the program: a thread that works, sleeps until a time or waits for input, or another exploration.
  public var outsidePatience = Duration.seconds(1)

  /// The usual limits.
  public init() {}
}
