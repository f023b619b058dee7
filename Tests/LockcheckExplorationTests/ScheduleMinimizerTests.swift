import LockcheckControl
import Testing

@testable import LockcheckExploration

/// Runs a program with some deviations.
private func run(_ program: ModelProgram, _ deviations: [Deviation]) -> (ModelRun.Outcome, Schedule)
{
  var strategy = DeviationStrategy(deviations)
  let (outcome, run) = ModelRun.run(program, by: &strategy)
  return (outcome, run.schedule)
}

/// A schedule of chance that does not pass.
private func failing(_ program: ModelProgram, seed: UInt64) -> (ModelRun.Outcome, Schedule)? {
  for iteration in 0..<60 {
    var walk = RandomWalk()
    let (outcome, run) = ModelRun.run(program, by: &walk, iteration: iteration, seed: seed)
    if outcome != .passed { return (outcome, run.schedule) }
  }
  return nil
}

@Suite struct `A minimised schedule` {
  @Test(arguments: 0..<400 as Range<UInt64>)
  func `fails in the same way, and needs each of its deviations`(seed: UInt64) {
    let program = ModelProgram.random(seed: seed)
    guard let (outcome, schedule) = failing(program, seed: seed) else { return }
    var minimizer = ScheduleMinimizer(schedule, budget: RunBudget(failing: 500, passing: 5_000))
    minimizer.minimize { deviations in
      let (found, schedule) = run(program, deviations)
      return found == outcome ? schedule : nil
    }
    #expect(minimizer.isMinimal, "seed \(seed)")
    let again = run(program, minimizer.deviations)
    #expect(again.0 == outcome && again.1 == minimizer.schedule, "seed \(seed)")
    #expect(minimizer.deviations.count <= schedule.deviations.count)
    for index in minimizer.deviations.indices {
      var fewer = minimizer.deviations
      fewer.remove(at: index)
      #expect(run(program, fewer).0 != outcome, "seed \(seed): \(index) is not needed")
    }
  }

  @Test func `is nearly always the smallest there is`() {
    var compared = 0
    var equal = 0
    var excess = 0
    for seed in 0..<80 as Range<UInt64> {
      let program = ModelProgram.random(seed: seed, others: 2)
      guard let (outcome, schedule) = failing(program, seed: seed) else { continue }
      var least = Int.max
      let isWhole = forEverySchedule(of: program, limit: 600) { found, run in
        if found == outcome { least = min(least, run.schedule.deviations.count) }
      }
      guard isWhole else { continue }
      var minimizer = ScheduleMinimizer(schedule)
      minimizer.minimize { deviations in
        let (found, schedule) = run(program, deviations)
        return found == outcome ? schedule : nil
      }
      compared += 1
      #expect(minimizer.deviations.count >= least, "seed \(seed)")
      if minimizer.deviations.count == least { equal += 1 }
      excess = max(excess, minimizer.deviations.count - least)
    }
    #expect(compared >= 20)
    #expect(excess <= 1)
    #expect(equal * 100 >= compared * 95, "\(equal) of \(compared)")
  }

  @Test func `has one deviation for locks in opposite orders`() throws {
    let (outcome, schedule) = try #require(failing(oppositeOrders, seed: 7))
    var minimizer = ScheduleMinimizer(schedule)
    minimizer.minimize { deviations in
      let (found, schedule) = run(oppositeOrders, deviations)
      return found == outcome ? schedule : nil
    }
    #expect(minimizer.deviations.count == 1)
    #expect(minimizer.schedule.switchCount == 2)
  }

  @Test func `of a failure that needs no deviation is the run without preemptions`() throws {
    let program = ModelProgram.starting([.read(0), .write(0)], [.write(1)], last: [.expect(0, 0)])
    let (_, schedule) = try #require(failing(program, seed: 1))
    var minimizer = ScheduleMinimizer(schedule, budget: RunBudget(failing: 1, passing: 1))
    minimizer.minimize { run(program, $0).1 }
    #expect(minimizer.deviations.isEmpty && minimizer.schedule.deviations.isEmpty)
  }

  @Test(arguments: [
    RunBudget(failing: 0, passing: 9), RunBudget(failing: 2, passing: 9),
    RunBudget(failing: 9, passing: 2), RunBudget(failing: 9, passing: 0),
  ])
  func `costs no more runs than it may`(budget: RunBudget) throws {
    // Twenty deviations: two are too few runs for that, whatever they show.
    let program = ModelProgram.starting(
      Array(repeating: .write(1), count: 12) + [.write(0)],
      Array(repeating: .write(2), count: 12), last: [.expect(0, 0)])
    var strategy = PrefixStrategy([0, 0] + Array(repeating: 1, count: 20))
    let recorded = ModelRun.run(program, by: &strategy).run.schedule
    var minimizer = ScheduleMinimizer(recorded, budget: budget)
    var failed = 0
    var passed = 0
    minimizer.minimize { deviations in
      let found = run(program, deviations).1
      // Fails as long as a quarter of its deviations are left.
      if found.deviations.count >= 5 { failed += 1 } else { passed += 1 }
      return found.deviations.count >= 5 ? found : nil
    }
    #expect(failed <= budget.failing && passed <= budget.passing)
    #expect(
      minimizer.budget
        == RunBudget(failing: budget.failing - failed, passing: budget.passing - passed))
    #expect(!minimizer.isMinimal)
    #expect(minimizer.deviations.count <= recorded.deviations.count)
  }
}
