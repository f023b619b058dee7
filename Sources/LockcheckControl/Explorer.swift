internal import CLockcheckShims

/// What one exploration carries from schedule to schedule.
///
/// Touched by the explorer between schedules, and in one by whoever has the baton.
final class ExplorationMemory {
  /// How schedules are chosen.
  var strategy: any Strategy
  /// What objects are called.
  var labels = ObjectLabels()
  /// Whether all that stood in Dispatch's queues when nobody could go on first has been begun.
  var hasProbedDispatch = false
  /// What notes of threads outside know it by.
  let number = OutsideThreads.beginExploration()

  init(_ strategy: any Strategy) { self.strategy = strategy }

  deinit { OutsideThreads.endExploration(number) }
}

/// Runs schedules of one program, one after another, on the same few threads.
///
/// Not for two threads at a time.
package final class Explorer {
  private let crew: Crew
  private let limits: ScheduleLimits
  private let seed: UInt64
  private let memory: ExplorationMemory

  /// Makes an explorer, which has no thread yet.
  package init(_ strategy: any Strategy, seed: UInt64, limits: ScheduleLimits = ScheduleLimits()) {
    memory = ExplorationMemory(strategy)
    crew = Crew(name: "lockcheck \(memory.number % 100_000)")
    self.seed = seed
    self.limits = limits
  }

  /// The strategy, as it is after the schedules that were run.
  package var strategy: any Strategy {
    get { memory.strategy }
    set { memory.strategy = newValue }
  }

  /// What objects are called.
  package var labels: ObjectLabels { memory.labels }

  /// How many threads are stuck for ever, and stay.
  package var abandonedThreadCount: Int { crew.abandonedCount }

  /// What runs the schedule of an iteration again, as long as the program and the strategy are the same: of the
  /// present or the last one only.
  package func seededToken(of iteration: Int) -> ScheduleToken {
    let origin = memory.strategy.origin(of: iteration)
    // A portfolio has to begin anew where its member has.
    return origin.memory == .everything
      ? .seeded(method: memory.strategy.name, seed: seed, iteration: iteration)
      : .seeded(method: origin.strategy, seed: seed, iteration: origin.iteration)
  }

  /// Runs one schedule.
  package func run(
    iteration: Int, _ body: @escaping @Sendable () throws -> Void
  ) -> ScheduleRun {
    run(iteration..<(iteration + 1), body).run
  }

  /// Runs one schedule after another, until one does not pass or leaves a thread behind, the strategy has no
  /// more, or they have all been run. No range is empty here.
  ///
  /// - Parameter isSearch: Whether to end when the strategy has nothing new.
  /// - Returns: What came of the last one.
  package func run(
    _ iterations: Range<Int>, isSearch: Bool = false,
    _ body: @escaping @Sendable () throws -> Void
  ) -> (iteration: Int, run: ScheduleRun) {
    var next = iterations.lowerBound
    let run = runSeries(body) { [self, memory] in
      guard next < iterations.upperBound else { return false }
      if next > iterations.lowerBound, isSearch, memory.strategy.isExhausted { return false }
      memory.strategy.begin(iteration: next, random: SeededRandom(seed: seed, iteration: next))
      crew.note.write("\(seededToken(of: next))")
      next += 1
      return true
    }
    return (next - 1, run)
  }

  /// Runs the schedule without preemptions, before all others.
  ///
  /// What the process makes at its first use only, such as a global, is then there: what a thread makes later
  /// has the same marks in each schedule, and in another process that has done so, too.
  ///
  /// - Parameter token: What is said if the program crashes.
  package func warmUp(
    token: String? = nil, _ body: @escaping @Sendable () throws -> Void
  ) -> ScheduleRun {
    let mine = memory.strategy
    let token =
      token ?? "\(ScheduleToken.seeded(method: mine.name, seed: seed, iteration: 0))"
    memory.strategy = DeviationStrategy([])
    defer {
      memory.strategy = mine
      // A mark may stand for another object from now on.
      memory.labels = ObjectLabels()
    }
    var isNext = true
    return runSeries(body) { [crew] in
      defer { isNext = false }
      if isNext { crew.note.write(token) }
      return isNext
    }
  }

  /// Runs schedules as long as `begin`, which is asked before each, has another one.
  private func runSeries(
    _ body: @escaping @Sendable () throws -> Void, begin: @escaping () -> Bool
  ) -> ScheduleRun {
    // A series begins and ends with the caller: to wake a thread of another processor costs more than
    // all the rest of a small schedule.
    lc_visit_processor(crew.processor)
    lc_set_own_thread(true)
    defer {
      lc_set_own_thread(false)
      lc_leave_processor()
    }
    return ScheduleSeries(crew: crew, limits: limits, memory: memory, body, begin: begin).run()
  }
}
