import ArgumentParser
import LockcheckCodecs
import LockcheckFindings
import LockcheckPipeline
import LockcheckReport
import LockcheckTrace

struct AnalyzeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analyze",
    abstract: "Report the deadlocks, races and misuses that a trace shows.",
    discussion: """
      Reads any form of trace (binary, JSON, NDJSON, STD text), compressed or not: it is recognised \
      by its content. Each trace gets a report of its own; lock-order cycles that only several of \
      them show together come last.

        lockcheck analyze run.lctrace
        lockcheck analyze --only deadlock,data-race run.json
        lockcheck analyze --format json -o report.json run.lctrace
        lockcheck analyze -o sarif=report.sarif -o junit=report.xml run.lctrace
        lockcheck analyze --format svg --finding 1 -o finding.svg run.lctrace
        lockcheck analyze --format html -o report.html run.lctrace
        lockcheck analyze --fail-on possible --suppress @accepted.txt run.lctrace
        lockcheck analyze --performance run.lctrace
        lockcheck analyze run.lctrace --confirm -- ./my-program --its-options
        zcat run.json.gz | lockcheck analyze -

      Ends with 0 where nothing at or above --fail-on was found, 1 where something was, 64 where the \
      command line is wrong, 65 where a trace is not readable, 66 where there is no such file, 69 \
      where the program of --confirm cannot be tried, 74 where the output cannot be written.
      """)

  @Argument(
    help: ArgumentHelp(
      "The traces; - is standard input. With --confirm: one, and after -- the program.",
      valueName: "trace"),
    completion: .file())
  var words: [String]

  @OptionGroup var options: AnalysisOptions

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Write the report to a file, whole or not at all.",
      discussion: """
        FILE takes the form of --format; FORMAT=FILE is another form, and can be repeated: \
        -o sarif=report.sarif -o markdown=summary.md. The text stays on standard output unless \
        FORMAT=- puts something else there.
        """, valueName: "file"),
    completion: .file())
  var output: [OutputChoice] = []

  @Option(
    help: ArgumentHelp(
      "Draw this finding in dot or svg; without it, all lock orders are drawn.",
      discussion: "Its number in the report, or its fingerprint.", valueName: "finding"))
  var finding: String?

  @OptionGroup var failing: FailOptions

  @Flag(help: "Read on past damaged parts of a trace, and say how much was lost.")
  var recover = false

  @Flag(
    help: ArgumentHelp(
      "Steer the program into each prediction, as lockcheck confirm does, and report what came of it.",
      discussion: "The program stands at the end: analyze TRACE --confirm -- PROGRAM ARGUMENTS."))
  var confirm = false

  @OptionGroup var triage: TriageOptions
  @OptionGroup var known: BaselineOptions

  @Flag(
    help:
      "Instead of the report, print entries for .lockcheck.yml that suppress what is found; ends with 0."
  )
  var printSuppressions = false

  @OptionGroup(title: "Options of --confirm") var trials: TrialOptions

  func validate() throws {
    if traces.count(where: { $0 == "-" }) > 1 {
      throw ValidationError("Standard input (-) can be read only once.")
    }
    try output.validate(traces: traces)
    try validateForms()
    try validateTrials()
  }

  /// What draws one finding, or one trace, is not asked for others.
  private func validateForms() throws {
    try validateSharing()
    let formats = ReportOutputs.formats(of: output, options)
    let isDrawn = formats.contains(.dot) || formats.contains(.svg)
    if finding != nil, !isDrawn {
      throw ValidationError("--finding goes with the forms dot and svg.")
    }
    if isDrawn, traces.count > 1 {
      throw ValidationError("dot and svg draw one trace: analyze the traces one by one.")
    }
    if triage.redact, formats.contains(where: \.needsTrace) {
      throw ValidationError(
        "dot, svg and trace-event look at the trace again: redact that, by lockcheck convert --redact."
      )
    }
    if formats.contains(.traceEvent), traces.contains("-") {
      throw ValidationError("trace-event reads the trace twice: give it as a file.")
    }
  }

  /// What is written for this machine is not what may be shared.
  private func validateSharing() throws {
    if printSuppressions, output.contains(where: { $0.format != nil }) || options.format != .text {
      throw ValidationError("--print-suppressions takes the place of the report: give it no form.")
    }
    guard triage.redact else { return }
    if printSuppressions {
      throw ValidationError(
        "--print-suppressions writes what findings are called here, which --redact would change.")
    }
    if known.updateBaseline {
      throw ValidationError(
        "--update-baseline writes what findings are called here: leave out --redact.")
    }
  }

  private var traces: [String] { confirm ? Array(words.prefix(1)) : words }
  private var program: [String] { confirm ? Array(words.dropFirst()) : [] }

  private func validateTrials() throws {
    guard confirm else {
      if trials.isGiven {
        throw ValidationError("--tries, --limit and --show-output go with --confirm.")
      }
      return
    }
    // A second trace before the -- is not to be taken for a program.
    let arguments = CommandLine.arguments
    let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
    guard arguments.count - end - 1 == program.count, !(program.first ?? "").isEmpty,
      traces != ["-"]
    else {
      throw ValidationError(
        "--confirm takes one trace, as a file, and a program: TRACE --confirm -- PROGRAM [ARGUMENTS]."
      )
    }
  }

  func run() throws {
    let triage = try Triage(triage, known: known, direct: try options.suppressions())
    var analysis = TraceAnalysis(
      rules: try options.rules(performance: failing.failOnPerformance),
      engine: options.engine.engine,
      byClass: options.byClass,
      suppressions: triage.suppressions)
    let entries = printSuppressions ? try output.first?.open() ?? OutputFile("-") : nil
    var outputs =
      printSuppressions
      ? nil
      : try ReportOutputs(
        output, options: options, failing: failing, finding: finding, recover: recover)
    analysis.takesPicture = outputs?.drawRun ?? false
    outputs?.quotesSources = !self.triage.redact

    var analyzed: [AnalyzedTrace] = []
    var failure: Outcome?
    for trace in traces {
      do throws(CommandFailure) {
        analyzed.append(try analyze(trace, by: analysis))
      } catch {
        // The other traces are still worth a report.
        StandardError.write("lockcheck: \(error.message)\n")
        failure = failure ?? error.outcome
      }
    }
    var reports = try analyzed.map { one in
      (trace: one.name, report: try tried(triage.sorted(one.report), on: one.name))
    }
    let together = analysis.report(together: analyzed).map { triage.sorted($0) }
    if let together, isWorthShowing(together) {
      reports.append((trace: "all traces together", report: together))
    }
    if !reports.isEmpty {
      let shown = reports.map { triage.redacted($0) }
      try entries?.write(Triage.entries(for: shown.map(\.report)))
      try entries?.commit()
      try outputs?.write(shown, of: analyzed, isSeveral: traces.count > 1)
    }
    // One that is not shown counts where suppressions are used.
    try triage.finish(
      reports.map(\.report) + [together].compactMap { $0 }.filter { !isWorthShowing($0) },
      isComplete: failure == nil)
    if let failure { throw failure }
    if !printSuppressions, failing.fails(reports.map(\.report)) { throw Outcome.findings }
  }

  private func isWorthShowing(_ together: Report) -> Bool {
    !together.findings.isEmpty || !together.warnings.isEmpty
      || options.showSuppressed && !together.suppressed.isEmpty
  }

  /// The report with what came of trying its predictions, where that was asked for.
  private func tried(_ report: Report, on trace: String) throws -> Report {
    guard confirm else { return report }
    return try ReportTrials(program: trials.program(program), tries: trials.tryCount)
      .run(report) { try TraceInput.wholeTrace(trace, recover: recover).events }
  }

  private func analyze(
    _ trace: String, by analysis: TraceAnalysis
  ) throws(CommandFailure) -> AnalyzedTrace {
    try TraceInput.reading(trace, recover: recover) { decoder, progress in
      try analysis.analyze(decoder, named: trace, progress: progress)
    }
  }
}
