import ArgumentParser
import Foundation
import LockcheckTriage

/// What is to be done with findings that are known, accepted, or to be shared.
struct TriageOptions: ParsableArguments {
  @OptionGroup var configuration: ConfigurationOptions

  @Option(
    help: ArgumentHelp(
      "Leave out what this suppression file of ThreadSanitizer's hides.",
      discussion: "Lines that mean nothing here are pointed out.", valueName: "file"),
    completion: .file())
  var tsanSuppressions: [String] = []

  @Flag(
    inversion: .prefixedNo,
    help: "Heed comments in the sources: // lockcheck:ignore LC201 reason.")
  var comments = true

  @Flag(
    help: ArgumentHelp(
      "Take arguments, absolute paths, and names of users and of this host out of the report."))
  var redact = false

  @Option(
    help: ArgumentHelp("Take this word out as well; goes with --redact.", valueName: "word"))
  var redactWord: [String] = []

  func validate() throws {
    if !redactWord.isEmpty, !redact { throw ValidationError("--redact-word goes with --redact.") }
  }
}

/// Which findings were known before.
struct BaselineOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Let only findings count that this file does not have.", valueName: "file"),
    completion: .file())
  var baseline: String?

  @Flag(help: "Write what is found now to the --baseline, and end with 0.")
  var updateBaseline = false
}
