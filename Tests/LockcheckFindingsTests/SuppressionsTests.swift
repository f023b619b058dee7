import LockcheckFindings
import LockcheckTrace
import Testing

@Suite struct `A suppression` {
  private func suppressed(by text: String) throws -> Bool {
    let (sample, finding) = Sample.race()
    let report = sample.report(
      [finding], suppressions: Suppressions([try Suppressions.Entry(text)]))
    #expect(report.findings.count + report.suppressed.count == 1)
    #expect(report.summary.suppressed == report.suppressed.count)
    #expect(report.unusedSuppressions.map(\.text) == (report.suppressed.isEmpty ? [text] : []))
    return !report.suppressed.isEmpty
  }

  @Test(arguments: [
    "data-race", "LC201", "lc201:x", "data-race:add()", "data-race:Bank.swift",
    "data-race:/home/*/Bank.swift", "data-race:ad?()", "data-race:*cle*", "data-race:**",
  ])
  func `hides what it names`(text: String) throws { #expect(try suppressed(by: text)) }

  @Test(arguments: [
    "unlocked-shared-write", "LC102", "LC201:y", "data-race:add", "data-race:Bank",
    "data-race:*.c", "data-race:??", "0123456789abcdef",
  ])
  func `leaves alone what it does not name`(text: String) throws {
    #expect(try !suppressed(by: text))
  }

  @Test func `by fingerprint hides that finding`() throws {
    let (sample, finding) = Sample.race()
    let fingerprint = sample.report([finding]).findings[0].fingerprint
    #expect(try suppressed(by: fingerprint.description))
  }

  @Test func `takes brackets for themselves`() throws {
    var sample = Sample()
    let thread = sample.thread("T")
    let fork = sample.object("fork[0]")
    let finding = Finding(
      .lockLeak, .observed, .leaked, steps: [sample.step(.exit, thread, fork, event: 0)])
    let hits = try ["lock-leak:fork[0]", "lock-leak:fork[01]"].map { text in
      sample.report([finding], suppressions: .init([try .init(text)])).summary.suppressed
    }
    #expect(hits == [1, 0])
  }

  @Test(arguments: [
    ("deadlok", "did you mean 'deadlock'"), ("", "names no rule"), (":x", "names no rule"),
    ("data-race:", "nothing stands after the colon"), ("0123", "no rule '0123'"),
  ])
  func `that says nothing is refused with a reason`(text: String, reason: String) throws {
    let error = try #require(throws: Suppressions.Malformed.self) {
      try Suppressions.Entry(text)
    }
    #expect(error.description.contains(reason), "\(error)")
  }

  @Test func `file has one entry a line, with comments`() throws {
    let list = try Suppressions(
      lines: """
        # Accepted in March.

        LC201:x          # the statistics may be a little wrong
          data-race:a#b
        """)
    #expect(list.entries.map(\.text) == ["LC201:x", "data-race:a#b"])
    #expect(throws: Suppressions.Malformed.self) { try Suppressions(lines: "LC201\nnonsense") }
  }
}
