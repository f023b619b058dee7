import LockcheckFindings
import LockcheckGraphs
import LockcheckTrace

/// Who could end which wait of a hang, had they come so far.
///
/// A thread waits for those that hold what it asks for, or that, in the trace, do later what would wake it:
/// a `set`, a `notify`, a `put`. A cycle of these is why nobody goes on; where a wait leads to none, what
/// would have ended it is lost.
struct HangAnatomy {
  /// Waits that lead to one another, each for the thread of the next one; or one that leads nowhere.
  struct Core {
    var places: [Int]
    var isCycle: Bool
  }

  private let waits: [(thread: Int, place: Int)]
  /// By wait: the waits that it waits for.
  private let edges: [[Int]]

  init(_ hang: Hang, in index: borrowing RunIndex) {
    waits = hang.waits
    var done = [Int](repeating: 0, count: index.threadCount)
    for place in hang.schedule { done[index.thread(of: place)] += 1 }
    let numbers = Dictionary(uniqueKeysWithValues: waits.enumerated().map { ($1.thread, $0) })
    var edges: [[Int]] = []
    for wait in waits {
      let event = index.history[wait.place]
      var wakers: [Int] = []
      for other in waits where other.thread != wait.thread {
        if Self.couldEnd(event, at: wait.place, other.thread, done, index) {
          wakers.append(numbers[other.thread]!)
        }
      }
      edges.append(wakers)
    }
    self.edges = edges
  }

  private static func couldEnd(
    _ wait: Event, at place: Int, _ thread: Int, _ done: [Int], _ index: borrowing RunIndex
  ) -> Bool {
    if wait.operation == .join { return wait.child.index == thread }
    let asked = wait.operation == .wait ? index.lock(of: wait) : wait.object
    if index.tables.objects.kind(of: asked).isLock {
      let held = index.held.locks(of: index.heldSet(of: thread, at: done[thread]))
      if held.contains(where: { $0.object == asked }) { return true }
      if wait.operation == .acquire { return false }
    }
    return wake(of: place, by: thread, from: done[thread], index) != nil
  }

  /// What a thread does, after an event of its own, that would end a wait; nil where it does nothing.
  static func wake(
    of wait: Int, by thread: Int, after place: Int, in index: borrowing RunIndex
  ) -> Int? {
    wake(of: wait, by: thread, from: Int(index.position[place]) + 1, index)
  }

  private static func wake(
    of place: Int, by thread: Int, from position: Int, _ index: borrowing RunIndex
  ) -> Int? {
    let wait = index.history[place]
    let kind = index.tables.objects.kind(of: wait.object)
    for position in position..<max(position, index.count(of: thread)) {
      let other = index.place(of: thread, at: position)
      let event = index.history[other]
      if event.object == wait.object, event.isEffective || event.operation == .wait,
        ends(wait.operation, kind, by: event.operation)
      {
        return other
      }
    }
    return nil
  }

  /// Whether one operation on an object can end a wait in another.
  private static func ends(_ wait: Operation, _ kind: ObjectKind, by other: Operation) -> Bool {
    switch wait {
    case .acquire: other == .release
    case .wait: other == .set || other == .notify || (other == .wait && kind == .barrier)
    case .put: other == .get || other == .close
    case .get: other == .put || other == .close
    case .queueJoin: other == .taskDone
    default: false
    }
  }

  /// Why nobody goes on: a core for each group of waits that hold each other up, and for each that leads
  /// nowhere.
  var cores: [Core] {
    var graphEdges: [(from: Int, to: Int)] = []
    for (from, targets) in edges.enumerated() {
      for to in targets { graphEdges.append((from, to)) }
    }
    let component = StronglyConnectedComponents(
      of: DirectedGraph(nodeCount: waits.count, edges: graphEdges)
    ).component
    var cores: [Core] = []
    var told: Set<Int> = []
    for wait in waits.indices {
      if edges[wait].isEmpty {
        cores.append(Core(places: [waits[wait].place], isCycle: false))
      } else if let cycle = cycle(from: wait, component), told.insert(component[wait]).inserted {
        cores.append(Core(places: cycle.map { waits[$0].place }, isCycle: true))
      }
    }
    return cores
  }

  /// A shortest way from a wait back to itself.
  private func cycle(from start: Int, _ component: [Int]) -> [Int]? {
    var previous: [Int: Int] = [:]
    var open = [start]
    var next = 0
    while next < open.count {
      let wait = open[next]
      next += 1
      for other in edges[wait] where component[other] == component[start] {
        if other == start {
          var path = [wait]
          while let last = path.last, last != start, let before = previous[last] {
            path.append(before)
          }
          return path.reversed()
        }
        if previous[other] == nil {
          previous[other] = wait
          open.append(other)
        }
      }
    }
    return nil
  }
}
