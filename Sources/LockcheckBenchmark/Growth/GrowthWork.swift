import ArgumentParser
import LockcheckAnalysis
import LockcheckTrace

/// One analysis of `growth`, in a process of its own for the sake of its peak of memory.
struct GrowthWork: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "growth-work", shouldDisplay: false)

  @Argument var engine: MeasuredEngine
  @Option var events: Int
  @Option var threads: Int
  @Option var locks: Int
  @Option var variables: Int

  private var source: SyntheticRun {
    SyntheticRun(events: events, threads: threads, locks: locks, variables: variables)
  }

  func run() throws {
    let making = Self.time {
      var source = source
      return Self.make(&source)
    }
    let both = try Self.time { try analyze() }
    let nanoseconds = both.nanoseconds - min(making.nanoseconds, both.nanoseconds)
    Machine.say("\(both.count)\t\(nanoseconds)\t\(Machine.peakMemory)\n")
  }

  private static func time(
    _ work: () throws -> Int
  ) rethrows -> (count: Int, nanoseconds: UInt64) {
    let start = Machine.processTime
    let count = try work()
    return (count, Machine.processTime - start)
  }

  private static func make(_ source: inout SyntheticRun) -> Int {
    var (count, events, tables) = (0, [Event](), TraceTables())
    while source.read(into: &events, tables: &tables) { count += events.count }
    return count
  }

  private func analyze() throws -> Int {
    var analyzer = Analyzer(engine: engine.engine)
    var source = source
    try analyzer.analyze(&source)
    return analyzer.finish().eventCount
  }
}
