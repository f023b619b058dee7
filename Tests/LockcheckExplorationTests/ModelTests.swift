import LockcheckControl
import Testing

/// Two threads that take two locks in opposite orders.
let oppositeOrders = ModelProgram.starting(
  [.lock(0), .lock(1), .unlock(1), .unlock(0)], [.lock(1), .lock(0), .unlock(0), .unlock(1)])

/// Two threads that read and write one variable without a lock.
let lostUpdate = ModelProgram.starting(
  [.read(0), .write(0)], [.read(0), .write(0)], last: [.expect(0, 2)])

@Suite struct `A model program` {
  @Test func `runs without preemptions by default`() {
    var strategy = PrefixStrategy()
    let (outcome, run) = ModelRun.run(lostUpdate, by: &strategy)
    #expect(outcome == .passed)
    #expect(run.schedule.preemptionCount == 0)
    #expect(run.schedule.steps.map(\.choice.thread) == [0, 0, 0, 1, 1, 1, 2, 2, 2, 0, 0, 0])
  }

  @Test func `has schedules that pass and schedules that fail`() {
    var outcomes: Set<ModelRun.Outcome> = []
    forEverySchedule(of: oppositeOrders) { outcome, _ in outcomes.insert(outcome) }
    #expect(outcomes == [.passed, .deadlock([0, 1, 2])])
    outcomes = []
    forEverySchedule(of: lostUpdate) { outcome, _ in outcomes.insert(outcome) }
    #expect(outcomes == [.passed, .failed(0)])
  }
}
