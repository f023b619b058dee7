public import LockcheckFindings
import LockcheckTrace

/// The report as Markdown: for the summary of a job, a comment, a ticket.
///
/// GitHub refuses a summary beyond 1 MiB, so the page is cut below that: between findings, with a word on
/// how many are left out.
public struct MarkdownRenderer: Renderer, Sendable {
  /// The folder, with a slash at its end, from which paths inside it are told; empty for none.
  public var root: String
  /// How many bytes the page may have.
  public var limit: Int
  /// How many findings the table lists.
  private static let rows = 100
  /// Somewhat below what GitHub takes.
  public static let usualLimit = 1_000_000

  /// Makes a renderer.
  public init(root: String = "", limit: Int = usualLimit) {
    self.root = root
    self.limit = limit
  }

  /// A heading, a table of the findings, and each of them.
  public func render(_ report: Report) -> String {
    var page = "## lockcheck\n\n"
    write(report, heading: "###", limit: limit, to: &page)
    return page
  }

  /// The same for each trace, under its name.
  public func render(_ reports: [(trace: String, report: Report)]) -> String {
    var page = "## lockcheck\n\n"
    for (place, one) in reports.enumerated() {
      let name = one.report.isOfSeveralRuns ? "All traces together" : "Trace \(one.trace)"
      // What is left is shared by those that are still to come.
      let room = (limit - page.utf8.count) / (reports.count - place)
      guard room > 2_000 else {
        page += "\((reports.count - place).counted("more trace")) left out.\n"
        break
      }
      page += "### \(MarkdownText.plain(name))\n\n"
      write(one.report, heading: "####", limit: page.utf8.count + room - 200, to: &page)
    }
    return page
  }

  private func write(_ report: Report, heading: String, limit: Int, to page: inout String) {
    page += MarkdownText.plain(Self.summary(of: report)) + "\n\n"
    for warning in report.warnings.prefix(5) {
      page += "> **Warning.** \(MarkdownText.plain(warning.message.cut(to: 500)))\n>\n"
    }
    if !report.warnings.isEmpty { page += "\n" }
    guard !report.findings.isEmpty else { return }
    let rows = min(report.findings.count, Self.rows)
    let table =
      "| | how sure | rule | what | where |\n| --- | --- | --- | --- | --- |\n"
      + report.findings.prefix(rows).enumerated().map { row($1, $0 + 1, in: report) }.joined()
    guard page.utf8.count + table.utf8.count + 200 <= limit else {
      page += Self.leftOut(report.findings.count)
      return
    }
    page += table
    if rows < report.findings.count {
      page += "| … | | | \((report.findings.count - rows).grouped) more | |\n"
    }
    page += "\n"
    for (place, reported) in report.findings.enumerated() {
      let text = section(reported, place + 1, heading: heading, in: report)
      // The last sentence needs a little room, too.
      if page.utf8.count + text.utf8.count + 200 > limit {
        page += Self.leftOut(report.findings.count - place)
        return
      }
      page += text
    }
  }

  private static func leftOut(_ findings: Int) -> String {
    "\(findings.counted("more finding")) left out: the page would become too long.\n\n"
  }

  private static func summary(of report: Report) -> String {
    let text = TextRenderer(style: TextStyle(width: .max)).renderSummary(of: report)
    return text.split(separator: "\n").joined(separator: " ")
  }

  private func row(_ reported: ReportedFinding, _ number: Int, in report: Report) -> String {
    let story = Story(reported, in: report)
    let rule = reported.finding.rule
    let place = story.primaryPlace(root: root).map { "\($0.path):\($0.line)" } ?? ""
    return "| \(number) | \(reported.finding.verdict.words) | \(rule.code) \(rule.name) "
      + "| \(MarkdownText.plain(story.message.cut(to: 300))) "
      + "| \(place.isEmpty ? "" : MarkdownText.code(place, inTable: true)) |\n"
  }
}

// MARK: - One finding

extension MarkdownRenderer {
  private func section(
    _ reported: ReportedFinding, _ number: Int, heading: String, in report: Report
  ) -> String {
    let story = Story(reported, in: report)
    let finding = reported.finding
    var text =
      "\(heading) \(number). \(finding.rule.code) \(MarkdownText.plain(story.title))\n\n"
      + "**\(finding.verdict.words)** (\(MarkdownText.plain(reported.promise))). "
      + MarkdownText.plain(story.message) + "\n\n"
    let graph = FindingGraph(of: story, root: root)
    if (1...Mermaid.limit).contains(graph.edges.count) { text += Mermaid.block(graph) + "\n" }
    for remark in story.remarks {
      text += "- \(MarkdownText.plain(remark.text))"
      if let place = report.tables.place(of: remark.stack, root: root) {
        text += " — " + (place.function.map { MarkdownText.code($0) + " at " } ?? "")
        text += MarkdownText.code("\(place.path):\(place.line)")
      }
      text += "\n"
    }
    text += "\n" + schedule(of: story)
    text += "**Fix.** \(MarkdownText.plain(story.advice))\n\n"
    if let missing = finding.missing?.explanation { text += MarkdownText.plain(missing) + "\n\n" }
    if let notes = story.reservations { text += MarkdownText.plain(notes) + "\n\n" }
    if let confirmation = reported.confirmation {
      text += MarkdownText.plain(confirmation.account) + "\n\n"
      if let command = confirmation.replayCommand { text += MarkdownText.code(command) + "\n\n" }
    }
    let seen =
      finding.occurrenceCount == 1 ? "once" : "\(finding.occurrenceCount.grouped) times"
    return text + "Seen \(seen). To leave it out: `--suppress \(reported.fingerprint)`\n\n"
  }

  /// The way there, as a numbered list.
  private func schedule(of story: Story) -> String {
    let finding = story.finding
    guard !finding.witness.isEmpty || finding.witnessStart > 0 else { return "" }
    var story = story
    story.cast = story.cast.joined(bySchedule: finding)
    var text = "This order of events of the run makes it happen:\n\n"
    if finding.witnessStart > 0 {
      text += "1. events 0–\((finding.witnessStart - 1).grouped) as they were in this run\n"
    }
    for part in Schedule(of: story).parts {
      let row = ScheduleRow(part, story)
      guard case .stretch(let stretch) = part else {
        text += "1. \(MarkdownText.plain(row.events))\n"
        continue
      }
      text += "1. **\(MarkdownText.plain(row.name))** (\(MarkdownText.plain(row.events))): "
      text += MarkdownText.plain(story.account(of: stretch)) + "\n"
    }
    return text + "\n\(MarkdownText.plain(story.outcome))\n\n"
  }
}
