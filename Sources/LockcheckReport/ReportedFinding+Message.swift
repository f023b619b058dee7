public import LockcheckFindings

extension ReportedFinding {
  /// One sentence on what happened or can happen, with threads and objects by name: what every form of
  /// `report` says of it.
  public func message(in report: Report) -> String { Story(self, in: report).message }
}
