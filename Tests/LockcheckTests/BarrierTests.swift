import Lockcheck
import LockcheckTestKit
import Testing

private struct Refusal: Error {}

/// What came of a wait, in words.
private func outcome(_ wait: () throws -> Int) -> String {
  do { return "\(try wait())" } catch { return "\(error)" }
}

private let broken = "\(BarrierError.broken)"

/// Threads that wait at `barrier`, one after another, and put what came of it.
private func waiters(
  _ count: Int, at barrier: Barrier, timeout: Duration? = nil, into outcomes: Queue<String>
) -> [CheckedThread] {
  let before = barrier.waitingCount
  return (0..<count).map { number in
    let thread = started { try outcomes.put(outcome { try barrier.wait(timeout: timeout) }) }
    #expect(eventually { barrier.waitingCount == before + number + 1 })
    return thread
  }
}

@Suite struct `A barrier` {
  @Test func `is whole at first, and nobody waits`() {
    let barrier = Barrier(parties: 3, name: "round")
    #expect(barrier.parties == 3)
    #expect(barrier.name == "round")
    #expect(barrier.waitingCount == 0)
    #expect(!barrier.isBroken)
  }

  @Test func `refuses to be for nobody`() async {
    await #expect(processExitsWith: .failure) { _ = Barrier(parties: 0) }
    await #expect(processExitsWith: .failure) { _ = Barrier(parties: 1, timeout: .seconds(-1)) }
  }

