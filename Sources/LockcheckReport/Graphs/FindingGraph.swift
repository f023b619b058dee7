import LockcheckFindings
import LockcheckTrace

/// A finding as a drawing: locks and threads, and who holds or wants what.
struct FindingGraph {
  /// A lock, another object, or a thread.
  struct Node {
    var label: String
    var isThread: Bool
  }

  /// What leads from one to the other.
  struct Edge {
    /// What sort of line it is.
    enum Line {
      /// Something that was done.
      case done
      /// What must not be: who waits for what, what races.
      case crucial
      /// What only holds the drawing together: locks that are alike, who could end a wait.
      case aside
    }

    var from: Int
    var to: Int
    var label: String
    var place: SourcePlace?
    var line: Line
  }

  private enum Key: Hashable {
    case object(ObjectID)
    case thread(ThreadID)
    case library
  }

  private(set) var nodes: [Node] = []
  private(set) var edges: [Edge] = []
  private var places: [Key: Int] = [:]
  private let story: Story
  private let root: String

  /// Draws a finding: a cycle of locks as locks in a circle, everything else as threads and what they hold,
  /// do and wait for.
  init(of story: Story, root: String) {
    self.story = story
    self.root = root
    switch story.finding.reason {
    case .orderCycle: drawCycle()
    case .classCycle(let held): drawCycle(held: held)
    case .levelOrder(let held): drawCycle(held: [held])
    default: drawThreads()
    }
  }

  private mutating func node(_ object: ObjectID) -> Int {
    node(.object(object), Node(label: story.cast[object], isThread: false))
  }

  private mutating func node(_ thread: ThreadID) -> Int {
    node(.thread(thread), Node(label: story.cast[thread], isThread: true))
  }

  private mutating func node(_ key: Key, _ node: Node) -> Int {
    if let known = places[key] { return known }
    nodes.append(node)
    places[key] = nodes.count - 1
    return nodes.count - 1
  }

  private mutating func draw(
    _ from: Int, _ to: Int, _ label: String, at stack: StackID = .absent, _ line: Edge.Line
  ) {
    edges.append(
      Edge(
        from: from, to: to, label: label, place: story.tables.place(of: stack, root: root),
        line: line))
  }
}

// MARK: - Cycles of locks

extension FindingGraph {
  /// An edge for each step: from what its thread held to what it asked for.
  private mutating func drawCycle(held: [ObjectID] = []) {
    let steps = story.finding.steps
    for index in steps.indices {
      let step = steps[index]
      let previous = steps[index == 0 ? steps.count - 1 : index - 1]
      // A thread that is waited for keeps its own end.
      let isJoined = previous.operation == .join && previous.child == step.thread
      let from =
        isJoined
        ? node(step.thread)
        : node(index < held.count ? held[index] : heldObject(at: index))
      let to = step.operation == .join ? node(step.child) : node(step.object)
      draw(from, to, story.cast[step.thread], at: step.stack, .crucial)
    }
    guard held.count == steps.count, steps.count > 1 else { return }
    for index in steps.indices {
      let asked = steps[index == 0 ? steps.count - 1 : index - 1].object
      if asked != held[index] { draw(node(asked), node(held[index]), "alike", .aside) }
    }
  }

  /// The lock that another step asks for and this one's thread held.
  private func heldObject(at index: Int) -> ObjectID {
    let step = story.finding.steps[index]
    let wanted = Set(story.finding.steps.map(\.object)).subtracting([step.object])
    return step.holding.last { wanted.contains($0.object) }?.object
      ?? step.holding.last { story.finding.objects.contains($0.object) }?.object
      ?? step.holding.last?.object ?? step.object
  }
}

// MARK: - Threads

extension FindingGraph {
  /// Threads, what they did or wait for, and what they hold.
  private mutating func drawThreads() {
    let steps = story.finding.steps
    let waits = story.finding.waits
    for index in steps.indices {
      let step = steps[index]
      for held in story.holdingsWorthTelling(at: index) {
        draw(node(held.object), node(step.thread), "held by", at: held.stack, .done)
      }
      drawDeed(step)
    }
    for step in waits where !steps.contains(where: { $0.thread == step.thread }) {
      for held in step.holding {
        draw(node(held.object), node(step.thread), "held by", at: held.stack, .done)
      }
      drawDeed(step)
    }
  }

  private mutating func drawDeed(_ step: Step) {
    let isWait = step.isPending && step.operation.canBlock
    let who = node(step.thread)
    if step.operation.namesThread, step.child.isPresent {
      let verb = isWait ? "waits for its end" : story.verb(step)
      draw(who, node(step.child), verb, at: step.stack, isWait ? .crucial : .done)
      return
    }
    if step.operation == .refused { return drawRefusal(step) }
    guard step.object.isPresent else { return }
    let what = node(step.object)
    let isLit = isWait || (step.operation.isAccess && story.finding.rule.kind == .race)
    draw(
      who, what, isWait ? "waits" : story.verb(step), at: step.stack, isLit ? .crucial : .done)
    let holders = (story.finding.steps + story.finding.waits).filter { other in
      other.holding.contains { $0.object == step.object }
    }.map(\.thread)
    for waker in step.waitsFor where waker != step.thread && !holders.contains(waker) {
      draw(what, node(waker), "only it can end that", .aside)
    }
  }

  /// A call to what it was about, or else to the library that refused it.
  private mutating func drawRefusal(_ step: Step) {
    let refusal: Refusal? =
      switch story.finding.reason {
      case .refused(let refusal): refusal
      case .alreadyDestroyed(let refusal): refusal
      default: nil
      }
    guard let refusal else { return }
    let who = node(step.thread)
    let what =
      step.object.isPresent
      ? node(step.object) : node(.library, Node(label: "C library", isThread: false))
    draw(who, what, "\(refusal.call.name): \(refusal.error.name)", at: step.stack, .crucial)
  }
}
