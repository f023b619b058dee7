import LockcheckFindings
import LockcheckTrace
import LockcheckTriage
import Testing

@Suite struct `Entries that are printed` {
  private func entries(_ report: Report, root: String = "/home/ann/bank/") -> String {
    SuppressionEntries.yaml(
      for: report.findings.map { (reported: $0, report: report) }, root: root
    ) { _, _ in "what\nhappened" }
  }

  @Test func `tell what they suppress`() {
    #expect(
      entries(RaceSample().report) == """
        suppressions:
          # observed: what happened
          - fingerprint: "52c4bf45ef1e9d78"
            rule: LC201
            function: "add()"
            file: "Sources/Bank/Bank.swift"
            lock: "x"
            reason: "…"

        """)
    let report = RaceSample().report
    let twice = [report, report].map { (reported: $0.findings[0], report: $0) }
    #expect(
      SuppressionEntries.yaml(for: twice, root: "/home/ann/bank/") { _, _ in "what\nhappened" }
        == entries(report))
    #expect(entries(Report.empty) == "suppressions: []\n")
  }

  @Test(arguments: [
    "add()", "Bank.add(_:) -> [Int]", "operator*(int &x, char *y)", "say \"hi\" # no comment",
    "a\\b\tc\u{1}\nd",
    "été €", "*", "&x", "fn(&T, *mut U)", "a\u{FEFF}\u{2028}\u{E000}\u{1F512}",
  ])
  func `suppress it once they have a reason, whatever it is called`(name: String) throws {
    let sample = RaceSample(functions: (name, "clear()"), variable: name)
    let text = entries(sample.report)
    #expect(throws: TriageFileError.self) { try Configuration(text) }
    let many = text + (0..<20).map { _ in text.drop { $0 != "\n" } }.joined()
    for text in [text, many] {
      let configuration = try Configuration(text.replacing("\"…\"", with: "because"))
      let report = sample.report(suppressions: configuration.suppressions)
      #expect(report.findings.isEmpty && report.unusedSuppressions.isEmpty, "\(text)")
    }
  }
}

extension Report {
  fileprivate static var empty: Report {
    Report(header: .init(), tables: .init(), eventCount: 0, findings: [])
  }
}
