import Foundation
import LockcheckFindings
import LockcheckReport
import LockcheckTestKit
import LockcheckTriage
import Testing

/// A finding of fingerprint `number`.
private func known(
  _ number: Int, _ verdict: Verdict = .predicted, _ objects: String...
) -> KnownFinding {
  let digits = String(number, radix: 16)
  return KnownFinding(
    fingerprint: Fingerprint(String(repeating: "0", count: 16 - digits.count) + digits)!,
    code: "LC201", rule: "data-race", verdict: verdict, message: "it", objects: objects)
}

@Suite struct `A baseline` {
  private func isKnown(_ now: RaceSample, since before: RaceSample) -> Bool {
    Baseline([[KnownFinding(before.known.finding, message: "")]]).known(in: now.report.findings)[0]
  }

  @Test func `knows what it was made of`() {
    #expect(isKnown(RaceSample(), since: RaceSample()))
  }

  @Test func `knows it on another machine and after lines have moved`() {
    #expect(
      isKnown(
        RaceSample(folder: "/ci/7/Sources/Bank", thread: "worker 9", lineShift: 400),
        since: RaceSample()))
  }

  @Test func `does not know a finding elsewhere`() {
    #expect(!isKnown(RaceSample(functions: ("add()", "drop()")), since: RaceSample()))
  }

  @Test func `knows a finding that is less sure now, and none that is surer`() {
    #expect(isKnown(RaceSample(verdict: .possible), since: RaceSample(verdict: .observed)))
    #expect(!isKnown(RaceSample(verdict: .observed), since: RaceSample(verdict: .possible)))
  }

  @Test func `knows as many findings of one fingerprint as it has`() {
    let finding = RaceSample().known.finding
    let baseline = Baseline([
      [KnownFinding(finding, message: ""), KnownFinding(finding, message: "")]
    ])
    #expect(baseline.known(in: [finding, finding, finding]) == [true, true, false])
  }

  @Test func `of several traces has what the one with the most has`() {
    let baseline = Baseline([
      [known(1, .possible), known(1, .possible), known(2)], [known(1, .observed), known(3)],
    ])
    #expect(baseline.findings.map(\.verdict) == [.observed, .predicted, .predicted, .possible])
  }

  @Test func `is read back as it was written, in the same bytes`() throws {
    let baseline = Baseline([[known(2, .observed), known(1, .possible), known(1, .predicted)]])
    let json = baseline.json()
    let read = try Baseline(json: Data(json.utf8), file: "b")
    #expect(read.json() == json)
    #expect(
      Baseline([[known(1, .predicted), known(2, .observed), known(1, .possible)]]).json() == json)
    #expect(try Baseline(json: Data(Baseline([]).json().utf8), file: "b").findings == [])
  }

  @Test(arguments: [
    ("", "not JSON"), ("{", "not JSON"), ("[]", "b:"),
    (#"{"format": "x"}"#, "expected \"format\": \"lockcheck-baseline\"; found 'x'"),
    (
      #"{"format": "lockcheck-baseline", "version": 2, "findings": []}"#,
      "expected \"version\": 1; found 2"
    ),
    (#"{"format": "lockcheck-baseline", "version": 1}"#, "expected \"findings\"; found none"),
    (
      #"{"format": "lockcheck-baseline", "version": 1, "findings": [{"code": "", "rule": "", "verdict": ""}]}"#,
      "expected \"fingerprint\" in findings[0]; found none"
    ),
    (
      #"{"format": "lockcheck-baseline", "version": 1, "findings": [{"fingerprint": "1", "code": "", "rule": "", "verdict": ""}]}"#,
      "finding 1: expected a fingerprint of 16 hexadecimal digits; found '1'"
    ),
  ])
  func `that is none is refused`(json: String, message: String) throws {
    let error = try #require(throws: TriageFileError.self) {
      try Baseline(json: Data(json.utf8), file: "b")
    }
    #expect(error.description.contains(message), "\(error)")
  }
}

@Suite struct `The difference of two runs` {
  @Test func `tells what is new, gone and still there`() {
    let difference = Comparison(old: [known(1), known(2)], new: [known(3, .possible), known(2)])
    #expect(difference.new == [known(3, .possible)])
    #expect(difference.gone == [known(1)])
    #expect(difference.kept == [.init(old: known(2), new: known(2))])
    #expect(!difference.isWorse(atLeast: .predicted))
    #expect(difference.isWorse(atLeast: .possible))
  }

  @Test func `is worse where a finding is surer than before`() {
    let difference = Comparison(old: [known(1, .possible)], new: [known(1, .predicted)])
    #expect(difference.new == [] && difference.kept.map(\.isSurer) == [true])
    #expect(difference.isWorse(atLeast: .predicted))
    #expect(!difference.isWorse(atLeast: .observed))
    #expect(!Comparison(old: [known(1)], new: [known(1, .possible)]).isWorse(atLeast: .possible))
  }

  @Test func `pairs findings of one fingerprint by their objects first`() {
    let difference = Comparison(
      old: [known(1, .predicted, "x"), known(1, .predicted, "y")],
      new: [known(1, .predicted, "y"), known(1, .predicted, "z"), known(1, .predicted, "w")])
    #expect(difference.kept.count == 2 && difference.gone == [])
    #expect(difference.kept.contains { $0.old.objects == ["y"] && $0.new.objects == ["y"] })
    #expect(difference.new.count == 1)
  }

  @Test(arguments: [UInt64](0..<20))
  func `leaves no finding out and pairs as many as can be`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    func findings() -> [KnownFinding] {
      (0..<Int.random(in: 0...9, using: &random)).map { _ in
        known(
          Int.random(in: 0...3, using: &random),
          [Verdict.observed, .predicted, .possible].randomElement(using: &random) ?? .observed,
          ["x", "y"].randomElement(using: &random) ?? "x")
      }
    }
    for _ in 0..<100 {
      let (old, new) = (findings(), findings())
      let difference = Comparison(old: old, new: new)
      func sorted(_ list: [KnownFinding]) -> [String] { list.map { "\($0)" }.sorted() }
      #expect(sorted(difference.new + difference.kept.map(\.new)) == sorted(new), "seed \(seed)")
      #expect(sorted(difference.gone + difference.kept.map(\.old)) == sorted(old), "seed \(seed)")
      #expect(difference.kept.allSatisfy { $0.old.fingerprint == $0.new.fingerprint })
      let lost = Set(difference.gone.map(\.fingerprint))
      #expect(lost.isDisjoint(with: difference.new.map(\.fingerprint)), "seed \(seed)")
      // A baseline of all that was found leaves nothing to compare.
      #expect(Baseline([new]).changes(to: Baseline([new, new])) == (0, 0), "seed \(seed)")
    }
  }

  @Test func `takes no account of where the time goes`() {
    var slow = known(1, .observed)
    slow.code = "LC401"
    #expect(!Comparison(old: [], new: [slow]).isWorse(atLeast: .possible))
  }

  @Test func `reads the findings of reports as the JSON form has them`() throws {
    let report = RaceSample().report
    let one = try KnownFinding.list(ofReport: Data(JSONRenderer().render(report).utf8), file: "r")
    #expect(
      one == [KnownFinding(report.findings[0], message: report.findings[0].message(in: report))])
    let two = JSONRenderer().render([(trace: "a", report: report), (trace: "b", report: report)])
    #expect(try KnownFinding.list(ofReport: Data(two.utf8), file: "r") == one + one)
  }
}
