public import LockcheckFindings

/// A closure that has run, and what was found in what it did.
public struct RecordedRun<Value, Failure: Error> {
  /// What the closure returned or threw.
  public let outcome: Result<Value, Failure>
  /// What was found, or why nothing could be recorded; ``report`` is the shorter way to it.
  public let analysis: Result<Report, RecordingFailure>

  /// What was found, whatever the closure returned or threw.
  ///
  /// - Throws: Why nothing could be recorded. Never what the closure threw: that is in ``outcome``.
  public var report: Report { get throws(RecordingFailure) { try analysis.get() } }
}

extension RecordedRun: Sendable where Value: Sendable {}

/// Why a closure could not be recorded or its recording not be analyzed. It ran nevertheless.
public struct RecordingFailure: Error, Sendable, CustomStringConvertible {
  /// What went wrong, in one sentence.
  public let description: String
}

extension Report {
  /// The findings of one kind: `report.findings(.deadlock)`, `report.findings(.race, atLeast: .predicted)`.
  ///
  /// - Complexity: O(findings)
  public func findings(_ kind: Rule.Kind, atLeast verdict: Verdict = .possible) -> [ReportedFinding]
  {
    findings.filter { $0.finding.rule.kind == kind && $0.finding.verdict >= verdict }
  }
}
