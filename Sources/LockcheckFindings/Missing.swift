/// What a `possible` finding lacks to be `predicted`.
public enum Missing: String, Sendable, Hashable, CaseIterable {
  /// No order of the run's events in which every read sees what it saw reaches it: what threads passed
  /// to one another forbids it, as far as this run goes.
  case values = "values"
  /// No order of the run's events in which every read sees what it saw leaves the wait without anybody who
  /// could end it, as far as this run goes.
  case wakers = "wakers"
  /// The search for a schedule was given up before it came to an end.
  case notDecided = "not-decided"
  /// No schedule was looked for: the trace is too long to be kept, or prediction was not asked for.
  case notSearched = "not-searched"
  /// The steps are from different runs; there is no one run of which there could be a schedule.
  case neverInOneRun = "never-in-one-run"
  /// The steps are about different locks of one class; no two threads of this run did it with the same.
  case byClass = "by-class"
}
