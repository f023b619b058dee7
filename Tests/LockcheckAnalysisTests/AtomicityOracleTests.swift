import LockcheckAnalysis
import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

@Suite struct `Blocks against their definition` {
  /// Six thousand small runs of what STD text can say, in a hundred pieces.
  @Test(arguments: 0..<100 as Range<UInt64>)
  func `a violation is found at the event that closes the first cycle`(piece: UInt64) {
    var violated = 0
    for seed in piece * 60..<piece * 60 + 60 {
      var shape = RandomTrace.Shape()
      shape.kinds = []
      shape.hasAtomics = false
      shape.mayEndPending = false
      if check(seed, shape) { violated += 1 }
    }
    #expect(violated > 5 && violated < 55, "piece \(piece) proves little: \(violated) of 60")
  }

  /// Six thousand more, of every operation.
  @Test(arguments: 0..<100 as Range<UInt64>)
  func `every kind of synchronization is an edge between blocks`(piece: UInt64) {
    for seed in piece * 60 + 1_000_000..<piece * 60 + 1_000_060 {
      _ = check(seed, RandomTrace.Shape())
    }
  }

  /// - Returns: Whether there is a violation.
  private func check(_ seed: UInt64, _ shape: RandomTrace.Shape) -> Bool {
    var shape = shape
    shape.hasBlocks = true
    shape.threads = 2 + Int(seed % 4)
    shape.events = 20 + Int(seed % 50)
    shape.variables = 1 + Int(seed % 3)
    let trace = RandomTrace.make(seed: seed, shape: shape)
    let graph = TransactionGraph(trace)
    let found = analyze(trace, with: [AtomicityDetector()]).findings
    let closing = found.flatMap(\.occurrences).map { $0.last! }.sorted()
    #expect(closing.first == graph.firstCyclicEvent(), "seed \(seed)")
    #expect(found.allSatisfy { $0.verdict == .observed }, "seed \(seed)")

    let wrong = closing.filter { !graph.isOnCycle(after: $0) }
    #expect(wrong.isEmpty, "seed \(seed): reported, and on no cycle")
    let reported = closing.map { graph.transactions[$0] }
    #expect(Set(reported).count == reported.count, "seed \(seed): a block reported twice")
    let missed = graph.cyclicGroups().filter { $0.isDisjoint(with: reported) }
    #expect(missed.isEmpty, "seed \(seed): a cycle of which nothing is reported")
    return closing.first != nil
  }
}
