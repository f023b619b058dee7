import LockcheckFindings

extension TextRenderer {
  /// One finding of a report, as the whole report has it.
  func render(_ reported: ReportedFinding, of report: Report) -> String {
    var page = TextPage(style)
    write(
      reported, story: Story(reported, in: report), number: "\(reported.fingerprint)",
      isExplained: true, to: &page)
    return page.text
  }
}

extension TextRenderer {
  /// The last lines of a report: how many findings there are, and what was looked at. Without warnings.
  func renderSummary(of report: Report) -> String {
    var page = TextPage(style)
    writeCounts(of: report, to: &page)
    return page.text
  }
}
