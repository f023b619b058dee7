import ArgumentParser
import LockcheckCodecs
import LockcheckCompression
import LockcheckFindings
import LockcheckPipeline
import LockcheckTrace
import LockcheckTriage

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write a trace in another form.",
    discussion: """
      The form follows from the output's name (.json, .ndjson, .std, .lctrace) unless --to says it; \
      a name that ends in .gz or .zst is packed. What the form cannot say is refused, or dropped and \
      pointed out with --drop.

        lockcheck convert run.lctrace -o run.json
        lockcheck convert run.json.gz -o run.std --drop
        lockcheck convert run.lctrace --to ndjson -o - | head
        lockcheck convert run.lctrace --redact -o shared.lctrace
      """)

  @Argument(
    help: ArgumentHelp("The trace; - is standard input.", valueName: "in"), completion: .file())
  var input: String

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

  @Flag(help: "Read on past damaged parts of the trace, and say how much was lost.")
  var recover = false

  @Flag(
    help: ArgumentHelp(
      "Take out arguments, absolute paths, and names of users and of this host.",
      discussion: """
        For a trace that is to be shared. Names of functions are looked up first: who gets it does not have \
        the files. Docs/suppressions.md tells what remains.
        """))
  var redact = false

  @Option(
    help: ArgumentHelp("Take this word out as well; goes with --redact.", valueName: "word"))
  var redactWord: [String] = []

  private var form: TraceForm? { to ?? TraceForm(fileName: output) }

  func validate() throws {
    if redact, input == "-" {
      throw ValidationError("--redact reads the trace twice: give it as a file.")
    }
    if !redactWord.isEmpty, !redact { throw ValidationError("--redact-word goes with --redact.") }
    if form == nil {
      throw ValidationError(
        "The name '\(output)' does not say which form to write: add --to json, ndjson, std or binary."
      )
    }
  }

  func run() throws {
    guard let form else { return }
    let file = try OutputFile(output)
    let redaction = redact ? try learnedRedaction() : nil
    let leftovers = try TraceInput.reading(input, recover: recover) { decoder, watch in
      try TraceOutput.convert(
        redaction.map { RedactedTrace(decoder, by: $0) } ?? decoder, to: form,
        packed: TraceFile.extensions(of: output).compression, drop: drop,
        file: file, watch: watch)
    }
    try file.commit()
    for loss in leftovers.losses {
      StandardError.write("lockcheck: \(ReportWarning(loss).message)\n")
    }
    for text in leftovers.dropped { StandardError.write("lockcheck: dropped \(text)\n") }
  }
}

extension ConvertCommand {
  /// Reads the trace once for the names that are to be taken out: what tells of one may stand behind it.
  private func learnedRedaction() throws -> Redaction {
    try TraceInput.reading(input, recover: recover) { decoder, _ in
      var trace = RedactedTrace(decoder, by: .ofThisMachine(others: redactWord))
      var events: [Event] = []
      var tables = TraceTables()
      while try trace.read(into: &events, tables: &tables) {}
      return trace.redaction
    }
  }
}

/// The forms that a trace can be written in.
enum TraceForm: String, CaseIterable, ExpressibleByArgument {
  case json, ndjson, std, binary

  /// The form that a file's name promises.
  init?(fileName: String) {
    guard let word = TraceFile.extensions(of: fileName).form,
      let format = TraceFormat(pathExtension: word)
    else { return nil }
    self.init(rawValue: format.rawValue)
  }
}
