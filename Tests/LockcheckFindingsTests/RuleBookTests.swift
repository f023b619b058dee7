import Foundation
import LockcheckFindings
import Testing

@Suite struct RuleBookTests {
  @Test func `every rule has exactly one page, in the order of the codes`() {
    #expect(RuleBook.pages.map(\.rule) == Rule.all)
  }

  @Test(arguments: RuleBook.pages.map(\.rule))
  func `a page leaves nothing out`(rule: Rule) throws {
    let page = try #require(RuleBook.page(for: rule))
    for text in [page.title, page.meaning, page.example, page.why, page.fix] {
      #expect(text.count > 20)
    }
    #expect(page.example.split(separator: "\n").count >= 2)
    #expect(page.detectorPage.hasSuffix(".md"))
  }

  @Test func `the published page says what the rule book says`() throws {
    let page = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Docs/rules.md").standardized
    if ProcessInfo.processInfo.environment["LOCKCHECK_UPDATE"] == "1" {
      try RuleBook.published.write(to: page, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: page, encoding: .utf8) == RuleBook.published)
  }
}

@Suite struct `Rules by name` {
  @Test(arguments: ["LC102", "lc102", "lock-order-cycle", "Lock-Order-Cycle"])
  func `a rule answers to its code and its name, in any case`(word: String) {
    #expect(Rule.selected(by: word) == [.lockOrderCycle])
  }

  @Test func `a kind stands for all its rules`() {
    #expect(
      Rule.selected(by: "race")
        == [.dataRace, .unlockedSharedWrite, .inconsistentLock, .atomicityViolation])
  }

  @Test func `a word that names nothing selects nothing`() {
    #expect(Rule.selected(by: "LC999").isEmpty)
    #expect(Rule.selected(by: "").isEmpty)
  }

  @Test(arguments: [
    ("deadlok", "deadlock"), ("data-rce", "data-race"), ("lock-order", "lock-order-cycle"),
  ])
  func `a slip of the pen finds the rule that was meant`(word: String, meant: String) {
    #expect(Rule.guess(at: word) == "; did you mean '\(meant)'?")
  }

  @Test func `a word like no other finds nothing`() {
    #expect(Rule.guess(at: "teapot-on-fire-again").isEmpty)
  }
}
