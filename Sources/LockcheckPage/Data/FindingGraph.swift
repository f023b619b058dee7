import LockcheckFindings
import LockcheckGraphs
import LockcheckReport
import LockcheckTrace

/// Who holds what and asks for what in one finding: threads and objects as boxes, what the steps do as
/// arrows. The circle that they close, where they do, is lit.
///
/// An arrow from an object to a thread says that the thread holds it; from a thread to an object, what the
/// thread does to it. Each step of a thread is a box of its own where a thread has several, so that a cycle of
/// lock orders has as many threads as requests.
struct FindingGraph {
  /// A thread or an object.
  struct Node {
    var label: String
    /// `thread`, or what sort of object it is.
    var kind: String
    var isLit = false
  }

  /// An arrow.
  struct Edge {
    var from: Int
    var to: Int
    /// `holds`, `asks`, `does`, `may`.
    var kind: String
    var label: String
    /// The step that it belongs to.
    var step: Int
    /// Which of the locks that the step's thread holds it is about.
    var held: Int?
    var isLit = false
  }

  private(set) var nodes: [Node] = []
  private(set) var edges: [Edge] = []
  private var threads: [ThreadID: Int] = [:]
  private var objects: [ObjectID: Int] = [:]

  init(_ story: Story) {
    let steps = story.finding.steps
    guard !steps.isEmpty, story.finding.rule.kind != .performance else { return }
    for index in steps.indices {
      let step = steps[index]
      let isSplit: Bool
      switch story.finding.reason {
      case .orderCycle, .classCycle, .levelOrder: isSplit = true
      default: isSplit = false
      }
      let thread = add(step.thread, story, isNew: isSplit)
      for held in story.holdingsWorthTelling(at: index) {
        let place = step.holding.firstIndex(of: held)
        link(
          from: add(held.object, story), to: thread, "holds",
          held.mode == .shared ? "read by" : "held by", index, held: place)
      }
      if case .wakerNeedsLock(let lock) = story.finding.reason, index > 0 {
        // The wait needs this thread, and this thread the lock that is held around the wait.
        link(
          from: add(step.object, story), to: thread, "may", "ended by", index)
        link(from: thread, to: add(lock, story), "asks", "takes first", index)
      } else if step.object.isPresent {
        link(
          from: thread, to: add(step.object, story), Self.kind(of: step, in: story),
          Self.label(of: step, in: story), index)
      } else if step.child.isPresent {
        link(
          from: thread, to: add(step.child, story, isNew: false), "asks", "waits for the end of",
          index)
      }
      for other in step.waitsFor where other != step.thread && other != step.child {
        addWaker(other, of: step, index, story)
      }
    }
    light(story)
  }

  private static func kind(of step: Step, in story: Story) -> String {
    story.finding.rule.kind == .deadlock ? "asks" : "does"
  }

  private static func label(of step: Step, in story: Story) -> String {
    let isRequest = story.finding.rule.kind == .deadlock && step.operation.canBlock
    switch step.operation {
    case .acquire where step.mode == .shared: return isRequest ? "asks to read" : "takes to read"
    case .acquire where story.finding.reason == .orderCycle: return "asks for"
    case .acquire: return step.isPending || isRequest ? "waits for" : "takes"
    case .wait: return "waits on"
    case .get: return isRequest ? "waits for an item of" : "gets from"
    case .put: return isRequest && step.isPending ? "waits for room in" : "puts into"
    case .queueJoin: return "waits for the tasks of"
    case .read: return "reads"
    case .write: return "writes"
    case .atomicRead: return "atomically reads"
    case .atomicWrite: return "atomically writes"
    case .atomicUpdate: return "atomically updates"
    case .release: return "releases"
    case .notify: return "notifies"
    case .destroy: return "destroys"
    case .set: return "sets"
    default: return step.operation.name
    }
  }

