import Foundation
import LockcheckFindings
import LockcheckReport
import LockcheckTrace
import Testing

@Suite struct `Every fixture in other forms` {
  /// Cases whose reports stand beside their traces in every form: a cycle with its schedule, a race, a hang,
  /// and where the time goes.
  static let chosen = [
    "prediction/deadlock-swapped", "data-race/locked-read-unlocked-write", "nested-monitor/event",
    "contention/waited-a-tenth", "hangs/abba/hanging",
  ]

  /// The forms, by the names of their files.
  static func renderers() -> [(file: String, renderer: any Renderer)] {
    [
      ("expected.sarif", SARIFRenderer()),
      ("expected.github.sarif", SARIFRenderer(profile: .github)),
      ("expected.md", MarkdownRenderer()), ("expected.junit.xml", JUnitRenderer()),
      ("expected.gcc.txt", GCCRenderer()), ("expected.annotations.txt", GitHubRenderer()),
      ("expected.checkstyle.xml", CheckstyleRenderer()),
      ("expected.codeclimate.json", CodeClimateRenderer()),
    ]
  }

  @Test(arguments: Fixture.all)
  func `is well-formed`(fixture: Fixture) throws {
    guard try fixture.truth().error == nil else { return }
    let report = try fixture.report()
    // What is clean looks the same everywhere.
    if report.findings.isEmpty { return }
    for (file, renderer) in Self.renderers() {
      let text = renderer.render(report)
      if file.hasSuffix("json") || file.hasSuffix("sarif") {
        #expect(throws: Never.self, "\(fixture.name) \(file)") {
          try JSONSerialization.jsonObject(with: Data(text.utf8))
        }
      }
      let count = report.findings.count
      switch file {
      case "expected.gcc.txt":
        let heads = text.split(separator: "\n").filter { !$0.contains(": note: ") }
        let performance = report.findings.count { $0.finding.rule.kind == .performance }
        #expect(heads.count == count - performance, "\(fixture.name)")
      case "expected.checkstyle.xml":
        #expect(text.matches(of: #/<error /#).count == count, "\(fixture.name)")
      default: break
      }
    }
    for place in report.findings.indices {
      let text = DOTRenderer(.finding(place)).render(report)
      #expect(text.contains("->"), "\(fixture.name): finding \(place + 1) has nothing to draw")
    }
  }

  @Test(arguments: chosen)
  func `that was chosen is as expected`(name: String) throws {
    let fixture = Fixture(name: name)
    // Only for the rules that it breaks: the pages of all others are the rule book's business.
    let broken = Set(try fixture.report().findings.map(\.finding.rule))
    let report = try fixture.report(rules: Rule.all.filter(broken.contains))
    try #require(!report.findings.isEmpty)
    for (file, renderer) in Self.renderers() {
      try fixture.expect(renderer.render(report), equals: file)
    }
    try fixture.expect(DOTRenderer(.finding(0)).render(report), equals: "expected.dot")
    let trace = try fixture.trace()
    var writer = TraceEventWriter(
      report, tables: report.tables, hasTimes: trace.events.contains { $0.time != nil })
    for (index, event) in trace.events.enumerated() { writer.observe(event, at: index) }
    writer.finish()
    let text = "{\"displayTimeUnit\": \"ns\", \"traceEvents\": [\n\(writer.take())\n]}\n"
    try fixture.expect(text, equals: "expected.trace-event.json")
  }
}
