import ExplorationPrograms
import LockcheckControl

/// What came of exploring one program with one method, several times.
struct ExploreResult {
  /// For each trial the number of the schedule that showed the bug; 0 where none did.
  private(set) var trials: [Int] = []
  /// How many schedules were run in all.
  private(set) var scheduleCount = 0
  /// How long that took, by the clock.
  private(set) var nanoseconds: UInt64 = 0

  /// Whether each trial found the bug.
  var isWhole: Bool { trials.allSatisfy { $0 > 0 } }

  /// The mean number of schedules, and how often the bug was found where that is not always.
  var text: String {
    let found = trials.filter { $0 > 0 }
    guard !found.isEmpty else { return "never" }
    let mean = Double(found.reduce(0, +)) / Double(found.count)
    let text = mean.text(digits: mean < 10 ? 1 : 0)
    return isWhole ? text : "\(text) (\(found.count) of \(trials.count))"
  }

  /// Explores in processes of their own, so that threads that are stuck for ever disturb no other
  /// program.
  init(
    _ program: ExplorationProgram, _ method: ExplorationMethod, trials count: Int, cap: Int
  ) throws(BenchmarkFailure) {
    while trials.count < count {
      let ending = try Child.again([
        "explore-work", program.name, "\(method)", "--trials", "\(count)", "--first",
        "\(trials.count)", "--cap", "\(cap)",
      ]).end()
      let numbers = ending.output.split { $0 == "\t" || $0 == "\n" }.compactMap { Int($0) }
      guard ending.isSuccess, numbers.count > 2 else {
        throw BenchmarkFailure("an exploration failed: \(program.name), \(method)")
      }
      scheduleCount += numbers[0]
      nanoseconds += UInt64(numbers[1])
      trials += numbers[2...]
    }
  }
}
