import ArgumentParser
import Foundation
import Glibc
import LockcheckPipeline
import LockcheckReport

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Record a small program that goes wrong one day, and report on the run.",
    discussion: """
      Starts the program, which stands beside lockcheck itself, with recording on, waits for its \
      end, and analyzes what it did.

        lockcheck demo
        lockcheck demo --mended
        lockcheck demo --keep philosophers.lctrace
      """)

  @Argument(help: "The program, by name: one that was built together with lockcheck.")
  var program = "philosophers"

  @Flag(help: "Run the program with its mistake mended.")
  var mended = false

  @Option(
    help: ArgumentHelp("Keep the trace in this file.", valueName: "file"), completion: .file())
  var keep: String?

  @OptionGroup var options: AnalysisOptions

  func validate() throws {
    if program.isEmpty || program.contains("/") || program.hasPrefix(".") {
      throw ValidationError("PROGRAM is a name, not a path: lockcheck demo philosophers.")
    }
    try options.format.validate(in: "demo")
  }

  func run() throws {
    var analysis = TraceAnalysis(
      rules: try options.rules(), engine: options.engine.engine,
      byClass: options.byClass,
      suppressions: try options.suppressions())
    analysis.takesPicture = options.format.drawsRun
    let executable = try DemoProgram.find(program)
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let trace = folder.path + "/\(program).lctrace"
    StandardError.write("lockcheck: recording \(program)\(mended ? " --mended" : "") …\n")
    let ending = try DemoProgram.run(
      executable, arguments: mended ? ["--mended"] : [], trace: trace, limit: .seconds(60))
    if case .stopped = ending {
      StandardError.write("lockcheck: \(program) did not end within a minute and was stopped\n")
    }
    let report = try TraceInput.reading(trace, recover: true) { decoder, watch in
      try analysis.report(on: decoder, progress: watch)
    }
    let style = Terminal.style(isTerminal: StandardOutput.isTerminal)
    try StandardOutput.write(options.renderer(style: style, title: program).render(report))
    if let keep { try Self.copy(trace, to: keep) }
  }

  private static func copy(_ trace: String, to path: String) throws {
    guard let data = FileManager.default.contents(atPath: trace) else {
      throw CommandFailure(.noInput, "cannot read '\(trace)' again")
    }
    let file = try OutputFile(path)
    try file.write([UInt8](data))
    try file.commit()
    if path != "-" { StandardError.write("lockcheck: the trace is kept in \(path)\n") }
  }
}
