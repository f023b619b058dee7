import ArgumentParser
import ExplorationPrograms
import LockcheckControl

/// One program and one method of `explore`, in a process of its own.
struct ExploreWork: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explore-work", shouldDisplay: false)

  @Argument var program: String
  @Argument var method: ExploredMethod
  @Option var trials: Int
  @Option var cap: Int

  func run() throws {
    guard let program = ExplorationProgram.named(program) else {
      throw BenchmarkFailure("no such program: \(program)")
    }
    var (found, schedules) = ([Int](), 0)
    let start = Machine.time
    for trial in 0..<trials {
      let explorer = Explorer(method.strategy, seed: UInt64(trial) + 1)
      var first = 0
      for iteration in 0..<cap {
        schedules += 1
        if explorer.run(iteration: iteration, program.body).failure != nil {
          first = iteration + 1
          break
        }
      }
      found.append(first)
    }
    let nanoseconds = Machine.time - start
    let columns = [schedules, Int(nanoseconds)] + found
    Machine.say(columns.map { "\($0)" }.joined(separator: "\t") + "\n")
  }
}
