import Foundation
import LockcheckFindings
import LockcheckReport
import Testing

@Suite struct `A report on predictions that were tried` {
  /// The first one was tried in vain, the second came true.
  private static func report() -> Report {
    Story.twoPredictions.report().confirmed { reported in
      guard reported.cast.objects.contains("safe") else {
        return ReportedConfirmation(
          .notConfirmed, tries: 20, program: ["./bank"], best: .init(followed: 3, steps: 4),
          endings: [.init(name: "passed", count: 18), .init(name: "out of time", count: 2)])
      }
      return ReportedConfirmation(
        .confirmed, tries: 2, token: "lc1:exact:7:2.T1.begin:fT:4f33",
        program: ["./bank", "--name", "Ann's"])
    }
  }

  @Test func `puts what came true first, and tells how to see it again`() throws {
    try expect(TextRenderer().render(Self.report()), equals: "confirmed.txt")
  }

  @Test func `has the answers in JSON`() throws {
    try expect(JSONRenderer().render(Self.report()), equals: "confirmed.json")
  }

  @Test func `keeps observed findings before all others, and possible ones after them`() {
    var story = Story.twoPredictions
    story.findings += Story.race.findings + Story.philosophers.findings
    for place in 2..<4 {
      story.findings[place].threads = story.findings[0].threads
      story.findings[place].objects = story.findings[0].objects
      story.findings[place].steps = Array(story.findings[0].steps.prefix(4 - place))
    }
    let before = story.report().findings.map(\.finding.verdict)
    #expect(before == [.observed, .predicted, .predicted, .possible])
    let after = story.report().confirmed { _ in ReportedConfirmation(.confirmed, tries: 1) }
    #expect(after.findings.map(\.finding.verdict) == before)
    #expect(after.findings.map(\.fingerprint) == story.report().findings.map(\.fingerprint))
  }

  @Test func `is the same as before where nothing was tried`() {
    let report = Story.twoPredictions.report()
    let same = report.confirmed { _ in nil }
    #expect(TextRenderer().render(same) == TextRenderer().render(report))
    #expect(JSONRenderer().render(same) == JSONRenderer().render(report))
  }

  @Test func `says why a prediction was not tried`() {
    let report = Story.predictedDeadlock.report().confirmed { _ in
      ReportedConfirmation(.notTried, reason: "the trace does not say who started a thread")
    }
    let text = TextRenderer().render(report)
    #expect(text.contains("Tried Not tried: the trace does not say who started a thread."))
    #expect(text.contains("0 of 1 prediction confirmed."))
    let json = JSONRenderer().render(report)
    #expect(json.contains(#""answer": "not tried""#))
    #expect(json.contains(#""reason": "the trace does not say who started a thread""#))
  }

  @Test(arguments: [
    (["./bank"], "./bank"), (["a b"], "'a b'"), (["it's"], #"'it'\''s'"#), ([""], "''"),
    (["$HOME", "*", "~"], "'$HOME' '*' '~'"), (["--x=1,2:3"], "--x=1,2:3"), (["é"], "'é'"),
  ])
  func `quotes the program for a shell`(words: [String], text: String) {
    let confirmation = ReportedConfirmation(.confirmed, tries: 1, token: "lc1:x", program: words)
    #expect(confirmation.replayCommand == "LOCKCHECK_SCHEDULE=lc1:x \(text)")
  }

  @Test func `never says that something cannot happen`() {
    let all = [nil, ReportedConfirmation.Progress(followed: 4, steps: 4)]
    for best in all {
      let answer = ReportedConfirmation(.notConfirmed, tries: 1, best: best)
      #expect(answer.account.hasPrefix("Not confirmed in 1 try. That proves nothing"))
      #expect(answer.replayCommand == nil)
    }
  }
}
