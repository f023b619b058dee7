public import LockcheckFindings

/// The report as test results: a case for each finding, and one for each rule that found nothing.
///
/// A case fails where its finding makes the command fail; the others pass, and say what was found.
public struct JUnitRenderer: Renderer, Sendable {
  /// The folder, with a slash at its end, from which paths inside it are told; empty for none.
  public var root: String
  /// From which verdict on a finding is a failure; nil where none is.
  public var failing: Verdict?
  /// Whether findings about where the time goes can be failures.
  public var failsOnPerformance: Bool

  /// Makes a renderer.
  public init(
    root: String = "", failing: Verdict? = .predicted, failsOnPerformance: Bool = false
  ) {
    self.root = root
    self.failing = failing
    self.failsOnPerformance = failsOnPerformance
  }

  /// One suite.
  public func render(_ report: Report) -> String {
    JUnitDocument([suite(of: report, named: "lockcheck")]).text
  }

  /// A suite for each trace.
  public func render(_ reports: [(trace: String, report: Report)]) -> String {
    JUnitDocument(reports.map { suite(of: $0.report, named: "lockcheck: \($0.trace)") }).text
  }

  private func suite(of report: Report, named name: String) -> JUnitDocument.Suite {
    let text = TextRenderer(root: root)
    let found = Set(report.findings.map(\.finding.rule))
    let clean = report.rules.filter { !found.contains($0) }.map {
      JUnitDocument.Case(suite: "lockcheck.\($0.kind.rawValue)", name: "\($0.code) \($0.name)")
    }
    let cases = report.findings.enumerated().map { number, reported -> JUnitDocument.Case in
      let rule = reported.finding.rule
      let story = Story(reported, in: report)
      let place = story.primaryPlace(root: root).map { (file: $0.path, line: $0.line) }
      let objects = reported.cast.objects.map(\.withoutControls)
      let name = "\(rule.code) \(rule.name)" + (objects.isEmpty ? "" : ": \(list(objects))")
      let whole = text.render(findingAt: number, of: report)
      let headline = story.message.withoutControls
      return JUnitDocument.Case(
        suite: "lockcheck.\(rule.kind.rawValue)", name: name.cut(to: 300), place: place,
        failure: fails(reported) ? (headline: headline, text: whole) : nil,
        output: fails(reported) ? nil : whole)
    }
    return JUnitDocument.Suite(name: name, cases: cases + clean)
  }

  private func fails(_ reported: ReportedFinding) -> Bool {
    guard let failing, reported.finding.verdict >= failing else { return false }
    return failsOnPerformance || reported.finding.rule.kind != .performance
  }
}