  /// A thread that could end the wait, and is told of by no arrow from what is waited for.
  private mutating func addWaker(_ waker: ThreadID, of step: Step, _ index: Int, _ story: Story) {
    guard step.object.isPresent else { return }
    let holds = story.finding.steps.contains { other in
      other.thread == waker && other.holding.contains { $0.object == step.object }
    }
    guard !holds else { return }
    link(
      from: add(step.object, story), to: add(waker, story, isNew: false), "may",
      "only it could end that",
      index)
  }

  private mutating func add(_ thread: ThreadID, _ story: Story, isNew: Bool) -> Int {
    if !isNew, let known = threads[thread] { return known }
    nodes.append(Node(label: story.cast[thread], kind: "thread"))
    threads[thread] = nodes.count - 1
    return nodes.count - 1
  }

  private mutating func add(_ object: ObjectID, _ story: Story) -> Int {
    if let known = objects[object] { return known }
    nodes.append(Node(label: story.cast[object], kind: story.kind(of: object).name))
    objects[object] = nodes.count - 1
    return nodes.count - 1
  }

  private mutating func link(
    from: Int, to: Int, _ kind: String, _ label: String, _ step: Int, held: Int? = nil
  ) {
    if edges.contains(where: { $0.from == from && $0.to == to && $0.label == label }) { return }
    edges.append(Edge(from: from, to: to, kind: kind, label: label, step: step, held: held))
  }

  /// Lights what lies on a circle. Only of a deadlock: two threads that access a variable are none.
  private mutating func light(_ story: Story) {
    joinClasses(of: story)
    guard story.finding.rule.kind == .deadlock else { return }
    let components = StronglyConnectedComponents(
      of: DirectedGraph(nodeCount: nodes.count, edges: edges.map { ($0.from, $0.to) }))
    for node in nodes.indices { nodes[node].isLit = components.isCyclic(node) }
    for place in edges.indices {
      let edge = edges[place]
      edges[place].isLit =
        components.component[edge.from] == components.component[edge.to]
        && components.isCyclic(edge.from)
    }
  }

  /// A cycle by class goes on from the lock that is asked for to another one of its class.
  private mutating func joinClasses(of story: Story) {
    guard case .classCycle(let held) = story.finding.reason else { return }
    for (index, step) in story.finding.steps.enumerated() {
      let next = held[(index + 1) % held.count]
      guard next != step.object, let from = objects[step.object], let to = objects[next] else {
        continue
      }
      link(from: from, to: to, "may", "one class", index)
    }
  }
}

extension FindingGraph {
  /// The boxes and arrows with their places.
  func write(to json: inout CompactJSON) {
    let boxes = LayoutGraph(
      nodes: nodes.map { .init(width: LabelWidth.box($0.label), height: 30) },
      edges: edges.map { .init(from: $0.from, to: $0.to) })
    var spacing = LayoutSpacing()
    spacing.nodes = 56
    spacing.layers = 58
    spacing.passing = 34
    let layout = RingLayout.layout(boxes) ?? LayeredLayout(spacing: spacing).layout(boxes)
    json.member("ring", layout.isRing)
    json.member("size") { $0.array([layout.width, layout.height]) { $0.coordinate($1) } }
    json.member("nodes") { json in
      json.array(nodes.indices) { json, place in
        json.object { json in
          json.member("label", nodes[place].label)
          json.member("kind", nodes[place].kind)
          json.member("lit", nodes[place].isLit)
          let center = layout.centers[place]
          let box = boxes.nodes[place]
          json.member("box") {
            $0.array([center.x, center.y, box.width, box.height]) { $0.coordinate($1) }
          }
        }
      }
    }
    json.member("edges") { json in
      json.array(edges.indices) { json, place in
        json.object { write(edges[place], layout.routes[place], to: &$0) }
      }
    }
  }

  private func write(_ edge: Edge, _ route: [Layout.Point], to json: inout CompactJSON) {
    json.member("from", edge.from)
    json.member("to", edge.to)
    json.member("kind", edge.kind)
    json.member("label", edge.label)
    json.member("step", edge.step)
    if let held = edge.held { json.member("held", held) }
    json.member("lit", edge.isLit)
    json.member("path") { $0.array(route.flatMap { [$0.x, $0.y] }) { $0.coordinate($1) } }
  }
}
