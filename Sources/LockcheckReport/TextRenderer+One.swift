import LockcheckFindings

extension TextRenderer {
  /// The finding at a place of a report, as the whole report has it.
  func render(findingAt place: Int, of report: Report) -> String {
    var page = TextPage(style)
    write(
      report.findings[place], story: Story(report.findings[place], in: report),
      number: "\(place + 1) of \(report.findings.count)", isExplained: true, to: &page)
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
