import LockcheckFindings
import LockcheckTrace

/// Tries all predictions of a report on a program.
struct ReportTrials {
  let program: ProgramUnderTest
  let tries: Int

  /// The report with the answers.
  ///
  /// - Parameter events: The trace's events; only asked for where a schedule does not have each by itself.
  /// - Throws: What ``PredictionTrials/run()`` throws.
  func run(_ report: Report, events: () throws -> [Event]) throws -> Report {
    var known: [Event]?
    return try HeldSignals.during { signals in
      let folder = try TemporaryFolder()
      defer { folder.remove() }
      return try report.confirmed { reported in
        guard reported.finding.verdict == .predicted else { return nil }
        let script = try reported.finding.triable {
          let all = try known ?? events()
          known = all
          return all
        }
        switch script {
        case .failure(let refusal):
          return ReportedConfirmation(.notTried, program: program.words, reason: refusal.reason)
        case .success(let script):
          var trials = try PredictionTrials(script, on: program, tries: tries, in: folder, signals)
          return try trials.run().confirmation
        }
      }
    }
  }
}
