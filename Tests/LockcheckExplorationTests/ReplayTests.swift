import LockcheckTrace
import Testing

@testable import LockcheckControl

@Suite struct `A replay` {
  @Test(arguments: 0..<300 as Range<UInt64>)
  func `of a token takes the same steps again`(seed: UInt64) throws {
    let program = ModelProgram.random(seed: seed)
    var walk = RandomWalk()
    let (outcome, run) = ModelRun.run(program, by: &walk, seed: seed)
    let exact = ExactSchedule(run.schedule, labels: StepLabels(of: run.schedule))
    guard case .exact(let read) = try ScheduleToken(parsing: "\(ScheduleToken.exact(exact))") else {
      Issue.record("not an explicit token")
      return
    }
    var replay = ReplayStrategy(read)
    var retrace = RetraceStrategy(run.schedule, labels: StepLabels(of: run.schedule))
    var deviating = DeviationStrategy(run.schedule.deviations)
    for _ in 0..<2 {
      let again = ModelRun.run(program, by: &replay)
      #expect(again.run.schedule == run.schedule && again.outcome == outcome, "seed \(seed)")
      #expect(replay.divergence == nil)
      #expect(ModelRun.run(program, by: &retrace).run.schedule == run.schedule)
      #expect(retrace.divergence == nil)
      #expect(ModelRun.run(program, by: &deviating).run.schedule == run.schedule)
    }
  }

  @Test func `tells of another step where a turn was recorded`() {
    // T2 was to take lock 1, and takes lock 2.
    expectDivergence(
      from: oppositeOrders, choices: [0, 0, 0, 0, 1, 1, 1],
      to: .starting(
        [.lock(0), .lock(1), .unlock(1), .unlock(0)], [.lock(2), .lock(0), .unlock(0), .unlock(2)]),
      token: "step 6: expected T2 lock(transfer é), got T2 lock(lock#1)",
      retrace: "step 6: expected T2 lock(transfer é), got T2 lock(lock#1)")
  }

  @Test func `tells of another step between the turns`() {
    expectDivergence(
      from: oppositeOrders, choices: [0, 0, 0, 0, 0, 1],
      to: .starting(
        [.read(4), .lock(1), .unlock(1), .unlock(0)], [.lock(1), .lock(0), .unlock(0), .unlock(1)]),
      token: """
        step 4: expected what was recorded between the beginning and step 5 (T2 begin), \
        got T1 read(variable#1)
        """,
      retrace: "step 4: expected T1 lock(a), got T1 read(variable#1)")
  }

  @Test func `tells of a thread that waits`() {
    expectDivergence(
      from: .starting([.read(0), .read(0), .read(0)], [.read(1), .read(1)]),
      choices: [0, 0, 0, 0, 1, 1, 1, 1, 1],
      to: .starting([.read(0), .read(0), .read(0)], [.read(1), .await(1)]),
      token: "step 8: expected T2 read(variable#2), but T2 waits or has ended",
      retrace: "step 8: expected T2 read(variable#2), but T2 waits or has ended")
  }

  @Test func `tells of a thread that was not started`() {
    // A token of a short schedule would have noticed at the step before that nobody starts it.
    let writes = Array(repeating: ModelProgram.Action.write(0), count: 302)
    expectDivergence(
      from: ModelProgram(writes + [.start(1)] + writes, [.read(0)]),
      choices: Array(repeating: 0, count: 304) + [1], to: ModelProgram(writes + writes),
      token: "steps 300 to 304: expected T1 begin, but T1 has not begun",
      retrace: "step 303: expected T0 start(T1), got T0 write(variable#1)")
  }

  @Test func `tells of a run that ends early or goes on`() {
    expectDivergence(
      from: ModelProgram([.read(0), .write(0), .write(1)]), choices: [],
      to: ModelProgram([.read(0), .write(0)]),
      token: "step 3: expected what was recorded, but the run ended after 3 steps",
      retrace: "step 3: expected T0 write(variable#2), but the run ended after 3 steps")
    expectDivergence(
      from: ModelProgram([.read(0), .write(0)]), choices: [],
      to: ModelProgram([.read(0), .write(0), .write(1)]),
      token: "step 3: expected the end, got T0 write(variable#2)",
      retrace: "step 3: expected the end, got T0 write(variable#2)")
  }

