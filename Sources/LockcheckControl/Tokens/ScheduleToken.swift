/// A schedule as a word that can be copied out of a log: it survives a shell without quotes.
///
/// `Docs/replay.md` has the grammar.
public enum ScheduleToken: Sendable, Hashable {
  /// Whatever a method chooses with these numbers: `lc1:pct3:1f2e:17`.
  ///
  /// Stands for the same schedule only as long as the program and the method stay as they are.
  case seeded(method: String, seed: UInt64, iteration: Int)
  /// This schedule and no other: `lc1:exact:…`.
  case exact(ExactSchedule)
}

extension ScheduleToken: CustomStringConvertible {
  /// The token: letters, digits and `:.,_-+%`.
  public var description: String {
    switch self {
    case .seeded(let method, let seed, let iteration):
      "\(Self.version):\(method):\(String(seed, radix: 16)):\(iteration)"
    case .exact(let schedule):
      "\(Self.version):\(Self.exactWord):\(schedule.fields)"
    }
  }

  /// What every token of this form begins with.
  static let version = "lc1"
  /// What stands in the place of a method where the schedule is spelled out.
  static let exactWord = "exact"
}
