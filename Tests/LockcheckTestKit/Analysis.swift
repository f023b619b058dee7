public import LockcheckAnalysis
public import LockcheckFindings
public import LockcheckTrace

/// Analyzes a whole trace with the given detectors.
public func analyze(_ trace: Trace, with detectors: [any Detector]) -> AnalysisResult {
  var analyzer = Analyzer(detectors: detectors)
  var events = TraceEvents(trace)
  do { try analyzer.analyze(&events) } catch { preconditionFailure("events in memory: \(error)") }
  return analyzer.finish()
}

/// A finding in one line of names: `observed data-race x: T1 w(x) [A], T2 r(x) []`.
public func summary(_ finding: Finding, in tables: TraceTables) -> String {
  func name(_ object: ObjectID) -> String { tables.objects.name(of: object) ?? "?" }
  let steps = finding.steps.map { step in
    let what =
      step.child.isPresent
      ? tables[step.child].name ?? "?" : step.object.isPresent ? name(step.object) : ""
    let held = step.holding.map { name($0.object) }.joined(separator: " ")
    return "\(tables[step.thread].name ?? "?") \(step.operation.name)(\(what)) [\(held)]"
  }
  let objects = finding.objects.map(name).joined(separator: " ")
  return "\(finding.verdict) \(finding.rule.name) \(objects): \(steps.joined(separator: ", "))"
}
