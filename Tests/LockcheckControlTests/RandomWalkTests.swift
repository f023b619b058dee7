import LockcheckControl
import LockcheckTrace
import Testing

@Suite struct `A random walk` {
  @Test func `takes every choice about as often as every other`() {
    var walk = RandomWalk()
    walk.begin(iteration: 0, random: SeededRandom(seed: 1))
    let choices = (0..<4).map { thread in
      Choice(thread: thread, mark: ObjectMark(rawValue: UInt64(thread) + 1), step: Step(.dummy))
    }
    var counts = [0, 0, 0, 0]
    for index in 0..<4_000 {
      counts[walk.choose(Decision(index: index, choices: choices, lastThread: 0))] += 1
    }
    #expect(counts.allSatisfy { (900...1_100).contains($0) }, "\(counts)")
  }
}
