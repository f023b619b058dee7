public import LockcheckFindings

/// One line for each place, as compilers write them: for editors, and for whatever reads a build's output.
///
/// `Bank.swift:8:1: error: Ann takes A then B, … [LC102]`, followed by a `note:` for each step. The column
/// is always the first: only lines are known.
public struct GCCRenderer: Renderer, Sendable {
  /// The folder, with a slash at its end, from which paths inside it are told; empty for none.
  public var root: String

  /// Makes a renderer.
  public init(root: String = "") { self.root = root }

  /// A line for each finding and each of its steps; nothing where there is none.
  public func render(_ report: Report) -> String {
    report.findings.map { lines(of: $0, in: report).joined(separator: "\n") + "\n" }.joined()
  }

  /// The lines of one trace after those of the other.
  public func render(_ reports: [(trace: String, report: Report)]) -> String {
    reports.map { render($0.report) }.joined()
  }

  private func lines(of reported: ReportedFinding, in report: Report) -> [String] {
    let story = Story(reported, in: report)
    let code = reported.finding.rule.code
    let head = line(
      reported.severity.rawValue, story.message, code, at: story.primaryPlace(root: root))
    let notes = story.remarks.compactMap { remark in
      report.tables.place(of: remark.stack, root: root).map {
        line("note", remark.text, code, at: $0)
      }
    }
    return [head] + notes
  }

  private func line(_ level: String, _ text: String, _ code: String, at place: SourcePlace?)
    -> String
  {
    let place = place.map { "\($0.path):\($0.line):1" } ?? "lockcheck"
    return "\(place): \(level): \(text) [\(code)]".withoutControls
  }
}
