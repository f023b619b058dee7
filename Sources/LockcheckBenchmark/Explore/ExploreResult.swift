import ExplorationPrograms

/// What came of exploring one program with one method, several times.
struct ExploreResult {
  /// How often it was explored.
  let trialCount: Int
  /// The number of the schedule that showed the bug, for each trial that found it.
  let found: [Int]
  /// How many schedules were run in all.
  let scheduleCount: Int
  /// How long that took, by the clock.
  let nanoseconds: UInt64

  var foundCount: Int { found.count }

  /// The mean number of schedules, and how often the bug was found where that is not always.
  var text: String {
    guard !found.isEmpty else { return "never" }
    let mean = Double(found.reduce(0, +)) / Double(found.count)
    let text = mean.text(digits: mean < 10 ? 1 : 0)
    return found.count == trialCount ? text : "\(text) (\(found.count) of \(trialCount))"
  }

  /// Explores in a process of its own, so that no thread that is stuck for ever disturbs the next.
  static func measure(
    _ program: ExplorationProgram, _ method: ExploredMethod, _ trials: Int, _ cap: Int
  ) throws(BenchmarkFailure) -> ExploreResult {
    let arguments = [program.name, method.rawValue, "--trials", "\(trials)", "--cap", "\(cap)"]
    let ending = try Child.again(["explore-work"] + arguments).end()
    let numbers = ending.output.split { $0 == "\t" || $0 == "\n" }.compactMap { Int($0) }
    guard ending.isSuccess, numbers.count == 2 + trials else {
      throw BenchmarkFailure("an exploration failed: \(program.name), \(method.rawValue)")
    }
    return ExploreResult(
      trialCount: trials, found: numbers[2...].filter { $0 > 0 }, scheduleCount: numbers[0],
      nanoseconds: UInt64(numbers[1]))
  }
}
