import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace

@testable import LockcheckAnalysis

/// What is said of the lock-order cycles and races of a drawing.
struct Predictions {
  let result: AnalysisResult

  init(
    _ drawing: String, engine: Engine = .automatic, accessOrder: TraceHeader.AccessOrder = .exact,
    hasExactAtomics: Bool = false,
    historyLimit: Int? = nil, hasGap: Bool? = nil
  ) {
    var trace = trace(drawing)
    trace.header.accessOrder = accessOrder
    trace.header.hasExactAtomics = hasExactAtomics
    let rules: [Rule] = [.lockOrderCycle, .dataRace]
    var analyzer = Analyzer(rules: rules, engine: engine)
    if let historyLimit { analyzer.historyLimit = historyLimit }
    var events = TraceEvents(trace)
    do { try analyzer.analyze(&events) } catch { preconditionFailure("in memory: \(error)") }
    if let hasGap { analyzer.noteIncomplete(hasGap: hasGap) }
    var result = analyzer.finish()
    // Detectors may say more than they are asked for.
    result.findings.removeAll { !rules.contains($0.rule) }
    self.result = result
  }

  /// The findings in names: `predicted lock-order-cycle B A: T1 acquire(B) [A], T2 acquire(A) [B]`.
  var findings: [String] { result.findings.map { summary($0, in: result.tables) } }
  /// By finding: the places of the events of its schedule.
  var schedules: [[Int]] { result.findings.map { $0.witness.map(\.index) } }
  /// By finding: what it lacks.
  var missing: [Missing?] { result.findings.map(\.missing) }
  /// By finding.
  var verdicts: [Verdict] { result.findings.map(\.verdict) }
}

/// A drawing as prediction looks at it.
func runIndex(_ drawing: String) -> RunIndex { runIndex(of: trace(drawing)) }

/// A trace as prediction looks at it.
func runIndex(of trace: Trace) -> RunIndex {
  var run = Run()
  run.tables = trace.tables
  var history = History()
  for (place, event) in trace.events.enumerated() {
    history.append(event, holding: run.held.set(of: event.thread))
    run.advance(past: event, at: place)
  }
  return RunIndex(history, tables: trace.tables, held: run.held)
}

extension String {
  /// The drawing with its lines moved to the right, so that each thread begins when the one above it is
  /// through.
  var drawnInTurn: String {
    var indent = 0
    let lines = split(separator: "\n").map { line in
      guard let colon = line.firstIndex(of: ":"), !line.hasPrefix("objects") else {
        return String(line)
      }
      let events = line[line.index(after: colon)...]
      defer { indent += events.count + 1 }
      return line[...colon] + String(repeating: " ", count: indent) + events
    }
    return lines.joined(separator: "\n")
  }
}
