import ArgumentParser
import LockcheckCodecs
import LockcheckCompression
import LockcheckFindings
import LockcheckPipeline
import LockcheckTrace

struct SliceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slice",
    abstract: "Write the smallest trace that still shows a finding.",
    discussion: """
      For a bug report, or to see what matters. The finding is named by its fingerprint, by as much \
      of it as tells it from the others, or by its place in the report. The form follows from the \
      output's name, as with convert.

        lockcheck slice run.lctrace 1 -o small.json
        lockcheck slice run.lctrace 025307c586887dee -o small.std --drop

      Ends with 64 where there is no such finding, and lists those there are.
      """)

  @Argument(
    help: ArgumentHelp("The trace; - is standard input.", valueName: "trace"), completion: .file())
  var input: String

  @Argument(
    help: ArgumentHelp(
      "A fingerprint or the beginning of one, or a number: 1 is the first finding of the report.",
      valueName: "finding"))
  var finding: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The file to write, whole or not at all; - is standard output.", valueName: "out"),
    completion: .file())
  var output: String

  @Option(help: ArgumentHelp("The form to write.", valueName: "form"))
  var to: TraceForm?

  @Flag(help: "Leave out what the form cannot say.")
  var drop = false

  private var form: TraceForm? { to ?? TraceForm(fileName: output) }

  func validate() throws {
    if form == nil {
      throw ValidationError(
        "The name '\(output)' does not say which form to write: add --to json, ndjson, std or binary."
      )
    }
    if OutputFile.wouldReplace(input, with: output) {
      throw ValidationError("-o \(output) would put the slice in the place of the trace \(input).")
    }
  }

  func run() throws {
    guard let form else { return }
    let file = try OutputFile(output)
    var trace = try TraceInput.wholeTrace(input)
    let report = try TraceAnalysis().report(on: TraceEvents(trace))
    let target = try FindingChoice(report.findings).finding(named: finding)
    trace.tables = report.tables
    var slicer = TraceSlicer(
      trace, showing: target, budget: TraceSlicer.usualBudget(for: trace.events.count))
    let slice = slicer.slice()
    let leftovers = try TraceOutput.convert(
      KeptTrace(slice.trace), to: form, packed: TraceFile.extensions(of: output).compression,
      drop: drop, file: file, watch: { _ in })
    try file.commit()
    for text in leftovers.dropped { StandardError.write("lockcheck: dropped \(text)\n") }
    StandardError.write(
      "lockcheck: \(slice.trace.events.count) of \(trace.events.count) events are left\n")
    if slice.isCutShort {
      StandardError.write(
        "lockcheck: stopped after \(slice.trials) trials: more could be left out\n")
    }
  }
}

/// The findings of a report, one of which a command line names.
struct FindingChoice {
  private let findings: [ReportedFinding]

  init(_ findings: [ReportedFinding]) { self.findings = findings }

  /// The finding of that number in the report, or of that fingerprint or beginning of one.
  func finding(named name: String) throws(CommandFailure) -> ReportedFinding {
    findings[try place(named: name)]
  }

  /// The place of that finding among all.
  func place(named name: String) throws(CommandFailure) -> Int {
    let number = name.hasPrefix("#") ? String(name.dropFirst()) : name
    // No beginning of a fingerprint is meant by so few digits.
    if number.utf8.count < 6, let place = Int(number), findings.indices.contains(place - 1) {
      return place - 1
    }
    let alike = findings.indices.filter {
      "\(findings[$0].fingerprint)".hasPrefix(name.lowercased())
    }
    // Those of one fingerprint cannot be told apart by it: the first is the surest.
    if let first = alike.first, !name.isEmpty,
      alike.allSatisfy({ findings[$0].fingerprint == findings[first].fingerprint })
    {
      return first
    }
    let isNone = alike.isEmpty || name.isEmpty
    throw CommandFailure(
      .usage,
      "there \(isNone ? "is no finding" : "are several findings") '\(name)'; \(list)")
  }

  private var list: String {
    guard !findings.isEmpty else { return "the trace shows none" }
    let lines = findings.enumerated().map { place, reported in
      let objects = reported.cast.objects.joined(separator: ", ")
      return "  \(place + 1)  \(reported.fingerprint)  \(reported.finding.verdict) "
        + "\(reported.finding.rule.name)\(objects.isEmpty ? "" : ": \(objects)")"
    }
    return "the trace shows\n" + lines.joined(separator: "\n")
  }
}

/// A trace in memory, for an encoder to copy.
private struct KeptTrace: TraceDecoder {
  private var events: TraceEvents

  init(_ trace: Trace) { events = TraceEvents(trace) }

  var header: TraceHeader { events.header }
  var losses: [TraceLoss] { [] }
  var hasGap: Bool { false }

  mutating func read(into events: inout [Event], tables: inout TraceTables) throws -> Bool {
    self.events.read(into: &events, tables: &tables)
  }
}
