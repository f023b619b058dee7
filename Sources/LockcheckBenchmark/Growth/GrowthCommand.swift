import ArgumentParser
import LockcheckAnalysis

/// What analyzes a trace.
enum MeasuredEngine: String, CaseIterable, ExpressibleByArgument {
  case streaming, search
  case syncPreserving = "sync-preserving"

  var engine: Engine {
    switch self {
    case .streaming: .streaming
    case .syncPreserving: .syncPreserving
    case .search: .search
    }
  }
}

/// Of what a run can have more and more.
enum Dimension: String, CaseIterable, ExpressibleByArgument {
  case events, threads, locks, variables

  /// How many of it are measured.
  func sizes(isLarge: Bool) -> [Int] {
    switch self {
    case .events: [100_000, 1_000_000, 10_000_000] + (isLarge ? [100_000_000] : [])
    case .threads: [8, 32, 128] + (isLarge ? [512, 1_000] : [])
    case .locks: [50, 1_000, 20_000] + (isLarge ? [200_000, 1_000_000] : [])
    case .variables: [1_000, 18_000, 300_000] + (isLarge ? [3_000_000, 10_000_000] : [])
    }
  }
}

struct GrowthCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "growth",
    abstract: "How time and memory of an analysis grow with events, threads, locks and variables.",
    discussion: """
      Makes up runs that differ in one thing and analyzes each in a process of its own, while it is \
      being made; what making it takes alone is taken off. × is the time for each event, compared with \
      the smallest size.
      """)

  @Option(name: .customLong("engine"), help: "Only this engine. May be repeated.")
  var engines = MeasuredEngine.allCases
  @Option(
    name: .customLong("by"), help: "Only this: events, threads, locks, variables. May be repeated.")
  var dimensions = Dimension.allCases
  @Option(help: "How many events a run has whose other things grow.") var events = 2_000_000
  @Flag(help: "Up to 100 million events, 1,000 threads, a million locks, ten million variables.")
  var large = false

  func validate() throws {
    guard events > 0 else { throw ValidationError("There has to be at least one event.") }
  }

  func run() throws {
    print("\(Machine.description)\n")
    for engine in engines {
      for dimension in dimensions { try measure(engine, dimension) }
    }
  }

  private func measure(_ engine: MeasuredEngine, _ dimension: Dimension) throws {
    var table = TextTable([
      dimension.rawValue, "M events/s, \(engine.rawValue)", "time an event", "peak memory, MB",
    ])
    var first: Double?
    for size in dimension.sizes(isLarge: large) {
      var counts: [Dimension: Int] = [
        .events: events, .threads: 8, .locks: 50, .variables: 18_000,
      ]
      counts[dimension] = size
      if dimension == .locks { counts[.variables] = max(18_000, size) }
      let arguments = Dimension.allCases.flatMap { ["--\($0.rawValue)", "\(counts[$0] ?? 0)"] }
      let ending = try Child.again(["growth-work", engine.rawValue] + arguments).end()
      let numbers = ending.output.split { $0 == "\t" || $0 == "\n" }.compactMap { Int($0) }
      guard ending.isSuccess, numbers.count == 3, numbers[1] > 0 else {
        throw BenchmarkFailure("an analysis failed: \(arguments)")
      }
      let time = Double(numbers[1]) / Double(numbers[0])
      first = first ?? time
      table.append([
        "\(size)", (1000 / time).text(digits: 2), "×\((time / (first ?? time)).text(digits: 2))",
        "\(numbers[2] / 1024)",
      ])
    }
    print(table.text + "\n")
  }
}
