import ArgumentParser
import LockcheckFindings
import LockcheckPipeline
import LockcheckReport
import LockcheckTrace

struct ConfirmCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "confirm",
    abstract: "Steer the program itself into what a finding predicts of it.",
    discussion: """
      Runs the program, which uses lockcheck's primitives, under a scheduler that follows the finding's \
      schedule and keeps each thread before its last step until all have come. The finding is named by \
      its fingerprint, by as much of it as tells it from the others, or by its place in the report.

        lockcheck confirm run.lctrace 1 -- ./bank
        lockcheck confirm run.lctrace 025307c586887dee --tries 100 -- ./bank --branches 3

      The answer is "confirmed", with what replays that run, or "not confirmed" after so many tries, \
      which proves nothing: there may be other ways into that state.

      Ends with 1 where it is confirmed, 0 where it is not, 64 where there is no such finding or it \
      predicts nothing, 65 where the trace is not readable, 66 where there is no such file, 69 where the \
      program cannot be started or uses no primitive of lockcheck, 74 where the output cannot be \
      written.
      """)

  @Argument(
    help: ArgumentHelp("The trace; - is standard input.", valueName: "trace"), completion: .file())
  var input: String

  @Argument(
    help: ArgumentHelp(
      "A fingerprint or the beginning of one, or a number: 1 is the first finding of the report.",
      valueName: "finding"))
  var finding: String

  @Argument(
    parsing: .postTerminator,
    help: ArgumentHelp("The program and its arguments.", valueName: "program"))
  var program: [String]

  @OptionGroup var options: TrialOptions

  func validate() throws {
    if program.isEmpty || program[0].isEmpty {
      throw ValidationError("Say which program to run: -- PROGRAM [ARGUMENTS].")
    }
  }

  func run() throws {
    let trace = try TraceInput.wholeTrace(input)
    let report = try TraceAnalysis().report(on: TraceEvents(trace))
    let target = try FindingChoice(report.findings).finding(named: finding)
    let script = try Self.script(of: target, in: trace.events)
    let answer = try HeldSignals.during { signals in
      let folder = try TemporaryFolder()
      defer { folder.remove() }
      var trials = try PredictionTrials(
        script, on: options.program(program), tries: options.tryCount, in: folder, signals)
      return try trials.run()
    }
    try StandardOutput.write(Self.text(answer, on: target, script.goal))
    if answer.confirmation.answer == .confirmed { throw Outcome.findings }
  }

  private static func script(
    of target: ReportedFinding, in events: [Event]
  ) throws(CommandFailure) -> Script {
    switch target.finding.triable(in: { events }) {
    case .success(let script): return script
    case .failure(let refusal):
      throw CommandFailure(
        .usage, "finding \(target.fingerprint) cannot be tried: \(refusal.reason)")
    }
  }

  private static func text(
    _ answer: PredictionTrials.Answer, on target: ReportedFinding, _ goal: Script.Goal
  ) -> String {
    let rule = target.finding.rule
    let objects = target.cast.objects.joined(separator: ", ").withoutControls
    var text = "\(rule.code) \(rule.name)" + (objects.isEmpty ? "" : ": \(objects)") + "\n"
    text += answer.confirmation.account.withoutControls + "\n"
    if let message = answer.result?.message { text += message.withoutControls + "\n" }
    // A program that goes on as if nothing were has no message.
    if answer.confirmation.answer == .confirmed, let sight = goal.sight { text += sight + "\n" }
    if let command = answer.confirmation.replayCommand {
      text += "\nIt goes the same way again with\n\n  \(command.withoutControls)\n"
    }
    if let table = answer.result?.table, table.contains(where: { !$0.isWhitespace }) {
      let lines = table.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      text += "\n" + lines.map { String($0).withoutControls }.joined(separator: "\n")
      if text.last != "\n" { text += "\n" }
    }
    return text
  }
}

extension Script.Goal {
  /// What was seen when it was reached; nil where the program tells that itself.
  fileprivate var sight: String? {
    switch self {
    case .stuck: nil
    case .meeting: "Both threads stood before their accesses at the same time."
    case .end: "The schedule was followed to its end."
    }
  }
}

/// Why a finding cannot be tried on a program.
struct TrialRefusal: Error {
  let reason: String
}

extension Finding {
  /// The way into what it predicts.
  ///
  /// - Parameter events: The trace's events; only asked for where they are needed.
  func triable(in events: () throws -> [Event]) rethrows -> Result<Script, TrialRefusal> {
    switch verdict {
    case .observed:
      return .failure(TrialRefusal(reason: "it is observed: it has happened already"))
    case .possible:
      return .failure(
        TrialRefusal(
          reason: "it is possible and no more: no schedule leads to it that could be followed"))
    case .predicted: break
    }
    guard !witness.isEmpty || witnessStart > 0 else {
      return .failure(TrialRefusal(reason: "it has no schedule"))
    }
    if let script = script() { return .success(script) }
    if let script = script(in: try events()) { return .success(script) }
    return .failure(
      TrialRefusal(reason: "the trace does not say who started a thread that its schedule needs"))
  }
}