  @Test func `looks at the steps that nobody is asked about, too`() {
    var strategy = PrefixStrategy()
    let recorded = ModelRun.run(lostUpdate, by: &strategy).run.schedule
    let labels = StepLabels(of: recorded)
    var other = recorded
    other.steps[9].choice.step = other.steps[4].choice.step
    for (schedule, message) in [
      (recorded, nil), (other, "step 9: expected what was recorded, got T0 read(variable#1)"),
    ] {
      var replay = ReplayStrategy(ExactSchedule(recorded, labels: labels))
      replay.begin(iteration: 0, random: SeededRandom(seed: 1))
      replay.end(schedule)
      #expect(replay.divergence?.message(labels: labels) == message)
      var retrace = RetraceStrategy(recorded, labels: labels)
      retrace.begin(iteration: 0, random: SeededRandom(seed: 1))
      retrace.end(schedule)
      #expect((retrace.divergence == nil) == (message == nil))
    }
  }

  @Test func `of a long schedule names the steps among which it diverges`() throws {
    var actions = Array(repeating: ModelProgram.Action.write(0), count: 500)
    let old = ModelProgram(threads: [actions])
    actions[303] = .read(0)
    let labels = StepLabels(of: Schedule())
    var strategy = PrefixStrategy()
    let recorded = ModelRun.run(old, by: &strategy).run.schedule
    var replay = ReplayStrategy(ExactSchedule(recorded, labels: labels))
    _ = ModelRun.run(ModelProgram(threads: [actions]), by: &replay)
    #expect(
      replay.divergence?.message(labels: labels)
        == "steps 300 to 304: expected what was recorded, got T0 read(variable)")
  }

  @Test(arguments: 0..<300 as Range<UInt64>)
  func `of a changed program diverges where the schedules do`(seed: UInt64) {
    let program = ModelProgram.random(seed: seed)
    var walk = RandomWalk()
    let recorded = ModelRun.run(program, by: &walk, seed: seed).run.schedule
    var changed = program
    var random = SeededRandom(seed: seed)
    let thread = random.below(changed.threads.count)
    changed.threads[thread].insert(.write(7), at: random.below(changed.threads[thread].count + 1))
    var replay = ReplayStrategy(ExactSchedule(recorded, labels: StepLabels(of: recorded)))
    let again = ModelRun.run(changed, by: &replay).run.schedule
    let common = zip(recorded.steps, again.steps).prefix { $0.choice == $1.choice }.count
    let isSame = recorded.steps.map(\.choice) == again.steps.map(\.choice)
    #expect((replay.divergence == nil) == isSame, "seed \(seed)")
    if let divergence = replay.divergence {
      // The thread that was to go on may have had a step that nobody took; and one check in 64 says nothing.
      #expect(divergence.steps.upperBound <= common + 2, "seed \(seed): \(divergence)")
      #expect(divergence.steps.upperBound >= common, "seed \(seed): \(divergence)")
    }
  }

  private func expectDivergence(
    from old: ModelProgram, choices: [Int], to new: ModelProgram,
    token: String?, retrace: String?
  ) {
    var strategy = PrefixStrategy(choices)
    let recorded = ModelRun.run(old, by: &strategy).run.schedule
    let labels = StepLabels(of: recorded, object: modelObject)
    var replay = ReplayStrategy(ExactSchedule(recorded, labels: labels))
    let again = ModelRun.run(new, by: &replay).run.schedule
    let newLabels = StepLabels(of: again, object: modelObject)
    #expect(replay.divergence?.message(labels: newLabels) == token)
    var retracing = RetraceStrategy(recorded, labels: labels)
    _ = ModelRun.run(new, by: &retracing)
    #expect(retracing.divergence?.message(labels: newLabels) == retrace)
  }
}
