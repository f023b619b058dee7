import LockcheckControl
import LockcheckTrace
import Testing

@Suite struct `A uniform walk` {
  /// How far counts are from being equal, as Pearson measures it.
  private func chiSquare(_ counts: [[Int]: Int], kinds: Int) -> Double {
    let expected = Double(counts.values.reduce(0, +)) / Double(kinds)
    let seen = counts.values.reduce(0.0) {
      $0 + (Double($1) - expected) * (Double($1) - expected) / expected
    }
    return seen + Double(kinds - counts.count) * expected
  }

  private func sample<S: Strategy>(
    _ program: ModelProgram, _ strategy: S, count: Int, key: (Schedule) -> [Int]
  ) -> [[Int]: Int] {
    var strategy = strategy
    var counts: [[Int]: Int] = [:]
    for iteration in 0...count {
      guard let run = runModel(program, &strategy, iteration: iteration, seed: 11) else { continue }
      if iteration > 0 { counts[key(run.schedule), default: 0] += 1 }
    }
    return counts
  }

  private func writes(_ count: Int, to variable: Int) -> [ModelProgram.Instruction] {
    Array(repeating: .write(variable, .constant(1)), count: count)
  }

  @Test func `makes all interleavings equally likely`() {
    let program = ModelProgram(threads: [writes(3, to: 0), writes(2, to: 0), writes(1, to: 0)])
    let counts = sample(program, URW(), count: 6_000) { $0.steps.map(\.choice.thread) }
    // 6! / (3! 2! 1!) of them; 59 degrees of freedom exceed 120 once in 200,000 times.
    #expect(chiSquare(counts, kinds: 60) < 120, "\(counts)")
  }

  @Test func `counts the steps of threads that are still to be started`() {
    var program = ModelProgram(threads: [
      [.spawn(1), .write(0, .constant(1)), .spawn(2)], writes(3, to: 0), writes(2, to: 0),
    ])
    program.started = [0]
    // The ways to order them: the three steps of 1 anywhere after the first, the rest in line.
    let all = BruteForce(program, preemptions: 100).scheduleCount
    let counts = sample(program, URW(), count: 4_000) { $0.steps.map(\.choice.thread) }
    #expect(all == 35)
    // 34 degrees of freedom exceed 85 once in 300,000 times.
    #expect(chiSquare(counts, kinds: all) < 85, "\(counts)")
  }

  @Test func `that selects makes all orders of the interesting steps equally likely`() {
    // Variable 0 is shared; each thread has one of its own besides.
    let program = ModelProgram(
      threads: [
        writes(3, to: 0) + writes(6, to: 1), writes(1, to: 2) + writes(2, to: 0) + writes(1, to: 2),
      ], variables: 3)
    let counts = sample(program, SURW(), count: 4_000) { schedule in
      schedule.steps.filter { $0.choice.step.object == ModelMachine.mark(1, 0) }.map(
        \.choice.thread)
    }
    // 5 over 2 of them; 9 degrees of freedom exceed 40 once in 100,000 times.
    #expect(chiSquare(counts, kinds: 10) < 40, "\(counts)")
  }

  @Test func `that selects takes the suspects it is given`() {
    // Without them, variable 1 would be as likely as variable 0.
    let program = ModelProgram(threads: [
      writes(2, to: 0) + writes(8, to: 1), writes(2, to: 0) + writes(8, to: 1),
    ])
    let suspect = ModelMachine.mark(1, 0)
    let key = { (schedule: Schedule) in
      schedule.steps.filter { $0.choice.step.object == suspect }.map(\.choice.thread)
    }
    var strategy = SURW(suspects: [suspect])
    var counts: [[Int]: Int] = [:]
    for iteration in 0...6_000 {
      let run = runModel(program, &strategy, iteration: iteration, seed: 5)
      guard let run, iteration % 2 == 1 else { continue }
      counts[key(run.schedule), default: 0] += 1
    }
    // 5 degrees of freedom exceed 35 once in 600,000 times.
    #expect(chiSquare(counts, kinds: 6) < 35, "\(counts)")
  }
}
