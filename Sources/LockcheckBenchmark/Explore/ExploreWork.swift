import ArgumentParser
import ExplorationPrograms
import LockcheckControl
import LockcheckExploration

/// One program and one method of `explore`, in a process of its own.
struct ExploreWork: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explore-work", shouldDisplay: false)

  /// Nothing can end a thread that is stuck: with more than so many, another process goes on.
  private static let mostStuckThreads = 500

  @Argument var program: String
  @Argument var method: String
  @Option var trials: Int
  @Option var first: Int
  @Option var cap: Int

  func run() throws {
    guard let program = ExplorationProgram.named(program) else {
      throw BenchmarkFailure("no such program: \(program)")
    }
    let method = try ExplorationMethod(parsing: method)
    var (found, schedules, stuck) = ([Int](), 0, 0)
    let start = Machine.time
    for trial in first..<trials where stuck < Self.mostStuckThreads {
      var options = ExplorationOptions(seed: UInt64(trial) + 1)
      options.isMinimizing = false
      let exploration = explore(method, iterations: cap, options: options, program.body)
      schedules += exploration.schedules
      stuck += exploration.stuckThreads
      found.append(exploration.failure?.number ?? 0)
    }
    let nanoseconds = Machine.time - start
    let columns = [schedules, Int(nanoseconds)] + found
    Machine.say(columns.map { "\($0)" }.joined(separator: "\t") + "\n")
  }
}
