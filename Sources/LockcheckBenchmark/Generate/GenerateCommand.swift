import ArgumentParser

/// A made-up run that can be had as a file.
enum MadeUpRun: String, CaseIterable, ExpressibleByArgument {
  case plain, planted
}

struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Writes a made-up trace to a file.",
    discussion: """
      plain: threads that take locks and work on variables under them; nothing is wrong with it.
      planted: pairs of opposite nests far apart: as many that can deadlock as are ordered by data and \
      as are behind a gate lock; the same for the same --seed.

      The end of the file's name is its form: .lctrace, .json, .ndjson, .std or .json.gz.
      """)

  @Argument(help: "What is made up: plain or planted.") var kind: MadeUpRun
  @Option(name: .shortAndLong, help: "The file.") var output: String
  @Option(help: "About how many events there are.") var events = 1_000_000
  @Option(help: "planted: where the random numbers begin.") var seed: UInt64 = 1
  @Option(help: "planted: how many pairs there are of each kind.") var pairs = 20
  @Option(help: "plain: how many threads there are.") var threads = 8
  @Option(help: "plain: how many locks there are.") var locks = 50
  @Option(help: "plain: how many variables there are.") var variables = 18_000

  private var form: TraceForm? { TraceForm.allCases.first { output.hasSuffix($0.suffix) } }

  func validate() throws {
    guard events > 0, pairs > 0, threads > 0, locks > 0, variables >= locks else {
      throw ValidationError(
        "There has to be at least one of everything, and a variable for each lock.")
    }
    guard form != nil else {
      throw ValidationError(
        "The name has to end with \(TraceForm.allCases.map(\.suffix).joined(separator: ", ")).")
    }
  }

  func run() throws {
    guard let form else { return }
    switch kind {
    case .plain:
      try form.write(
        SyntheticRun(events: events, threads: threads, locks: locks, variables: variables),
        to: output)
    case .planted:
      try form.write(PlantedRun(events: events, pairs: pairs, seed: seed), to: output)
    }
  }
}
