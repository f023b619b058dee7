public import LockcheckFindings

/// Turns what was found into text of one form.
///
/// No reading, no writing, no judging: equal reports give equal bytes.
public protocol Renderer {
  /// The report in this form, ending with a line break.
  func render(_ report: Report) -> String

  /// The reports of several traces in this form, each under the name of its trace.
  ///
  /// - Parameter reports: At least two; one alone is rendered by itself.
  func render(_ reports: [(trace: String, report: Report)]) -> String
}
