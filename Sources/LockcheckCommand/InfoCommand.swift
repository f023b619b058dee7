import ArgumentParser
import LockcheckCodecs
import LockcheckFindings
import LockcheckTrace

struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Say what is in a trace: threads, objects, events, locks with their waits and holds.",
    discussion: "  lockcheck info run.lctrace")

  @Argument(
    help: ArgumentHelp("The trace; - is standard input.", valueName: "trace"),
    completion: .file())
  var trace: String

  @Flag(help: "Read on past damaged parts of the trace, and say how much was lost.")
  var recover = false

  func run() throws {
    var census = try TraceInput.reading(trace, recover: recover) { decoder, watch in
      try Census(of: decoder, watch: watch)
    }
    census.resolve()
    try StandardOutput.write(census.text(name: TraceInput.name(of: trace)))
  }
}