  @Test func `of one party holds nobody up`() throws {
    let barrier = Barrier(parties: 1)
    for _ in 0..<3 { #expect(try barrier.wait() == 0) }
  }

  @Test func `holds all up until the last has come, and numbers them`() throws {
    let barrier = Barrier(parties: 4)
    let outcomes = Queue<String>()
    let threads = waiters(3, at: barrier, into: outcomes)
    #expect(outcomes.isEmpty)
    #expect(try barrier.wait() == 3)
    #expect(end(threads))
    #expect(outcomes.drained().sorted() == ["0", "1", "2"])
    #expect(barrier.waitingCount == 0)
  }

  @Test(arguments: [1, 2, 5])
  func `keeps threads in step, round after round`(parties: Int) {
    let barrier = Barrier(parties: parties)
    let steps = (0..<100).map { _ in SharedAtomic(0) }
    let wrong = SharedAtomic(0)
    let threads = (0..<parties).map { _ in
      started {
        for step in steps {
          step.wrappingAdd(1)
          try barrier.wait()
          if step.load() != parties { wrong.wrappingAdd(1) }
        }
      }
    }
    #expect(end(threads))
    #expect(wrong.load() == 0)
    #expect(steps.allSatisfy { $0.load() == parties })
  }

  @Test func `gives each number once in each round`() {
    let barrier = Barrier(parties: 3)
    let rounds = (0..<50).map { _ in SharedAtomic<[Int]>([]) }
    let threads = (0..<3).map { _ in
      started {
        for round in rounds {
          let index = try barrier.wait()
          round.update { $0.append(index) }
        }
      }
    }
    #expect(end(threads))
    for round in rounds { #expect(round.load().sorted() == [0, 1, 2]) }
  }

  @Test func `lets more threads than it has parties through, in groups`() {
    let barrier = Barrier(parties: 2)
    let passed = SharedAtomic(0)
    let threads = (0..<6).map { _ in
      started {
        for _ in 0..<100 {
          try barrier.wait()
          passed.wrappingAdd(1)
        }
      }
    }
    // The last thread may be left without a partner.
    #expect(eventually { passed.load() >= 500 })
    #expect(eventually { threads.allSatisfy { !$0.isAlive } || barrier.waitingCount > 0 })
    barrier.abort()
    #expect(end(threads))
  }

  // MARK: Breaking

  @Test func `is broken for all by one wait that runs out`() {
    let barrier = Barrier(parties: 3)
    let outcomes = Queue<String>()
    let threads = waiters(1, at: barrier, into: outcomes)
    #expect(outcome { try barrier.wait(timeout: .milliseconds(1)) } == broken)
    #expect(end(threads))
    #expect(outcomes.drained() == [broken])
    #expect(barrier.isBroken)
    #expect(barrier.waitingCount == 0)
  }

  @Test func `has a timeout of its own for waits that say none`() {
    let barrier = Barrier(parties: 2, timeout: .milliseconds(1))
    #expect(outcome { try barrier.wait() } == broken)
    barrier.reset()
    let outcomes = Queue<String>()
    let threads = waiters(1, at: barrier, timeout: .seconds(60), into: outcomes)
    #expect(outcome { try barrier.wait() } == "1")
    #expect(end(threads))
  }

  @Test func `is passed by waits that have time enough`() {
    let barrier = Barrier(parties: 2)
    let outcomes = Queue<String>()
    let threads = waiters(1, at: barrier, timeout: .seconds(60), into: outcomes)
    #expect(outcome { try barrier.wait(timeout: .zero) } == "1")
    #expect(end(threads))
    #expect(outcomes.drained() == ["0"])
  }

  @Test func `refuses a negative timeout, and is not broken by it`() {
    let barrier = Barrier(parties: 2)
    #expect(throws: BarrierError.negativeTimeout) { try barrier.wait(timeout: .seconds(-1)) }
    #expect(!barrier.isBroken)
  }

  @Test func `that is aborted refuses who waits and who comes`() {
    let barrier = Barrier(parties: 3)
    let outcomes = Queue<String>()
    let threads = waiters(2, at: barrier, into: outcomes)
    barrier.abort()
    #expect(end(threads))
    #expect(outcomes.drained() == [broken, broken])
    #expect(barrier.isBroken)
    #expect(throws: BarrierError.broken) { try barrier.wait() }
    #expect(throws: BarrierError.broken) { try barrier.wait(timeout: .zero) }
  }

  @Test func `that is reset refuses who waits, and takes who comes`() {
    let barrier = Barrier(parties: 3)
    let outcomes = Queue<String>()
    let threads = waiters(2, at: barrier, into: outcomes)
    barrier.reset()
    #expect(!barrier.isBroken)
    #expect(end(threads))
    #expect(outcomes.drained() == [broken, broken])
    let others = waiters(2, at: barrier, into: outcomes)
    #expect(outcome { try barrier.wait() } == "2")
    #expect(end(others))
    #expect(outcomes.drained().sorted() == ["0", "1"])
  }

  @Test func `is whole again when it is reset after it was aborted`() {
    let barrier = Barrier(parties: 2)
    let outcomes = Queue<String>()
    let threads = waiters(1, at: barrier, into: outcomes)
    barrier.abort()
    barrier.reset()
    #expect(!barrier.isBroken)
    #expect(end(threads))
    #expect(outcomes.drained() == [broken])
    let others = waiters(1, at: barrier, into: outcomes)
    #expect(outcome { try barrier.wait() } == "1")
    #expect(end(others))
    #expect(outcomes.drained() == ["0"])
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `never lets some of a round through and refuses others`(seed: UInt64) {
    let barrier = Barrier(parties: 3)
    let rounds = 150
    let outcomes = (0..<rounds).map { _ in SharedAtomic<[String]>([]) }
    let meeting = Barrier(parties: 3) { barrier.reset() }
    let threads = (0..<3).map { number in
      started {
        var random = SeededGenerator(seed: seed &* 100 &+ UInt64(number))
        for round in 0..<rounds {
          let timeout = Duration.microseconds(Int.random(in: 0..<100, using: &random))
          let result = outcome { try barrier.wait(timeout: timeout) }
          outcomes[round].update { $0.append(result) }
          try meeting.wait()
        }
      }
    }
    #expect(end(threads))
    for round in outcomes {
      let results = round.load().sorted()
      #expect(results == ["0", "1", "2"] || results == [broken, broken, broken], "seed \(seed)")
    }
  }
}

@Suite struct `The action of a barrier` {
  @Test func `runs once a round, after all have come and before anybody goes on`() {
    let arrived = SharedAtomic(0)
    let seen = SharedAtomic<[Int]>([])
    let barrier = Barrier(parties: 3) { seen.update { $0.append(arrived.load()) } }
    let wrong = SharedAtomic(0)
    let threads = (0..<3).map { _ in
      started {
        for round in 1...20 {
          arrived.wrappingAdd(1)
          try barrier.wait()
          if seen.load().count < round { wrong.wrappingAdd(1) }
        }
      }
    }
    #expect(end(threads))
    #expect(wrong.load() == 0)
    #expect(seen.load().count == 20)
    // Who goes on may come again before the next action, but not go on again.
    for (round, count) in seen.load().enumerated() { #expect(count == 3 * (round + 1)) }
  }

  @Test func `runs on the thread that comes last`() {
    let runner = SharedAtomic<CheckedThread?>(nil)
    let barrier = Barrier(parties: 2) { runner.store(CheckedThread.current) }
    let outcomes = Queue<String>()
    let first = waiters(1, at: barrier, into: outcomes)
    let last = started { try barrier.wait() }
    #expect(end(first + [last]))
    #expect(runner.load() === last)
  }

  @Test func `that throws breaks the barrier; its own thread gets the error`() {
    let barrier = Barrier(parties: 2) { throw Refusal() }
    let outcomes = Queue<String>()
    let threads = waiters(1, at: barrier, into: outcomes)
    #expect(throws: Refusal.self) { try barrier.wait() }
    #expect(end(threads))
    #expect(outcomes.drained() == [broken])
    #expect(barrier.isBroken)
    barrier.reset()
    #expect(!barrier.isBroken)
  }

  @Test(arguments: [false, true])
  func `may break the round that it belongs to`(resets: Bool) {
    let box = SharedAtomic<Barrier?>(nil)
    let barrier = Barrier(parties: 2) {
      if resets { box.load()?.reset() } else { box.load()?.abort() }
    }
    box.store(barrier)
    let outcomes = Queue<String>()
    let threads = waiters(1, at: barrier, into: outcomes)
    #expect(throws: BarrierError.broken) { try barrier.wait() }
    #expect(end(threads))
    #expect(outcomes.drained() == [broken])
    #expect(barrier.isBroken == !resets)
    box.store(nil)
  }

  @Test func `holds up who comes for the next round`() {
    let began = Lockcheck.Event()
    let finish = Lockcheck.Event()
    let runs = SharedAtomic(0)
    let barrier = Barrier(parties: 2) {
      if runs.wrappingAdd(1) == 1 {
        began.set()
        finish.wait()
      }
    }
    let outcomes = Queue<String>()
    let first = waiters(1, at: barrier, into: outcomes)
    let second = started { try outcomes.put(outcome { try barrier.wait() }) }
    began.wait()
    let next = waiters(2, at: barrier, timeout: .seconds(60), into: outcomes)
    #expect(outcomes.isEmpty)
    #expect(runs.load() == 1)
    finish.set()
    #expect(end(first + [second] + next))
    #expect(outcomes.drained().sorted() == ["0", "0", "1", "1"])
    #expect(runs.load() == 2)
  }

  @Test func `takes the time it takes, whatever time the others gave each other to come`() {
    let began = Lockcheck.Event()
    let finish = Lockcheck.Event()
    let barrier = Barrier(parties: 2) {
      began.set()
      finish.wait()
    }
    let outcomes = Queue<String>()
    var timeout = Duration.milliseconds(20)
    var threads: [CheckedThread] = []
    while !began.isSet {
      threads = [
        started { [timeout] in try outcomes.put(outcome { try barrier.wait(timeout: timeout) }) }
      ]
      #expect(eventually { barrier.waitingCount == 1 || !outcomes.isEmpty })
      threads.append(started { try outcomes.put(outcome { try barrier.wait() }) })
      #expect(eventually { began.isSet || outcomes.count == 2 })
      if began.isSet { break }
      // The second did not come in time: once more, with more of it.
      #expect(outcomes.drained() == [broken, broken])
      barrier.reset()
      timeout *= 4
    }
    #expect((try? threads[0].join(timeout: timeout * 2)) == false)
    finish.set()
    #expect(end(threads))
    #expect(outcomes.drained().sorted() == ["0", "1"])
    #expect(!barrier.isBroken)
  }

  @Test func `that does not end holds nobody back from being refused`() {
    let began = Lockcheck.Event()
    let finish = Lockcheck.Event()
    let barrier = Barrier(parties: 2) {
      began.set()
      finish.wait()
    }
    let outcomes = Queue<String>()
    let first = waiters(1, at: barrier, into: outcomes)
    let last = started { try outcomes.put(outcome { try barrier.wait() }) }
    began.wait()
    let early = waiters(1, at: barrier, into: outcomes)
    barrier.abort()
    #expect(end(first + early))
    #expect(outcomes.drained() == [broken, broken])
    #expect(throws: BarrierError.broken) { try barrier.wait() }
    finish.set()
    #expect(ends(last))
    #expect(outcomes.drained() == [broken])
  }
}
