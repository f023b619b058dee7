import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

@testable import LockcheckAnalysis

@Suite struct `Races against their definition` {
  /// Four thousand small runs, of every operation, in a hundred pieces.
  @Test(arguments: 0..<100 as Range<UInt64>)
  func `the racy accesses are those of the definition`(piece: UInt64) {
    for seed in piece * 40..<piece * 40 + 40 {
      var shape = RandomTrace.Shape()
      shape.threads = 2 + Int(seed % 3)
      shape.events = 20 + Int(seed % 30)
      let trace = RandomTrace.make(seed: seed, shape: shape)
      let order = ReferenceOrder(trace)
      let findings = analyze(trace, with: [FastTrackDetector()]).findings
      let pairs = findings.flatMap(\.occurrences)
      let wrong = pairs.filter { !order.isRace($0[0], $0[1]) }
      #expect(wrong.isEmpty, "seed \(seed): no races")
      let expected = trace.events.indices.filter { later in
        (0..<later).contains { order.isRace($0, later) }
      }
      #expect(pairs.map { $0[1] }.sorted() == expected, "seed \(seed)")
      // Sweeping all the time what no variable needs.
      let sweeping = FastTrackDetector(leastWriterClocks: 1)
      #expect(analyze(trace, with: [sweeping]).findings == findings, "seed \(seed): swept")
    }
  }
}
