import ArgumentParser
import Glibc
import LockcheckFindings

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a program as it is, record its locks and threads, and report what they show.",
    discussion: """
      The program needs no change: a library stands in front of the C library's locks and threads. What \
      it reads, writes and returns passes through; the report comes on standard error when it has ended.

        lockcheck run -- ./server --port 80
        lockcheck run -o report.txt -- make test
        lockcheck run --trace run.lctrace --no-analyze -- ./server
        lockcheck run --hang 10 -- ./program-that-sometimes-hangs
        lockcheck run --follow-forks -- ./script.sh
        lockcheck run --signal USR1 -- ./server

      Ends as the program does where that is not 0 (128 and the signal's number where a signal ended \
      it), otherwise as analyze does; with 86 where it hung, 126 and 127 where the program cannot be run \
      or is not there, 69 where it cannot be recorded.
      """)

  @Option(
    help: ArgumentHelp(
      "Keep the trace in this file.",
      discussion: """
        %p stands for the number of the process. A name that ends in .zst or .gz is packed, .json and \
        .ndjson are converted, when the program has ended. Without this option the trace is kept only if \
        there is something to tell, and you are told where.
        """,
      valueName: "file"),
    completion: .file())
  var trace: String?

  @Flag(inversion: .prefixedNo, help: "Report on the trace when the program has ended.")
  var analyze = true

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Write the report to a file, whole or not at all, instead of standard error.",
      discussion: """
        FORMAT=FILE writes another form beside it, and can be repeated: -o sarif=report.sarif.
        """, valueName: "file"),
    completion: .file())
  var output: [OutputChoice] = []

  @Option(
    help: ArgumentHelp(
      "Look whether the program hangs when nothing was recorded for so long.",
      discussion: """
        It hangs where threads are seen to be deadlocked, or all wait, with no end set, for what only \
        the program itself could do. Then who waits for whom is reported, the trace is kept, and the program ended: the command \
        ends with 86. One that waits for input or a connection does not hang.
        """,
      valueName: "seconds"))
  var hang: Double?

  @Option(
    help: ArgumentHelp(
      "Report how things are when this signal is sent to lockcheck; the program goes on.",
      valueName: "signal"))
  var signal: SignalName?

  @Flag(
    help: ArgumentHelp(
      "Also record what the program starts, one trace for each process, and wait for all of them."))
  var followForks = false

  @Option(
    help: ArgumentHelp(
      "The size that a trace may not exceed: 500000, 64k, 100M, 2G.",
      discussion: "What does not fit is lost, and the report says so; see --keep.",
      valueName: "size"))
  var limit: ByteCount?

  @Option(
    help: ArgumentHelp(
      "What a trace of limited size keeps: the oldest events, or the newest.",
      discussion: "Keep the newest for a program that hangs after hours. The usual is oldest.",
      valueName: "oldest|newest"))
  var keep: KeptEvents?

  @Option(
    help: ArgumentHelp(
      "The library to load into the program, where it is not beside lockcheck.", valueName: "file"),
    completion: .file())
  var library: String?

  @OptionGroup(title: "Options of the report") var options: AnalysisOptions
  @OptionGroup var failing: FailOptions
  @OptionGroup var triage: TriageOptions
  @OptionGroup var known: BaselineOptions

  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp("The program and its arguments, after --.", valueName: "program"),
    completion: .file())
  var words: [String] = []

  /// The program and its arguments.
  private var program: [String] { Array(words.first == "--" ? words.dropFirst() : words[...]) }

  func validate() throws {
    if let first = words.first, ["-h", "--help"].contains(first) {
      throw CleanExit.helpRequest(self)
    }
    if let first = words.first, first != "--", first.hasPrefix("-") {
      throw ValidationError("There is no option '\(first)'; the program stands behind --.")
    }
    if (program.first ?? "").isEmpty {
      throw ValidationError("There is no program: lockcheck run [options] -- PROGRAM [ARGUMENTS].")
    }
    if let hang, !(hang > 0 && hang <= 86_400) {
      throw ValidationError("--hang must be more than 0 seconds, and at most a day (86400).")
    }
    if let trace, trace.isEmpty || TraceForm(fileName: trace) == .std {
      throw ValidationError(
        "--trace: the name '\(trace)' is that of no recording; convert writes other forms.")
    }
    if !analyze, !output.isEmpty { throw ValidationError("-o goes with a report.") }
    try output.validate(traces: [])
    for format in [options.format] + output.compactMap(\.format) {
      try format.validate(in: "run")
    }
    if keep != nil, limit == nil {
      throw ValidationError("--keep goes with --limit: without one, everything is kept.")
    }
  }

  func run() throws {
    let file = try ProgramFile(program[0])
    try file.checkThatItCanBeRecorded()
    let library = try RuntimeLibrary.find(library)
    let reports = try RunReports(options, failing, triage, known, output: output)
    let traces = try RunTraces(trace, program: program[0])
    let environment = [
      "LD_PRELOAD": [library, Terminal.variable("LD_PRELOAD") ?? ""].filter { !$0.isEmpty }
        .joined(separator: ":"),
      "LOCKCHECK_RUN": traces.settings(
        followsChildren: followForks, sizeLimit: limit?.bytes, keeps: keep),
    ]
    let ending = try RunSignals.during(signal?.number) { signals in
      let process: ProgramProcess
      do throws(CommandFailure) {
        process = try ProgramProcess(
          file, wordCount: program.count, environment: environment, signals)
      } catch {
        traces.discard()
        throw error
      }
      return try RunningProgram(
        process, traces, signals, reports, followsChildren: followForks,
        snapshotSignal: signal?.number
      ).wait(hangLimit: hang.map { .seconds($0) })
    }
    switch ending {
    case .hung(let one):
      say(kept: try traces.settle { $0 == one.trace })
      throw Outcome.hang
    case .ended(let change): try finish(change.status, traces, reports)
    }
  }

  /// Reports on what was recorded, and ends as the program did.
  private func finish(_ status: Int32, _ traces: RunTraces, _ reports: RunReports) throws {
    guard !traces.recorded.isEmpty else {
      traces.discard()
      throw unrecorded(status)
    }
    var fails = false
    if analyze {
      var read: [RunReports.One] = []
      var failure: CommandFailure?
      for trace in traces.recorded {
        do throws(CommandFailure) { read.append(try reports.read(trace)) } catch {
          StandardError.write("lockcheck: \(error.message)\n")
          failure = error
        }
      }
      let telling = read.filter { !$0.isEmpty }
      let shown = telling.isEmpty ? Array(read.suffix(1)) : telling
      if !shown.isEmpty { try reports.write(shown) }
      let kept = Set(telling.filter { trace != nil || $0.isTelling }.map(\.trace))
      let unread = Set(traces.recorded).subtracting(read.map(\.trace))
      say(kept: try traces.settle { kept.contains($0) || unread.contains($0) })
      try reports.triage.finish(read.map(\.report), isComplete: failure == nil)
      fails = failing.fails(read.map(\.report))
      if status == 0, let failure {
        throw CommandFailure(failure.outcome, "the report is incomplete")
      }
    } else {
      say(kept: try traces.settle { _ in true })
    }
    if status != 0 { throw ProgramStatus(status: status) }
    if fails { throw Outcome.findings }
  }

  private func unrecorded(_ status: Int32) -> any Error {
    StandardError.write(
      "lockcheck: '\(program[0])' was not recorded: the library was not loaded into it, found no "
        + "place to record to, or something that it does not go together with: MemorySanitizer, or an "
        + "allocator without malloc_usable_size\n")
    return status != 0 ? ProgramStatus(status: status) : Outcome.unavailable
  }

  private func say(kept places: [String]) {
    for place in places where trace == nil {
      StandardError.write(
        "lockcheck: the trace is kept in \(place); lockcheck analyze shows this report again\n")
    }
  }
}
