import Foundation
import LockcheckFindings
import LockcheckReport
import LockcheckTrace
import Testing

@Suite struct `Markdown` {
  @Test func `is cut between findings where it becomes too long, and says so`() {
    let report = Story.many(150).report()
    let whole = MarkdownRenderer().render(report)
    let cut = MarkdownRenderer(limit: 60_000).render(report)
    #expect(MarkdownRenderer().limit < 1 << 20)
    #expect(whole.contains("### 150. LC102"))
    #expect(cut.utf8.count <= 60_000)
    #expect(cut.contains("more findings left out: the page would become too long."))
    #expect(cut.contains("| … | | | 50 more | |"))
  }

  @Test func `stays below the limit with long names and many traces`() {
    let page = MarkdownRenderer(limit: 80_000).render(Story.many(150, padding: 2_000).report())
    #expect(page.utf8.count <= 80_000)
    let one = Story.many(10).report()
    let pages = MarkdownRenderer(limit: 50_000).render((0..<100).map { ("trace \($0)", one) })
    #expect(pages.utf8.count <= 52_000)
    #expect(pages.contains("left out"))
  }

  @Test func `draws a small cycle, and leaves out a large one`() {
    #expect(MarkdownRenderer().render(Story.predictedDeadlock.report()).contains("```mermaid"))
    var story = Story()
    let threads = (0..<9).map { story.thread("T\($0)") }
    let locks = (0..<9).map { story.object("L\($0)") }
    story.findings = [
      Finding(
        .lockOrderCycle, .possible, .orderCycle,
        steps: (0..<9).map {
          story.step(
            .acquire, by: threads[$0], on: locks[($0 + 1) % 9], event: $0,
            holding: [(locks[$0], .absent)])
        })
    ]
    #expect(!MarkdownRenderer().render(story.report()).contains("```mermaid"))
  }

  @Test func `lets no name open or end anything`() throws {
    let page = MarkdownRenderer().render(Story.nasty.report())
    // What is code stands as it is, between two backticks since it has one.
    let prose = page.replacing(/```mermaid\n[^`]*```/, with: "").replacing(/``.*?``/, with: "")
    #expect(!prose.contains("</script>"))
    #expect(!prose.contains("@l"))
    #expect(!prose.contains(/[^\\]\$k/))
    let rows = prose.split(separator: "\n").filter { $0.hasPrefix("| 1 |") }
    let row = try #require(rows.first)
    #expect(rows.count == 1)
    // Five cells: a bar in a name stands behind a backslash.
    #expect(row.matches(of: /(?:^|[^\\])\|/).count == 6)
    #expect(page.split(separator: "\n").count { $0.hasPrefix("```") } == 2)
  }
}

@Suite struct `JUnit` {
  @Test func `fails for what fails the command, and passes for everything else`() {
    let report = Story.philosophers.report()
    #expect(JUnitRenderer().render(report).contains("failures=\"0\""))
    #expect(JUnitRenderer(failing: .possible).render(report).contains("failures=\"1\""))
    #expect(JUnitRenderer(failing: nil).render(Story.race.report()).contains("failures=\"0\""))
  }

  @Test func `has a case for each rule that found nothing`() {
    let text = JUnitRenderer().render(Story().report())
    #expect(text.contains("tests=\"\(Rule.usual.count)\" failures=\"0\""))
    #expect(text.contains("<testcase classname=\"lockcheck.race\" name=\"LC201 data-race\"/>"))
  }
}
