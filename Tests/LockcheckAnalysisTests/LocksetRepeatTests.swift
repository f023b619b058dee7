import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

@testable import LockcheckAnalysis

/// What is wrong with which variable, and how sure that is.
private struct Defect: Hashable {
  var rule: Rule
  var variable: ObjectID
  var verdict: Verdict

  init(_ finding: Finding) {
    rule = finding.rule
    variable = finding.objects[0]
    verdict = finding.verdict
  }
}

@Suite struct `Locksets without the repeats` {
  /// Four thousand small runs, with few locks, so that most accesses are repeats.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func `find what looking at every access finds`(piece: UInt64) {
    for seed in piece * 100..<piece * 100 + 100 {
      var shape = RandomTrace.Shape()
      shape.threads = 2 + Int(seed % 3)
      shape.events = 30 + Int(seed % 60)
      shape.locks = 1 + Int(seed % 2)
      shape.kinds = seed % 5 == 0 ? shape.kinds : []
      let trace = RandomTrace.make(seed: seed, shape: shape)
      let all = analyze(trace, with: [LocksetDetector(skipsRepeats: false)])
      let some = analyze(trace, with: [LocksetDetector()])
      #expect(
        Set(some.findings.map(Defect.init)) == Set(all.findings.map(Defect.init)), "seed \(seed)")
    }
  }
}
