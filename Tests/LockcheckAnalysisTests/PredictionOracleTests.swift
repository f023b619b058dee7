import LockcheckAnalysis
import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

/// What is predicted, against everything that some schedule reaches.
@Suite struct `Predictions against every schedule` {
  /// Nothing that no schedule reaches, ever.
  @Test(arguments: pieces)
  func `what is predicted can be reached, and its witness leads there`(piece: Piece) {
    for run in piece.runs() {
      let model = ReorderingModel(run.trace)
      let result = run.analyzed()
      let reach = Reorderings(of: model).all()
      #expect(refusals(in: result).isEmpty, "\(run)")
      for finding in result.findings where run.promises(finding) {
        let wrong = unreachable(finding, reach, run)
        #expect(wrong.isEmpty, "\(run): \(summary(finding, in: result.tables)): \(wrong)")
        guard finding.verdict == .predicted else { continue }
        let fault = faults(in: finding, model, run)
        #expect(fault.isEmpty, "\(run): \(summary(finding, in: result.tables)): \(fault)")
      }
    }
  }

  @Test(arguments: pieces)
  func `every sync-preserving race is found`(piece: Piece) {
    for run in piece.runs() {
      let missing = racesMissed(by: run.analyzed(), Reorderings(of: run.trace).syncPreserving())
      #expect(missing.isEmpty, "\(run): later accesses")
    }
  }

  @Test(arguments: pieces.filter(\.hasOnlyLocks))
  func `every sync-preserving deadlock is found`(piece: Piece) {
    for run in piece.runs() {
      let reach = Reorderings(of: run.trace).syncPreserving()
      let missing = deadlocksMissed(by: run.analyzed(), reach, run) { !run.joins(in: $0) }
      #expect(missing.isEmpty, "\(run): events")
    }
  }

  @Test(arguments: pieces.filter(\.hasOnlyLocks))
  func `every race is found`(piece: Piece) {
    for run in piece.runs() {
      let missing = racesMissed(by: run.analyzed(), Reorderings(of: run.trace).all())
      #expect(missing.isEmpty, "\(run): later accesses")
    }
  }

  @Test(arguments: pieces.filter(\.hasOnlyLocks))
  func `every deadlock of locks is found`(piece: Piece) {
    for run in piece.runs() {
      let reach = Reorderings(of: run.trace).all()
      let missing = deadlocksMissed(by: run.analyzed(), reach, run) { !run.joins(in: $0) }
      #expect(missing.isEmpty, "\(run): events")
    }
  }

  @Test(arguments: pieces.filter(\.hasOnlyLocks))
  func `every deadlock with joins in it is found`(piece: Piece) {
    for run in piece.runs() {
      let reach = Reorderings(of: run.trace).all()
      let missing = deadlocksMissed(by: run.analyzed(), reach, run, of: run.joins)
      #expect(missing.isEmpty, "\(run): events")
    }
  }
}

/// The schedules that were found and did not stand up to the checker.
func refusals(in result: AnalysisResult) -> [String] {
  result.warnings.compactMap { warning in
    if case .witnessRefused(let flaw) = warning.kind { flaw } else { nil }
  }
}

/// Fifty runs of one shape: what one test looks at.
struct Piece: Sendable, CustomTestStringConvertible {
  var shape: DrawnRun.Shape
  var first: UInt64

  var testDescription: String { "\(shape) from \(first)" }

  var hasOnlyLocks: Bool { shape != .everything }

  func runs() -> [DrawnRun] {
    (first..<first + Self.size).map { DrawnRun(shape, seed: $0) }
  }

  static let size: UInt64 = 50
}

/// A thousand runs of each shape.
let pieces: [Piece] = DrawnRun.Shape.allCases.flatMap { shape in
  (0..<20).map { Piece(shape: shape, first: $0 * Piece.size) }
}

/// One random run, with what has to be said of it when something is wrong.
struct DrawnRun: CustomStringConvertible {
  enum Shape: CaseIterable {
    case deadlocks, variedDeadlocks, races, hardRaces, everything
  }

  let shape: Shape
  let seed: UInt64
  let trace: Trace

  init(_ shape: Shape, seed: UInt64) {
    self.shape = shape
    self.seed = seed
    switch shape {
    case .deadlocks: trace = RandomSections.make(seed: seed, shape: .deadlocks)
    case .variedDeadlocks: trace = RandomSections.make(seed: seed, shape: .variedDeadlocks)
    case .races: trace = RandomSections.make(seed: seed, shape: .races)
    case .hardRaces: trace = RandomSections.makeHard(seed: seed)
    case .everything:
      var shape = RandomTrace.Shape()
      shape.threads = 2 + Int(seed % 3)
      shape.events = 16 + Int(seed % 9)
      trace = RandomTrace.make(seed: seed, shape: shape)
    }
  }

