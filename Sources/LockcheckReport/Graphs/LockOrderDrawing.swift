import LockcheckFindings
import LockcheckTrace

/// All orders in which a run took its locks: those of findings lit, those that were ruled out dashed, the
/// harmless ones grey.
struct LockOrderDrawing {
  private struct Pair: Hashable {
    var held: ObjectID
    var wanted: ObjectID
  }

  private let graph: LockOrderGraph
  private let names: [ObjectID: String]
  private let threads: Names
  /// The findings that an edge is in, by number.
  private var lit: [Pair: [Int]] = [:]
  private var ruledOut: Set<Pair> = []

  init(_ graph: LockOrderGraph, _ tables: TraceTables, of report: Report, root: String) {
    self.graph = graph
    var threads = report.names
    for edge in graph.edges { edge.threads.forEach { threads.mention($0) } }
    self.threads = threads
    let cycles = report.findings.enumerated().filter {
      $0.element.finding.rule == .lockOrderCycle || $0.element.finding.rule == .deadlock
    }
    for (place, reported) in cycles {
      for pair in Self.pairs(reported.finding.steps) { lit[pair, default: []].append(place + 1) }
    }
    for pattern in report.ruledOut { ruledOut.formUnion(Self.pairs(pattern.pattern.steps)) }
    names = Self.names(of: graph.locks, tables, in: report)
  }

  /// What is held at each step and wanted by it, where another step wants what is held.
  private static func pairs(_ steps: [Step]) -> [Pair] {
    let wanted = Set(steps.map(\.object).filter(\.isPresent))
    return steps.flatMap { step in
      step.holding.filter { $0.object != step.object && wanted.contains($0.object) }
        .map { Pair(held: $0.object, wanted: step.object) }
    }
  }

  /// As in the report for what is in it; the others by name, birthplace or a label of their own.
  private static func names(
    of locks: [ObjectID], _ tables: TraceTables, in report: Report
  ) -> [ObjectID: String] {
    var names = report.names.knowing(tables)
    for lock in locks { names.mention(lock) }
    return names.distinct(objects: locks)
  }

  var text: String {
    var text = DOTText.opening(
      title: "\(graph.locks.count.counted("lock")), taken in \(graph.edges.count.counted("order"))")
    let guilty = Set(lit.keys.flatMap { [$0.held, $0.wanted] })
    for lock in graph.locks {
      let color = guilty.contains(lock) ? "#c62828" : "#9e9e9e"
      text += "  n\(lock.rawValue) [label=\(DOTText.quoted([names[lock] ?? "?"])), shape=box, "
      text += "color=\"\(color)\"];\n"
    }
    for edge in graph.edges { text += line(for: edge) }
    return text + "}\n"
  }

  private func line(for edge: LockOrderGraph.Edge) -> String {
    let pair = Pair(held: edge.held, wanted: edge.wanted)
    let shown = edge.threads.prefix(3).map { threads[$0] }
    let more = edge.threads.count - shown.count
    let who = shown.joined(separator: ", ") + (more > 0 ? " and \(more.grouped) more" : "")
    var label = [who + (edge.count > 1 ? " ×\(edge.count.grouped)" : "")]
    var look = "color=\"#9e9e9e\", fontcolor=\"#757575\""
    if let findings = lit[pair] {
      label.append("finding " + list(findings.map(\.grouped)))
      look = "color=\"#c62828\", penwidth=2"
    } else if ruledOut.contains(pair) {
      label.append("ruled out")
      look = "color=\"#555555\", style=dashed"
    } else if edge.isBounded {
      label.append("gives up by itself")
      look += ", style=dashed"
    }
    return "  n\(edge.held.rawValue) -> n\(edge.wanted.rawValue) "
      + "[label=\(DOTText.quoted(label)), \(look)];\n"
  }
}
