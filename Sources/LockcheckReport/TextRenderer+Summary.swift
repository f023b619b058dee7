import LockcheckFindings
import LockcheckTrace

extension TextRenderer {
  /// How many warnings a person is shown; the JSON form has them all.
  private var shownWarnings: Int { 10 }

  func writeRuledOut(of report: Report, to page: inout TextPage) {
    guard !report.ruledOut.isEmpty else { return }
    page.heading(
      left: TextPiece("Ruled out", .strong),
      right: TextPiece(report.ruledOut.count.counted("pattern"), .faint))
    for reported in report.ruledOut {
      let rule = reported.pattern.rule
      page.line(
        TextPiece(rule.code, .strong), TextPiece(" \(rule.name): "),
        TextPiece(list(reported.cast.objects), .name),
        TextPiece(" by \(list(reported.cast.threads))"),
        TextPiece(
          reported.occurrenceCount > 1 ? "  (\(reported.occurrenceCount.grouped) times)" : "",
          .faint))
      page.prose("Not a finding: " + reported.explanation, indent: 2)
      for step in reported.pattern.steps { write(step, cast: reported.cast, in: report, to: &page) }
      page.gap()
    }
  }

  private func write(_ step: Step, cast: Cast, in report: Report, to page: inout TextPage) {
    let frame = report.tables.frames(of: step.stack).telling.first
    let target = step.operation.namesThread ? cast[step.child] : cast[step.object]
    let holding = step.holding.map { cast[$0.object] }
    page.line(
      TextPiece(
        "event \(step.event.grouped): \(cast[step.thread]) \(step.operation.name) \(target)"
          + (holding.isEmpty ? "" : ", holding \(list(holding))")
          + (frame.map { ", \($0.place)" } ?? ""), .faint),
      indent: 4)
  }

  func writeSummary(of report: Report, to page: inout TextPage) {
    for warning in report.warnings.prefix(shownWarnings) {
      let place = warning.event.map { "event \($0.grouped): " } ?? ""
      page.prose(
        place + warning.message, indent: 0, hanging: 9, label: TextPiece("Warning:", .looksPossible)
      )
    }
    if report.warnings.count > shownWarnings {
      page.line(
        TextPiece("… and \((report.warnings.count - shownWarnings).counted("more warning")) "),
        TextPiece("(--format json lists them all)", .faint))
    }
    if !report.warnings.isEmpty { page.gap() }
    writeCounts(of: report, to: &page)
  }

  /// How many findings there are, and what was looked at.
  func writeCounts(of report: Report, to page: inout TextPage) {
    page.line(verdict(on: report.summary) + confirmations(in: report))
    writeExtent(of: report, to: &page)
  }

  private func verdict(on summary: Summary) -> [TextPiece] {
    let counts = [
      (summary.observed, Verdict.observed, "happened"),
      (summary.predicted, Verdict.predicted, "can happen"),
      (
        summary.possible, Verdict.possible,
        summary.possible == 1 ? "looks possible" : "look possible"
      ),
    ].filter { $0.0 > 0 }
    let total = counts.reduce(0) { $0 + $1.0 }
    var pieces: [TextPiece]
    if total == 0 {
      pieces = [TextPiece("No findings.", .good)]
    } else {
      pieces = [TextPiece(total.counted("finding") + ": ", .strong)]
      for (index, (count, verdict, words)) in counts.enumerated() {
        if index > 0 { pieces.append(", ") }
        pieces.append(TextPiece("\(count.grouped) \(words)", verdict.role))
      }
      pieces.append(".")
    }
    if summary.suppressed > 0 {
      pieces.append(TextPiece(" \(summary.suppressed.grouped) suppressed"))
      pieces.append(TextPiece(showsSuppressed ? "." : " (--show-suppressed lists them).", .faint))
    }
    if summary.ruledOut > 0 {
      pieces.append(TextPiece(" \(summary.ruledOut.counted("pattern")) ruled out"))
      pieces.append(
        TextPiece(showsRuledOut ? "." : " (--explain-ruled-out tells why).", .faint))
    }
    return pieces
  }

  /// How many predictions came true, where somebody has tried.
  private func confirmations(in report: Report) -> [TextPiece] {
    let answers = report.findings.compactMap(\.confirmation?.answer)
    if answers.isEmpty { return [] }
    let count = answers.count { $0 == .confirmed }
    return [TextPiece(" \(count.grouped) of \(answers.count.counted("prediction")) confirmed.")]
  }

  private func rules(of report: Report) -> String {
    if report.rules == Rule.usual { return "all \(report.rules.count) rules" }
    if report.rules == Rule.all {
      return "all \(report.rules.count) rules, those of performance included"
    }
    let missing = Rule.usual.filter { !report.rules.contains($0) }
    if missing.count <= 5, report.rules.count + missing.count == Rule.usual.count {
      return "all rules but " + list(missing.map { "\($0.code) \($0.name)" })
    }
    return list(report.rules.map { "\($0.code) \($0.name)" })
  }

  private func writeExtent(of report: Report, to page: inout TextPage) {
    let summary = report.summary
    let extent =
      "\(summary.events.counted("event")) by \(summary.threads.counted("thread")) "
      + "on \(summary.objects.counted("object"))"
    let rules = rules(of: report)
    let engine = report.engine.map { ", by the engine \($0)" } ?? ""
    page.prose("Looked at \(extent), for \(rules)\(engine).", indent: 0)
  }
}