  var description: String { "\(shape), seed \(seed)\n\(drawing(of: trace))\n" }

  /// Whether a finding says that some schedule reaches it.
  ///
  /// An observed race is one by schedulable happens-before, which takes no account of what a failed
  /// try has seen, nor of a queue whose tasks do not add up.
  func promises(_ finding: Finding) -> Bool {
    finding.verdict == .predicted || (finding.verdict == .observed && shape != .everything)
  }

  /// What the analyzer says with every detector.
  func analyzed() -> AnalysisResult {
    var analyzer = Analyzer()
    var events = TraceEvents(trace)
    do { try analyzer.analyze(&events) } catch { preconditionFailure("in memory: \(error)") }
    return analyzer.finish()
  }

  /// Whether a thread of the cycle waits for another to end.
  func joins(in cycle: [Int]) -> Bool { cycle.contains { trace.events[$0].operation == .join } }

  /// What is asked for, at some events: whichever threads do it, it is one defect.
  func requests(_ events: [Int]) -> [[UInt32]] {
    events.map { [trace.events[$0].object.rawValue, trace.events[$0].child.rawValue] }
      .sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// The event that a pending one is the beginning of, if there is one.
  func completed(_ index: Int) -> Int {
    let event = trace.events[index]
    guard event.isPending else { return index }
    let next = trace.events.indices.first { $0 > index && trace.events[$0].thread == event.thread }
    guard let next, trace.events[next].operation == event.operation,
      trace.events[next].object == event.object
    else { return index }
    return next
  }
}

/// What a finding says that no schedule reaches: pairs of accesses, or the cycle of its steps.
private func unreachable(
  _ finding: Finding, _ reach: Reorderings.Reach, _ run: DrawnRun
) -> [[Int]] {
  if finding.rule == .dataRace {
    return finding.occurrences.filter {
      !reach.racePairs.contains(Reorderings.Pair($0[0], $0[1]))
    }
  }
  // A deadlock that was seen may go through anything; it is there at the end of the trace.
  guard finding.verdict == .predicted, finding.rule.kind == .deadlock else { return [] }
  if !finding.waits.isEmpty {
    let waits = finding.waits.map(\.event).sorted()
    return reach.hangs.contains(waits) ? [] : [waits]
  }
  let cycle = Reorderings.cycle(finding.steps.map { run.completed($0.event) })
  return reach.deadlocks.contains(cycle) ? [] : [cycle]
}

/// Why the witness of a finding does not show it.
private func faults(in finding: Finding, _ model: ReorderingModel, _ run: DrawnRun) -> String {
  guard finding.rule == .dataRace || finding.rule.kind == .deadlock else { return "" }
  do {
    let outcome = try model.outcome(of: finding.witness.map(\.index))
    return unreachable(finding, ofFirstOccurrence: outcome, run)
  } catch {
    return error.description
  }
}

private func unreachable(
  _ finding: Finding, ofFirstOccurrence outcome: Reorderings.Reach, _ run: DrawnRun
) -> String {
  var first = finding
  first.occurrences = [finding.steps.map(\.event)]
  return unreachable(first, outcome, run).isEmpty ? "" : "ends elsewhere"
}

/// Later accesses of races that are neither observed nor predicted.
private func racesMissed(by result: AnalysisResult, _ reach: Reorderings.Reach) -> [Int] {
  let found = result.findings.filter { $0.rule == .dataRace && $0.verdict != .possible }
    .flatMap(\.occurrences).map { $0[1] }
  return Set(reach.racePairs.map(\.later)).subtracting(found).sorted()
}

/// Deadlocks that no observed or predicted finding tells of: none in which the same is asked for.
private func deadlocksMissed(
  by result: AnalysisResult, _ reach: Reorderings.Reach, _ run: DrawnRun,
  of isMeant: ([Int]) -> Bool
) -> [[Int]] {
  let rules: [Rule] = [.lockOrderCycle, .deadlock]
  let found = result.findings.filter { rules.contains($0.rule) && $0.verdict != .possible }
    .flatMap { [$0.steps.map(\.event)] + $0.occurrences }.map(run.requests)
  return reach.deadlocks.filter { isMeant($0) && !found.contains(run.requests($0)) }
    .sorted { $0[0] < $1[0] }
}
