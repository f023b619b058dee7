import LockcheckControl
import Testing

@Suite struct `What is promised` {
  private func failures<S: Strategy>(_ program: ModelProgram, _ strategy: S, of count: Int) -> Int {
    var strategy = strategy
    return (0...count).count { iteration in
      let run = runModel(program, &strategy, iteration: iteration, seed: 3)
      return iteration > 0 && run?.end.isBug == true
    }
  }

  @Test func `of PCT for a bug of depth 2 is kept`() {
    var profile = PCT(depth: 2)
    let program = ModelBenchmarks.deadlock
    let steps = runModel(program, &profile, iteration: 0, seed: 1)?.schedule.steps.count ?? 0
    // Three threads: 1 / (n k).
    #expect(failures(program, PCT(depth: 2), of: 4_000) >= 4_000 / (3 * steps))
  }

  @Test func `of PCT for a bug of depth 3 is kept`() {
    // The other thread looks between the first two writes, and again after the third.
    let program = ModelProgram(threads: [
      [.write(0, .constant(1)), .write(0, .constant(2)), .write(1, .constant(5))],
      [
        .read(0, into: 0), .read(1, into: 1), .skipUnless(0, equals: 1, by: 1),
        .failUnless(1, equals: .constant(0)),
      ],
    ])
    // Two threads, five steps: 1 / (n k k), and here no more than that: 100, give or take three times
    // the standard deviation.
    #expect(failures(program, PCT(depth: 3), of: 5_000) >= 70)
    #expect(failures(program, PCT(depth: 1), of: 500) == 0)
  }

  @Test func `of POS is kept: independent steps take no chance from those that race`() {
    let program = ModelProgram(threads: [
      Array(repeating: .write(1, .constant(1)), count: 8) + [.write(0, .constant(1))],
      [.read(0, into: 0), .failUnless(0, equals: .constant(0))],
    ])
    // The read comes last if its priority is the lowest of ten; by even chance, once in 2^9 times.
    #expect(failures(program, POS(), of: 4_000) > 300)
    #expect(failures(program, RandomWalk(), of: 4_000) < 40)
  }

  @Test func `of the search after each bound is kept`() {
    for seed in UInt64(0)..<60 {
      let program = ModelProgram.random(seed: seed)
      var search = BoundedSearch(preemptions: 2)
      var seen: Set<ModelMachine.State> = []
      var checked = -1
      for iteration in 0..<100_000 where !search.isExhausted {
        guard let run = runModel(program, &search, iteration: iteration, seed: 1) else { break }
        seen.insert(run.end.state)
        if let bound = search.exhaustedBound, bound > checked {
          checked = bound
          let outcomes = BruteForce(program, preemptions: bound).outcomes
          #expect(outcomes.isSubset(of: seen), "seed \(seed), bound \(bound)")
        }
      }
      #expect(checked == 2, "seed \(seed)")
    }
  }
}
