import LockcheckAnalysis
import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

/// Predictions about runs with what programs seldom do.
@Suite struct `Predictions about odd runs` {
  /// Three thousand runs in thirty pieces.
  @Test(arguments: 0..<30 as Range<UInt64>)
  func `what is predicted comes true in the schedule that is given`(piece: UInt64) {
    for seed in piece * 100..<piece * 100 + 100 {
      let run = RandomOddRun.make(seed: seed)
      let model = ReorderingModel(run)
      let result = analyzed(run)
      #expect(refusals(in: result).isEmpty, "seed \(seed)")
      for finding in result.findings where finding.verdict == .predicted {
        let fault = fault(in: finding, model, run)
        #expect(
          fault == nil, "seed \(seed): \(summary(finding, in: result.tables)): \(fault ?? "")")
      }
    }
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func `nonsense never stops the program`(piece: UInt64) {
    for seed in piece * 100..<piece * 100 + 100 {
      let run = RandomOddRun.makeNonsense(seed: seed)
      #expect(analyzed(run).eventCount == run.events.count, "seed \(seed)")
    }
  }

  private func analyzed(_ run: Trace) -> AnalysisResult {
    var analyzer = Analyzer(engine: .search)
    var events = TraceEvents(run)
    do { try analyzer.analyze(&events) } catch { preconditionFailure("in memory: \(error)") }
    return analyzer.finish()
  }

  private func fault(in finding: Finding, _ model: ReorderingModel, _ run: Trace) -> String? {
    do {
      let outcome = try model.outcome(of: finding.witness.map(\.index))
      if !finding.waits.isEmpty {
        let waits = finding.waits.map(\.event).sorted()
        return outcome.hangs.contains(waits) ? nil : "hangs elsewhere"
      }
      let steps = finding.steps.map(\.event)
      let isThere =
        finding.rule == .dataRace
        ? outcome.racePairs.contains(Reorderings.Pair(steps[0], steps[1]))
        : outcome.deadlocks.contains(Reorderings.cycle(steps.map { completed($0, run) }))
      return isThere ? nil : "ends elsewhere"
    } catch {
      return error.description
    }
  }

  /// The event that a pending one is the beginning of, if there is one.
  private func completed(_ index: Int, _ run: Trace) -> Int {
    let event = run.events[index]
    guard event.isPending else { return index }
    let next = run.events.indices.first {
      $0 > index && run.events[$0].thread == event.thread
    }
    guard let next, run.events[next].operation == event.operation,
      run.events[next].object == event.object
    else { return index }
    return next
  }
}
