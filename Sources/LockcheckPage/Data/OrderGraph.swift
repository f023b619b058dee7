import LockcheckFindings
import LockcheckGraphs
import LockcheckReport
import LockcheckTrace

/// The lock-order graph of a whole run: an arrow from each lock to those that were taken while it was held.
///
/// Arrows that are steps of a finding are lit; those on some other circle, which is ruled out or was not
/// looked at, are set off; the rest cannot be part of any deadlock by lock order, and is grey.
struct OrderGraph {
  /// What an arrow means to a reader.
  enum Role: Int {
    case harmless = 0
    case circular = 1
    case found = 2
  }

  private let orders: [LockOrder]
  private let report: Report
  private let renderer: PageRenderer
  /// The locks, by place.
  private let locks: [ObjectID]
  private let ends: [(from: Int, to: Int)]
  private let roles: [Role]
  /// By order: the findings that it is a step of.
  private let findings: [[Int]]

  /// Past so many locks somebody else may lay the graph out, and what is on no circle is drawn only when asked for.
  private static let manyLocks = 300

  init(_ orders: [LockOrder], in report: Report, by renderer: PageRenderer) {
    self.orders = orders
    self.report = report
    self.renderer = renderer
    locks = Set(orders.flatMap { [$0.outer, $0.inner] }).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: locks.enumerated().map { ($1, $0) })
    let ends = orders.map { (from: numbers[$0.outer] ?? 0, to: numbers[$0.inner] ?? 0) }
    self.ends = ends
    let components = StronglyConnectedComponents(
      of: DirectedGraph(nodeCount: locks.count, edges: ends))
    let found = Self.steps(of: report)
    findings = orders.map { found[Pair(outer: $0.outer, inner: $0.inner)] ?? [] }
    roles = zip(findings, ends).map { findings, ends in
      if !findings.isEmpty { return .found }
      return components.component[ends.from] == components.component[ends.to]
        ? .circular : .harmless
    }
  }

  private struct Pair: Hashable {
    var outer: ObjectID
    var inner: ObjectID
  }

  /// Which orders are steps of which deadlock findings.
  private static func steps(of report: Report) -> [Pair: [Int]] {
    var found: [Pair: [Int]] = [:]
    for (number, reported) in report.findings.enumerated()
    where reported.finding.rule.kind == .deadlock {
      let story = Story(reported, in: report)
      for (index, step) in reported.finding.steps.enumerated() where step.object.isPresent {
        for held in story.holdingsWorthTelling(at: index) {
          let pair = Pair(outer: held.object, inner: step.object)
          if found[pair]?.last != number { found[pair, default: []].append(number) }
        }
      }
    }
    return found
  }

  func write(
    names: [ObjectID: String], threads: [ThreadID: String], stacks: inout StackTable,
    to json: inout CompactJSON
  ) {
    let boxes = locks.map {
      LayoutGraph.Node(width: LabelWidth.box(names[$0] ?? ""), height: 26)
    }
    json.member("locks") { json in
      json.array(locks) { json, lock in
        json.object { json in
          json.member("label", names[lock] ?? "")
          json.member("id", lock.index)
          json.member("kind", report.tables.objects.kind(of: lock).name)
        }
      }
    }
    json.member("edges") { json in
      json.array(orders.indices) { json, place in
        json.object { json in
          json.member("from", ends[place].from)
          json.member("to", ends[place].to)
          json.member("role", roles[place].rawValue)
          json.member("count", orders[place].count)
          if !findings[place].isEmpty {
            json.member("findings") { $0.numbers(findings[place]) }
          }
          json.member("samples") { json in
            json.array(orders[place].samples) { json, sample in
              json.object { write(sample, names, threads, &stacks, to: &$0) }
            }
          }
        }
      }
    }
    writeLayouts(boxes, to: &json)
  }

  private func write(
    _ sample: LockOrder.Sample, _ names: [ObjectID: String], _ threads: [ThreadID: String],
    _ stacks: inout StackTable, to json: inout CompactJSON
  ) {
    json.member("thread", threads[sample.thread] ?? report.names[sample.thread])
    json.member("event", sample.event)
    json.member("count", sample.count)
    json.member("outer", stacks.number(of: sample.outerStack, withSource: false))
    json.member("inner", stacks.number(of: sample.innerStack, withSource: false))
    json.member("holding", sample.holding.map { names[$0.object] ?? report.names[$0.object] })
  }

  /// The whole graph, and, where it is large, what matters of it by itself.
  private func writeLayouts(_ boxes: [LayoutGraph.Node], to json: inout CompactJSON) {
    let core = orders.indices.filter { roles[$0] != .harmless }
    json.member("layouts") { json in
      json.object { json in
        json.member("whole") { write(Array(orders.indices), boxes, to: &$0) }
        if !core.isEmpty, core.count < orders.count, locks.count > 24 {
          json.member("core") { write(core, boxes, to: &$0) }
        }
      }
    }
  }

  /// Places of the locks that these orders name, and routes.
  private func write(
    _ shown: [Int], _ boxes: [LayoutGraph.Node], to json: inout CompactJSON
  ) {
    let nodes = Set(shown.flatMap { [ends[$0].from, ends[$0].to] }).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1, $0) })
    let graph = LayoutGraph(
      nodes: nodes.map { boxes[$0] },
      edges: shown.map { .init(from: numbers[ends[$0].from] ?? 0, to: numbers[ends[$0].to] ?? 0) })
    let isLarge = nodes.count > Self.manyLocks
    var spacing = LayoutSpacing()
    if isLarge { (spacing.nodes, spacing.passing) = (14, 4) }
    let layout =
      (isLarge ? renderer.placesLargeGraph(graph) : nil)
      ?? LayeredLayout(spacing: spacing).layout(graph)
    json.object { json in
      json.member("size") { $0.array([layout.width, layout.height]) { $0.coordinate($1) } }
      json.member("nodes") { json in
        json.array(zip(nodes, zip(layout.centers, graph.nodes))) { json, node in
          json.array([
            Double(node.0), node.1.0.x, node.1.0.y, node.1.1.width, node.1.1.height,
          ]) { $0.coordinate($1) }
        }
      }
      json.member("edges") { json in
        json.array(zip(shown, layout.routes)) { json, edge in
          json.array([Double(edge.0)] + edge.1.flatMap { [$0.x, $0.y] }) { $0.coordinate($1) }
        }
      }
    }
  }
}
