import ArgumentParser
import Foundation
import LockcheckFindings
import LockcheckPipeline
import LockcheckReport
import LockcheckTriage

/// In which form a difference is written.
enum DiffFormat: String, CaseIterable, ExpressibleByArgument {
  case text, json
}

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Say which findings are new, which are gone, and which are still there.",
    discussion: """
      Each of the two is a trace, or a report that analyze --format json wrote. Findings are known again by \
      their fingerprints.

        lockcheck diff before.lctrace after.lctrace
        lockcheck diff --format json main.json branch.json

      Ends with 1 where a finding at or above --fail-on is new, or surer than it was; else with 0; and \
      with the codes of analyze where something cannot be read.
      """)

  @Argument(
    help: ArgumentHelp(
      "A trace, or a JSON report in a file; - is a trace on standard input.", valueName: "old"),
    completion: .file())
  var old: String

  @Argument(
    help: ArgumentHelp("Another one, of a later run.", valueName: "new"), completion: .file())
  var new: String

  @Option(help: ArgumentHelp("How the difference is written.", valueName: "format"))
  var format = DiffFormat.text

  @Option(
    help: ArgumentHelp(
      "End with 1 if there is a new finding that is at least this sure.", valueName: "verdict"))
  var failOn = FailOn.predicted

  @OptionGroup var triage: TriageOptions

  @Flag(help: "Read on past damaged parts of a trace.")
  var recover = false

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write to a file, whole or not at all.", valueName: "file"),
    completion: .file())
  var output: String?

  func validate() throws {
    if old == "-", new == "-" { throw ValidationError("Standard input (-) can be read only once.") }
    for input in [old, new] {
      if let output, OutputFile.wouldReplace(input, with: output) {
        throw ValidationError("-o \(output) would put the difference in the place of \(input).")
      }
    }
  }

  func run() throws {
    let file: OutputFile
    if let output { file = try OutputFile(output) } else { file = try OutputFile("-") }
    let triage = try Triage(triage, known: nil, direct: Suppressions())
    let comparison = Comparison(
      old: try findings(of: old, by: triage), new: try findings(of: new, by: triage))
    try file.write(format == .json ? comparison.json : comparison.text)
    try file.commit()
    if let verdict = failOn.verdict, comparison.isWorse(atLeast: verdict) {
      throw Outcome.findings
    }
  }

  private func findings(
    of path: String, by triage: Triage
  ) throws(CommandFailure) -> [KnownFinding] {
    if path != "-", isReport(path) {
      let bytes = try TriageFiles.contents(of: path, "the report")
      do throws(TriageFileError) {
        return try KnownFinding.list(ofReport: Data(bytes), file: path).map(triage.redacted)
      } catch {
        throw CommandFailure(.badTrace, "\(error)")
      }
    }
    let analysis = TraceAnalysis(suppressions: triage.suppressions)
    let report = try TraceInput.reading(path, recover: recover) { decoder, watch in
      triage.sorted(try analysis.report(on: decoder, progress: watch))
    }
    let shown = triage.redacted((trace: path, report: report)).report
    return shown.findings.map { KnownFinding($0, message: $0.message(in: shown)) }
  }

  /// Whether the file begins as the JSON form of a report does.
  private func isReport(_ path: String) -> Bool {
    // What is read of a pipe is gone.
    let about = try? FileManager.default.attributesOfItem(
      atPath: URL(filePath: path).resolvingSymlinksInPath().path)
    guard about?[.type] as? FileAttributeType == .typeRegular,
      let file = FileHandle(forReadingAtPath: path)
    else { return false }
    defer { try? file.close() }
    let start = (try? file.read(upToCount: 4096)) ?? Data()
    return String(decoding: start, as: UTF8.self)
      .contains(/"format"\s*:\s*"lockcheck-reports?"/)
  }
}
