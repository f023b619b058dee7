import LockcheckControl
import Testing

@Suite struct `A bounded search` {
  @Test(arguments: 0..<8)
  func `sees the outcomes of every schedule within its bound, and no others`(part: UInt64) {
    for seed in (part * 250)..<((part + 1) * 250) {
      let program = ModelProgram.random(seed: seed)
      let bound = Int(seed % 3)
      let all = BruteForce(program, preemptions: bound)
      var search = BoundedSearch(preemptions: bound)
      var seen: Set<ModelMachine.State> = []
      var runs = 0
      while !search.isExhausted, runs <= all.scheduleCount {
        guard let run = runModel(program, &search, iteration: runs, seed: 1) else {
          Issue.record("seed \(seed): chose what is not there")
          return
        }
        seen.insert(run.end.state)
        runs += 1
        #expect(run.schedule.preemptionCount <= bound, "seed \(seed), schedule \(runs)")
      }
      #expect(search.isExhausted, "seed \(seed)")
      #expect(seen == all.outcomes, "seed \(seed), bound \(bound)")
      #expect(runs <= all.scheduleCount, "seed \(seed), bound \(bound)")
    }
  }

  @Test func `leaves out orders that make no difference`() {
    let program = ModelProgram(threads: [
      [.write(0, .constant(1)), .write(0, .constant(2)), .write(0, .constant(3))],
      [.write(1, .constant(1)), .write(1, .constant(2)), .write(1, .constant(3))],
    ])
    var search = BoundedSearch(preemptions: 2)
    var runs = 0
    while !search.isExhausted, let _ = runModel(program, &search, iteration: runs, seed: 1) {
      runs += 1
    }
    #expect(runs < BruteForce(program, preemptions: 2).scheduleCount)
  }

  @Test func `claims nothing of a program that does not repeat`() {
    let program = ModelProgram(threads: [
      [.write(0, .constant(1)), .write(0, .constant(2))],
      [.read(0, into: 0), .read(0, into: 1)],
    ])
    let other = ModelProgram(threads: [
      [.write(1, .constant(1)), .write(0, .constant(2))],
      [.read(0, into: 0), .read(1, into: 1)],
    ])
    var search = BoundedSearch(preemptions: 1)
    var runs = 0
    while !search.hasEnded, runs < 1_000 {
      _ = runModel(runs % 2 == 0 ? program : other, &search, iteration: runs, seed: 1)
      runs += 1
    }
    #expect(!search.isRepeatable)
    #expect(!search.isExhausted)
    #expect(search.exhaustedBound == nil)
  }

  @Test func `claims nothing when it ran out of room`() {
    let program = ModelProgram.random(seed: 3)
    var search = BoundedSearch(preemptions: 2, capacity: 4)
    for iteration in 0..<10 { _ = runModel(program, &search, iteration: iteration, seed: 1) }
    #expect(search.hasEnded && search.isTruncated && !search.isExhausted)
  }
}
