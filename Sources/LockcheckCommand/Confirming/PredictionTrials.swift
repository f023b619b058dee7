import Foundation
import LockcheckFindings
import LockcheckTrace

/// Runs a program until a prediction has come true in it, or often enough.
struct PredictionTrials {
  /// What came of it.
  struct Answer {
    var confirmation: ReportedConfirmation
    /// What the program said of the run in which it came true.
    var result: TrialResult?
  }

  private let program: ProgramUnderTest
  private let tries: Int
  private let folder: TemporaryFolder
  private let signals: HeldSignals
  private let script: String
  private var best: ReportedConfirmation.Progress?
  private var endings: [String: Int] = [:]

  /// - Parameter folder: Where the script and the results are put.
  init(
    _ script: Script, on program: ProgramUnderTest, tries: Int, in folder: TemporaryFolder,
    _ signals: HeldSignals
  ) throws {
    self.program = program
    self.tries = tries
    self.folder = folder
    self.signals = signals
    self.script = folder.path + "/script"
    let file = try OutputFile(self.script)
    try file.write("\(script)")
    try file.commit()
  }

  /// Tries it.
  ///
  /// - Throws: A failure where the program cannot be started, or never uses a primitive; an
  ///   ``Interruption``.
  mutating func run() throws -> Answer {
    let progress = TrialProgress(tries)
    defer { progress.clear() }
    for iteration in 0..<tries {
      progress.update(iteration + 1)
      guard let result = try take(iteration) else { continue }
      if let reached = result.progress, best.map({ $0 < reached }) ?? true { best = reached }
      if result.isReached {
        let confirmation = ReportedConfirmation(
          .confirmed, tries: iteration + 1, token: result.token, program: program.words)
        return Answer(confirmation: confirmation, result: result)
      }
      endings[result.outcome, default: 0] += 1
    }
    return Answer(
      confirmation: ReportedConfirmation(
        .notConfirmed, tries: tries, program: program.words, best: best, endings: sortedEndings))
  }

  /// One try.
  ///
  /// - Returns: Nil where the program has said nothing; its end is counted then.
  private mutating func take(_ iteration: Int) throws -> TrialResult? {
    let file = folder.path + "/result-\(iteration)"
    let ending = try program.run(
      [
        "LOCKCHECK_SCHEDULE": "steer:\(iteration):\(script)", "LOCKCHECK_SCHEDULE_RESULT": file,
      ], signals)
    defer { try? FileManager.default.removeItem(atPath: file) }
    let text = try? String(contentsOfFile: file, encoding: .utf8)
    do throws(TrialResult.Flaw) {
      if let text { return try TrialResult(parsing: text) }
    } catch {
      // It was cut off as it wrote, or is of another version.
      if case .exited = ending {
        throw CommandFailure(
          .unavailable,
          "what '\(name)' says of its schedule is not to be understood (line \(error.line): "
            + "\(error.problem)); was it built with this version of lockcheck?")
      }
    }
    switch ending {
    case .exited(let status) where iteration == 0: throw neverUsed(status)
    case .exited: endings["no result", default: 0] += 1
    case .killed: endings["crashed", default: 0] += 1
    case .outOfTime: endings["out of time", default: 0] += 1
    }
    return nil
  }

  private var name: String { program.words[0] }

  private func neverUsed(_ status: Int32) -> CommandFailure {
    // What a program ends with that does not understand the schedule.
    let reason =
      status == Outcome.usage.rawValue
      ? "may have refused it" : "uses none of lockcheck's primitives, or none when run like this"
    return CommandFailure(
      .unavailable,
      "'\(name)' ended with \(status) and said nothing of a schedule: it \(reason)"
        + (program.showsOutput ? "" : "; --show-output shows what it writes"))
  }

  private var sortedEndings: [ReportedConfirmation.Ending] {
    endings.map { .init(name: $0.key, count: $0.value) }
      .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
  }
}

/// Says on a terminal which try it is.
private struct TrialProgress {
  private let tries: Int
  private let isShown = StandardError.isTerminal

  init(_ tries: Int) { self.tries = tries }

  func update(_ number: Int) {
    if isShown { StandardError.write("\r\u{1B}[Ktry \(number) of \(tries)") }
  }

  /// Leaves the line as if nothing had been there.
  func clear() {
    if isShown { StandardError.write("\r\u{1B}[K") }
  }
}
