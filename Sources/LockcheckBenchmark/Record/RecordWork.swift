import ArgumentParser
import Lockcheck
import LockcheckRecorder
import LockcheckTasks

/// The part of `record` that runs in a process of its own: threads that work under locks while they
/// are recorded.
struct RecordWork: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "record-work", shouldDisplay: false)

  @Argument var file: String
  @Option var threads = 4
  @Option var events = 1_000_000

  /// Of each critical section: acquire, read, write, release.
  private static let eventsOfSection = 4

  func run() throws {
    var configuration = RecorderConfiguration()
    configuration.file = file
    let recorder = Recorder(configuration: configuration)
    try recorder.start()
    let sections = events / threads / Self.eventsOfSection
    let startTime = Machine.time
    let startOfProcess = Machine.processTime
    recorder.record {
      let common = Account()
      let workers = (0..<threads).map { number in
        CheckedThread(name: "worker \(number)") {
          Self.work(on: Account(), and: common, sections: sections)
        }
      }
      for worker in workers { worker.start() }
      for worker in workers { worker.join() }
    }
    let time = Machine.time - startTime
    let used = Machine.processTime - startOfProcess
    let summary = try recorder.stop()
    guard summary.lost == 0 else { throw BenchmarkFailure("\(summary.lost) events were lost") }
    Machine.say("\(summary.events)\t\(summary.bytes)\t\(time)\t\(used)\n")
  }

  /// Nine times in ten a thread works on what is its own, and else on what all of them share.
  @inline(never)
  private static func work(on own: Account, and common: Account, sections: Int) {
    for section in 0..<sections {
      (section % 10 == 0 ? common : own).deposit(1)
    }
  }
}

/// A number behind a lock.
private final class Account: Sendable {
  private let lock = Lock(name: "account")
  private let balance = Shared(0, name: "balance")

  @inline(never)
  func deposit(_ amount: Int) {
    lock.withLock { balance.store(balance.load() + amount) }
  }
}
