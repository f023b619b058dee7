import LockcheckAnalysis
import LockcheckFindings
import LockcheckPipeline
import LockcheckReport
import LockcheckTrace

/// The files that reports are written to, each in its form: opened before the work, and all there or none.
struct ReportOutputs {
  private struct One {
    var format: ReportFormat
    var path: String
    var file: OutputFile
  }

  private let outputs: [One]
  private let options: AnalysisOptions
  private let failing: FailOptions
  /// Which finding is drawn; nil for all lock orders.
  private let finding: String?
  private let recover: Bool
  /// Whether lines of the sources are in reports, where their form has any.
  var quotesSources = true

  /// - Throws: That a file cannot be written, or what draws SVG is not there.
  init(
    _ choices: [OutputChoice], options: AnalysisOptions, failing: FailOptions, finding: String?,
    recover: Bool
  ) throws(CommandFailure) {
    self.options = options
    self.failing = failing
    self.finding = finding
    self.recover = recover
    var outputs: [One] = []
    for choice in choices.completed {
      let format = choice.format ?? options.format
      if format == .svg { try Graphviz.check() }
      outputs.append(One(format: format, path: choice.path, file: try choice.open()))
    }
    self.outputs = outputs
  }

  /// The forms that are written.
  static func formats(of choices: [OutputChoice], _ options: AnalysisOptions) -> [ReportFormat] {
    choices.completed.map { $0.format ?? options.format }
  }

  /// Whether one of them draws the whole run.
  var drawRun: Bool { outputs.contains { $0.format.drawsRun } }

  /// Writes everything, and then puts it in its place.
  ///
  /// - Parameters:
  ///   - reports: At least one.
  ///   - analyzed: What they are about, by trace; that on all traces together is not among them.
  ///   - isSeveral: Whether several traces were asked for.
  func write(
    _ reports: [(trace: String, report: Report)], of analyzed: [AnalyzedTrace], isSeveral: Bool
  ) throws {
    for one in outputs {
      switch one.format {
      case .dot: try one.file.write(try drawing(of: reports[0].report, analyzed[0]))
      case .svg:
        try one.file.write(try Graphviz.svg(try drawing(of: reports[0].report, analyzed[0])))
      case .traceEvent:
        try TraceEventOutput(one.file, recover: recover)
          .write(reports, of: analyzed.map(\.name))
      default:
        let isTerminal = one.path == "-" && StandardOutput.isTerminal
        let renderer = options.renderer(
          one.format, style: Terminal.style(isTerminal: isTerminal), failing: failing,
          title: reports[0].trace, quotesSources: quotesSources,
          after: one.file.written)
        let text = isSeveral ? renderer.render(reports) : renderer.render(reports[0].report)
        try one.file.write(text)
      }
    }
    for one in outputs { try one.file.commit() }
  }

  /// The finding that was asked for, or all lock orders, in Graphviz's language.
  private func drawing(of report: Report, _ analyzed: AnalyzedTrace) throws -> String {
    let subject: DOTRenderer.Subject
    if let finding {
      subject = .finding(try FindingChoice(report.findings).place(named: finding))
    } else {
      let graph = analyzed.lockRequests?.graph ?? LockOrderGraph(edges: [])
      var tables = report.tables
      let births = Set(graph.locks.map { tables.objects.stack(of: $0) }).filter(\.isPresent)
      // What has no name is shown by what there is.
      _ = TraceAnalysis.symbols(&tables, births.sorted(), graph.locks)
      subject = .lockOrder(graph, tables)
    }
    return DOTRenderer(subject, root: options.rootFolder).render(report)
  }
}
