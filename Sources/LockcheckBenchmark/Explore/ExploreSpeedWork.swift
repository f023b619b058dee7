import ArgumentParser
import Lockcheck
import LockcheckControl
import LockcheckExploration

/// `explore --speed`, in a process of its own: three threads with a dozen operations that go right.
struct ExploreSpeedWork: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explore-speed-work", shouldDisplay: false)

  func run() throws {
    var table = TextTable(["", "schedules/s", "threads", "resident memory, KiB"])
    table.append(["before", "", "\(Machine.threadCount)", "\(Machine.residentMemory)"])
    for round in 1...4 {
      let iterations = 10_000
      let start = Machine.time
      let options = ExplorationOptions(seed: UInt64(round))
      let exploration = explore(.random, iterations: iterations, options: options, Self.program)
      let seconds = Double(Machine.time - start) / 1e9
      guard exploration.failure == nil, exploration.schedules == iterations else {
        throw BenchmarkFailure("a schedule failed that has to pass")
      }
      table.append([
        "after \(iterations * round) schedules", (Double(iterations) / seconds).text(digits: 0),
        "\(Machine.threadCount)", "\(Machine.residentMemory)",
      ])
    }
    Machine.say(table.text + "\n")
  }

  /// Each of three threads takes a lock, reads and writes, and gives it back.
  @Sendable private static func program() throws {
    let lock = Lock(name: "lock")
    let total = Shared(0, name: "total")
    let threads = (0..<3).map { number in
      CheckedThread(name: "adder \(number)") { lock.withLock { total.modify { $0 += 1 } } }
    }
    for thread in threads { thread.start() }
    for thread in threads { thread.join() }
    guard total.load() == 3 else { throw BenchmarkFailure("an addition is lost") }
  }
}
