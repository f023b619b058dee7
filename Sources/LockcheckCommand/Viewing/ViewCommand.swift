import ArgumentParser
import Foundation
import LockcheckFindings
import LockcheckPage
import LockcheckPipeline
import LockcheckReport

struct ViewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "view",
    abstract: "Show the report on a trace in the browser.",
    discussion: """
      Analyzes, serves the page on this machine's loopback address alone, under a path that nobody can \
      guess, and opens it with xdg-open where that is installed. Ctrl-C ends it.

        lockcheck view run.lctrace
        lockcheck view --no-open --port 8080 run.lctrace

      To keep the page or send it to somebody: lockcheck analyze --format html -o report.html TRACE.
      """)

  @Argument(
    help: ArgumentHelp("The traces; - is standard input.", valueName: "trace"),
    completion: .file())
  var traces: [String]

  @Option(help: ArgumentHelp("The port; 0 for one that is free.", valueName: "number"))
  var port: UInt16 = 0

  @Flag(inversion: .prefixedNo, help: "Open the page in the browser.")
  var open = true

  @Flag(help: "End when the page has been fetched.")
  var once = false

  @Flag(help: "Also tell where the time goes: contention, long holds, convoys.")
  var performance = false

  @Flag(help: "Read on past damaged parts of a trace, and say how much was lost.")
  var recover = false

  @OptionGroup var triage: TriageOptions

  func validate() throws {
    if traces.count(where: { $0 == "-" }) > 1 {
      throw ValidationError("Standard input (-) can be read only once.")
    }
  }

  func run() throws {
    let triage = try Triage(triage, known: nil, direct: Suppressions())
    var analysis = TraceAnalysis(
      rules: performance ? Rule.all : Rule.usual, suppressions: triage.suppressions)
    analysis.takesPicture = true
    var analyzed: [AnalyzedTrace] = []
    for trace in traces {
      analyzed.append(
        try TraceInput.reading(trace, recover: recover) { decoder, progress in
          try analysis.analyze(decoder, named: trace, progress: progress)
        })
    }
    var reports = analyzed.map { (trace: $0.name, report: triage.sorted($0.report)) }
    let together = analysis.report(together: analyzed).map { triage.sorted($0) }
    if let together, !together.findings.isEmpty {
      reports.append((trace: "all traces together", report: together))
    }
    try triage.finish(
      reports.map(\.report) + [together].compactMap { $0 }.filter(\.findings.isEmpty),
      isComplete: true)
    let shown = reports.map { triage.redacted($0) }
    let page = PageRenderer.here(title: shown[0].trace, quotesSources: !self.triage.redact)
    let server = try PageServer(page: page.render(shown), port: port)
    StandardError.write("lockcheck: \(server.address)  (Ctrl-C ends it)\n")
    if open { Self.open(server.address) }
    server.serve(once: once)
  }

  /// Nobody waits for it: it may go on for as long as the browser does.
  private static func open(_ address: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["xdg-open", address]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try? process.run()
  }
}
