import LockcheckFindings

extension TextRenderer {
  /// What somebody has decided to live with: each finding in a sentence, with the decision.
  func writeSuppressed(of report: Report, to page: inout TextPage) {
    guard !report.suppressed.isEmpty else { return }
    page.heading(
      left: TextPiece("Suppressed", .strong),
      right: TextPiece(report.suppressed.count.counted("finding"), .faint))
    for reported in report.suppressed {
      let finding = reported.finding
      page.line(
        TextPiece(finding.verdict.words, finding.verdict.role), TextPiece(" "),
        TextPiece(finding.rule.code, .strong), TextPiece(" \(finding.rule.name)"),
        TextPiece("  \(reported.fingerprint)", .faint))
      page.prose(Story(reported, in: report).message, indent: 2)
      if let suppression = reported.suppression {
        page.prose(suppression.story, indent: 2)
      }
      page.gap()
    }
  }
}

extension Suppression {
  /// Why the finding is not among the others, where that was written down, and until when.
  var story: String {
    var text = "Suppressed"
    switch origin {
    case .direct: text += " by '\(self.text)'"
    case .baseline(let file): text += ": known, in \(file)"
    default: text += " by '\(self.text)'" + (origin.place.map { ", \($0)" } ?? "")
    }
    if let expires { text += ", until \(expires)" }
    return text + (reason.map { ": \($0)" } ?? ".")
  }
}
