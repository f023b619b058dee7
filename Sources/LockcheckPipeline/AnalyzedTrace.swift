public import LockcheckAnalysis
public import LockcheckFindings

/// A trace that was reported on, with what it takes to look at it together with others.
public struct AnalyzedTrace: Sendable {
  /// What a person calls the trace.
  public let name: String
  /// What is said about it alone.
  public let report: Report
  /// What its threads asked for with locks in their hands.
  public let lockRequests: LockRequests?
}
