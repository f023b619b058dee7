/// Where a schedule has to lead.
public enum WitnessGoal: Sendable, Hashable {
  /// Two accesses, by their events: both come next, on different threads, and conflict.
  case adjacent(Int, Int)
  /// One event per step of a cycle: each comes next, and waits for the thread of the one after it.
  case stuck([Int])
  /// Nobody can go on: each of these comes next and waits, or is the beginning of a wait that the trace does
  /// not end, and every other thread that is there has ended.
  case hung([Int])
}
