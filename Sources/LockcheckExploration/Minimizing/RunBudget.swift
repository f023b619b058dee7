/// How many runs a search may still make.
///
/// Failing and passing runs count apart: a run that ends in a deadlock leaves its threads behind for
/// good, one that passes costs its time only.
struct RunBudget: Sendable, Hashable {
  /// Runs that fail.
  var failing: Int
  /// Runs that do not.
  var passing: Int

  /// How often a schedule of a few deviations is run at most.
  static let standard = RunBudget(failing: 40, passing: 1_000)

  /// Whether another run, of which nobody knows how it will end, may be made.
  var allowsRun: Bool { failing > 0 && passing > 0 }
}
