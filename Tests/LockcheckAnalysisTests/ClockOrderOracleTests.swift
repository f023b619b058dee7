import LockcheckAnalysis
import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

/// What is promised of runs that clocks put in order, against everything that some schedule of the run
/// itself reaches.
@Suite struct `Promises from clocks against every schedule` {
  /// Almost five thousand small runs, each written down twice.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func `what is promised is true of the run`(piece: UInt64) {
    for seed in piece * 20..<piece * 20 + 20 {
      for shape in ClockedRun.Shape.allCases {
        let run = ClockedRun(shape, seed: seed)
        let reach = Reorderings(of: run.exact).all()
        for writing in 0..<2 as Range<UInt64> {
          let clocked = ClockedTrace(of: run.exact, seed: seed &* 31 &+ writing)
          var trace = clocked.trace
          trace.header.hasExactAtomics = writing == 0
          let wrong = run.unreachable(in: analyzed(trace), clocked, reach)
          #expect(
            wrong.isEmpty,
            "\(shape), seed \(seed), writing \(writing)\n\(drawing(of: run.exact))\n\(drawing(of: clocked.trace))"
          )
        }
      }
    }
  }

  @Test func `much of what an exact trace promises is promised from clocks`() {
    for shape in ClockedRun.Shape.allCases {
      var exact = 0
      var clocked = 0
      for seed in 0..<300 as Range<UInt64> {
        let run = ClockedRun(shape, seed: seed)
        exact += promises(in: analyzed(run.exact))
        clocked += promises(in: analyzed(ClockedTrace(of: run.exact, seed: seed).trace))
      }
      print("\(shape): \(clocked) promised from clocks, \(exact) from exact traces")
      #expect(4 * clocked > exact, "\(shape): \(clocked) of \(exact)")
    }
  }

  private func promises(in result: AnalysisResult) -> Int {
    let rules: [Rule] = [.dataRace, .lockOrderCycle]
    return result.findings.count { rules.contains($0.rule) && $0.verdict != .possible }
  }
}

private func analyzed(_ trace: Trace) -> AnalysisResult {
  var analyzer = Analyzer()
  var events = TraceEvents(trace)
  do { try analyzer.analyze(&events) } catch { preconditionFailure("in memory: \(error)") }
  return analyzer.finish()
}

/// One random run.
private struct ClockedRun {
  enum Shape: CaseIterable {
    case deadlocks, races, hardRaces, everything
    /// Long stretches, in which accesses are repeated.
    case repetitions
    /// Flags that one thread looks at, again and again, and another sets.
    case flags
  }

  let shape: Shape
  let exact: Trace

  init(_ shape: Shape, seed: UInt64) {
    self.shape = shape
    switch shape {
    case .deadlocks: exact = DrawnRun(.variedDeadlocks, seed: seed).trace
    case .races: exact = DrawnRun(.races, seed: seed).trace
    case .hardRaces: exact = DrawnRun(.hardRaces, seed: seed).trace
    case .everything: exact = DrawnRun(.everything, seed: seed).trace
    case .repetitions:
      var shape = RandomSections.Shape.races
      (shape.events, shape.looseAccesses, shape.nesting) = (20, 9, 0)
      exact = RandomSections.make(seed: seed, shape: shape)
    case .flags:
      var shape = RandomSections.Shape.races
      (shape.events, shape.looseAccesses, shape.nesting, shape.atomics) = (20, 11, 0, 2)
      exact = RandomSections.make(seed: seed, shape: shape)
    }
  }

  /// What is promised and no schedule of the run reaches.
  func unreachable(
    in result: AnalysisResult, _ clocked: ClockedTrace, _ reach: Reorderings.Reach
  ) -> [Finding] {
    result.findings.filter { finding in
      let steps = finding.steps.map { clocked.places[completed($0.event, in: clocked.trace)] }
      if finding.rule == .dataRace, finding.verdict == .observed {
        // Which accesses of two stretches met the clocks do not say. What a failed try has seen is left
        // out of account.
        return shape != .everything
          && !reach.racePairs.contains { exact.events[$0.later].object == finding.objects[0] }
      }
      guard finding.verdict == .predicted else { return false }
      if finding.rule == .dataRace {
        return !reach.racePairs.contains(Reorderings.Pair(steps[0], steps[1]))
      }
      if !finding.waits.isEmpty {
        return !reach.hangs.contains(finding.waits.map { clocked.places[$0.event] }.sorted())
      }
      return !reach.deadlocks.contains(Reorderings.cycle(steps))
    }
  }

  /// The event that a pending one is the beginning of, if there is one.
  private func completed(_ index: Int, in trace: Trace) -> Int {
    let event = trace.events[index]
    guard event.isPending else { return index }
    let next = trace.events.indices.first { $0 > index && trace.events[$0].thread == event.thread }
    guard let next, trace.events[next].operation == event.operation,
      trace.events[next].object == event.object
    else { return index }
    return next
  }
}
