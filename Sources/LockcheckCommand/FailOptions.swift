import ArgumentParser
import LockcheckFindings

/// From which verdict on a finding fails the build.
enum FailOn: String, CaseIterable, ExpressibleByArgument {
  case observed, predicted, possible, never

  var verdict: Verdict? { Verdict(rawValue: rawValue) }
}

/// Which findings end the command with 1.
struct FailOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "End with 1 if there is a finding that is at least this sure.",
      discussion: "possible findings are shown, but fail nothing unless asked to.",
      valueName: "verdict"))
  var failOn = FailOn.predicted

  @Flag(
    help: ArgumentHelp(
      "Let findings about where the time goes count for --fail-on as well.",
      discussion: "Looks for them, too, as --performance does."))
  var failOnPerformance = false

  /// Whether one of the reports has such a finding.
  func fails(_ reports: [Report]) -> Bool {
    guard let verdict = failOn.verdict else { return false }
    return reports.contains { $0.contains(atLeast: verdict, performance: failOnPerformance) }
  }
}
