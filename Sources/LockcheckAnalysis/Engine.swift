/// How far an analysis goes.
///
/// Each engine does what the one before it does, and more.
public enum Engine: String, Sendable, Hashable, CaseIterable {
  /// ``search`` for traces of up to ``longestHistory`` events, ``streaming`` beyond.
  case automatic = "auto"
  /// One pass: what happened, and patterns. Memory grows with threads, objects and stacks, not with
  /// events.
  case streaming
  /// Also looks for schedules that keep the order of the critical sections on each lock. About 60
  /// bytes of memory an event.
  case syncPreserving = "sync-preserving"
  /// Also looks for schedules that change that order, as long as a budget lasts.
  case search

  /// Up to how many events ``automatic`` keeps a trace in memory.
  public static let longestHistory = 10_000_000
}
