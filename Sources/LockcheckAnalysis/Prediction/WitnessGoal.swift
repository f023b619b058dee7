/// Where a schedule has to lead.
public enum WitnessGoal: Sendable, Hashable {
  /// Two accesses, by their events: both come next, on different threads, and conflict.
  case adjacent(Int, Int)
  /// One event per step of a cycle: each comes next, and waits for the thread of the one after it.
  case stuck([Int])
}
