import ArgumentParser

/// How a prediction is tried on a program.
struct TrialOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How often each prediction is tried; 20 by default.", valueName: "n"))
  var tries: Int?

  @Option(
    help: ArgumentHelp("How long a try may take; 60 by default.", valueName: "seconds"))
  var limit: Double?

  @Flag(help: "Show what the program writes, on standard error.")
  var showOutput = false

  /// Whether anything was said.
  var isGiven: Bool { tries != nil || limit != nil || showOutput }

  var tryCount: Int { tries ?? 20 }

  func validate() throws {
    if let tries, tries < 1 { throw ValidationError("--tries must be at least 1.") }
    if let limit, !(limit > 0 && limit <= 86_400) {
      throw ValidationError("--limit must be more than 0 seconds, and at most a day (86400).")
    }
  }

  /// The program, as it is to be run.
  func program(_ words: [String]) -> ProgramUnderTest {
    ProgramUnderTest(words: words, showsOutput: showOutput, limit: .seconds(limit ?? 60))
  }
}
