import Foundation
import Glibc
import LockcheckCodecs
import LockcheckFindings
import LockcheckPipeline
import LockcheckReport
import LockcheckTrace

/// What is said of the traces of a run: on standard error, where it is in nobody's way, or in a file.
struct RunReports {
  let analysis: TraceAnalysis
  let options: AnalysisOptions
  let triage: Triage
  private let failing: FailOptions
  private let outputs: [(format: ReportFormat, file: OutputFile)]
  /// Whether what `--format` asks for goes to standard error.
  private let isShown: Bool

  /// A process, and what its trace shows.
  struct One {
    let trace: RunTraces.Recorded
    let report: Report

    /// What a person knows it by.
    var name: String {
      let program = report.header.process?.executable ?? "process"
      return "\(program.split(separator: "/").last ?? "?") (process \(trace.process))"
    }

    /// Whether there is anything in it.
    var isEmpty: Bool { report.summary.events == 0 && report.warnings.isEmpty }
    /// Whether somebody may want to look at the trace again.
    var isTelling: Bool { !report.findings.isEmpty }
  }

  /// - Throws: What is wrong with the options, or that the file cannot be written.
  init(
    _ options: AnalysisOptions, _ failing: FailOptions, _ triage: TriageOptions,
    _ known: BaselineOptions, output: [OutputChoice]
  ) throws {
    self.triage = try Triage(triage, known: known, direct: try options.suppressions())
    var analysis = TraceAnalysis(
      rules: try options.rules(performance: failing.failOnPerformance),
      engine: options.engine.engine, byClass: options.byClass,
      suppressions: self.triage.suppressions)
    analysis.takesPicture =
      options.format.drawsRun || output.contains { $0.format?.drawsRun ?? false }
    self.analysis = analysis
    self.options = options
    self.failing = failing
    isShown = !output.contains { $0.format == nil }
    outputs = try output.map { ($0.format ?? options.format, try $0.open()) }
  }

  /// Reads the trace of a process that has ended.
  func read(_ trace: RunTraces.Recorded) throws(CommandFailure) -> One {
    try TraceInput.reading(trace.path, recover: true) { decoder, watch in
      One(
        trace: trace, report: triage.sorted(try analysis.report(on: decoder, progress: watch)))
    }
  }

  /// Reads the trace of one that still runs, as far as it has come.
  func readSoFar(_ trace: RunTraces.Recorded) throws(CommandFailure) -> One {
    do {
      return One(
        trace: trace,
        report: triage.sorted(try analysis.report(on: try LiveTrace.decoder(trace.path))))
    } catch {
      throw CommandFailure(.badTrace, "\(trace.path): \(error)")
    }
  }

  /// Writes what is to stand in the end.
  func write(_ reports: [One]) throws(CommandFailure) {
    if isShown { show(reports) }
    for output in outputs {
      try output.file.write(
        rendered(
          reports, output.format, style: Terminal.style(isTerminal: false),
          after: output.file.written))
    }
    for output in outputs { try output.file.commit() }
  }

  /// Shows it on standard error.
  func show(_ reports: [One]) {
    let style = Terminal.style(isTerminal: StandardError.isTerminal, of: STDERR_FILENO)
    StandardError.write(rendered(reports, options.format, style: style))
  }

  private func rendered(
    _ reports: [One], _ format: ReportFormat, style: TextStyle, after taken: Int = 0
  ) -> String {
    let shown = reports.map { triage.redacted((trace: $0.name, report: $0.report)) }
    let renderer = options.renderer(
      format, style: style, failing: failing, title: shown.first?.trace ?? "",
      quotesSources: !triage.isRedacting, after: taken)
    return shown.count == 1 ? renderer.render(shown[0].report) : renderer.render(shown)
  }
}
