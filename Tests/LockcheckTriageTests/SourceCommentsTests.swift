import LockcheckFindings
import LockcheckTriage
import Testing

@Suite struct `A comment next to the code` {
  /// What becomes of the race at line 10 and line 30 of a file with these lines.
  private func sorted(_ lines: [Int: String]) -> (reason: String??, remarks: [String]) {
    var comments = SourceComments { file, line in
      file.hasSuffix("Bank.swift") ? lines[line] ?? "code" : nil
    }
    let report = RaceSample().report
    let suppression = comments.suppression(for: report.findings[0], in: report)
    return (suppression.map { $0.reason }, comments.remarks.map(\.message))
  }

  @Test(arguments: [
    "x += 1 // lockcheck:ignore LC201 only statistics",
    "// lockcheck:ignore data-race only statistics",
    "/* lockcheck:ignore LC201: only statistics */",
    "#lockcheck:ignore LC102, LC201 – only statistics",
    "  * lockcheck:ignore lc201   only   statistics",
    "///lockcheck:ignore LC201,LC102 only statistics",
  ])
  func `hides a finding of its rule on its line, with the reason`(line: String) {
    for place in [10, 30] {
      let result = sorted([place: line])
      #expect(result.reason == .some("only statistics"))
      #expect(result.remarks == [])
    }
  }

  @Test func `may stand in the lines above, where they are nothing but such comments`() {
    let comment = "  // lockcheck:ignore LC201 why"
    #expect(sorted([9: comment]).reason == .some("why"))
    #expect(sorted([8: comment, 9: "// lockcheck:ignore LC102 another"]).reason == .some("why"))
    #expect(sorted([8: comment]).reason == nil)
    #expect(sorted([8: comment, 9: "// something else"]).reason == nil)
    // At the end of a line of code it is about that line.
    #expect(sorted([9: "y += 1 // lockcheck:ignore LC201 why"]).reason == nil)
    #expect(sorted([11: comment]).reason == nil)
  }

  @Test(arguments: [
    "// lockcheck:ignore LC102 another rule", "// lockcheck:ignored LC201 no such word",
    "let text = \"lockcheck:ignore LC201 a text\"", "// see lockcheck:ignore LC201 elsewhere", "",
  ])
  func `hides nothing else`(line: String) {
    let result = sorted([10: line])
    #expect(result.reason == nil && result.remarks == [])
  }

  @Test(arguments: [
    "// lockcheck:ignore LC201", "/* lockcheck:ignore LC201 */", "// lockcheck:ignore LC201 :",
  ])
  func `without a reason hides, and is pointed out`(line: String) {
    let result = sorted([10: line])
    #expect(result.reason == .some(nil))
    #expect(
      result.remarks == ["lockcheck:ignore does not say why: expected a reason behind the rule"])
  }

  @Test(arguments: [
    ("// lockcheck:ignore", "names no rule"),
    ("// lockcheck:ignore LC2O1 why", "did you mean 'LC201'?"),
    ("// lockcheck:ignore because I say so", "names the rule 'because', which does not exist"),
  ])
  func `that names no rule hides nothing, and is pointed out`(line: String, message: String) {
    let result = sorted([10: line])
    #expect(result.reason == nil)
    #expect(result.remarks.count == 1 && result.remarks[0].contains(message), "\(result.remarks)")
  }
}
