import LockcheckFindings
import LockcheckGraphs
import LockcheckTrace

/// Which request asks for a lock that is held around which other one.
///
/// Locks are nodes; there is an edge from every lock that is held to the one that is asked for. A cycle
/// of requests runs inside a strongly connected component, so other edges are left out.
struct LockRequestGraph {
  /// A class that holds a lock.
  struct Link {
    var holder: Int
    var mode: LockMode
  }

  /// By lock, densely renumbered: the classes that hold it, and those that ask for it, in order.
  private(set) var holders: [[Link]]
  private(set) var requesters: [[Int]]
  /// By lock, densely renumbered: whether who holds it keeps others out who hold it. Of several runs it
  /// may be one of many locks that go by the same name.
  private(set) var canBeGate: [Bool] = []
  /// By class: the lock asked for, and the locks held that it can be in a cycle with.
  private(set) var wanted: [Int] = []
  private(set) var held: [[Int]] = []
  /// By class: all locks held, in the order of ``LockRequestClass/Key/held``.
  private(set) var locks: [[LockHold]] = []
  /// By class: the only thread that makes such requests, or nil.
  private(set) var onlyThread: [Int?] = []
  /// No cycle has more requests.
  private(set) var longestCycle = 0
  /// How many threads there are, or a larger number.
  private(set) var threadCount = 0

  /// A lock, densely renumbered, that is held.
  struct LockHold {
    var lock: Int
    var mode: LockMode
  }

  /// How many locks there are.
  var lockCount: Int { holders.count }

  /// - Complexity: Linear in the locks that the classes hold.
  init(_ classes: [LockRequestClass], ambiguous: Set<ObjectID> = []) {
    var numbers: [ObjectID: Int] = [:]
    func number(_ lock: ObjectID) -> Int {
      if let known = numbers[lock] { return known }
      let next = numbers.count
      numbers[lock] = next
      return next
    }
    var edges: [(from: Int, to: Int)] = []
    for request in classes {
      let target = number(request.key.lock)
      wanted.append(target)
      locks.append(request.key.held.map { LockHold(lock: number($0.lock), mode: $0.mode) })
      for hold in locks[locks.count - 1] { edges.append((hold.lock, target)) }
      let thread = request.members[0].thread.index
      onlyThread.append(request.members.count == 1 ? thread : nil)
    }
    let components = StronglyConnectedComponents(
      of: DirectedGraph(nodeCount: numbers.count, edges: edges))
    canBeGate = Array(repeating: true, count: numbers.count)
    for lock in ambiguous { if let place = numbers[lock] { canBeGate[place] = false } }
    holders = Array(repeating: [], count: numbers.count)
    requesters = Array(repeating: [], count: numbers.count)
    var threads: Set<ThreadID> = []
    for place in classes.indices {
      let component = components.component[wanted[place]]
      var inside: [Int] = []
      for hold in locks[place] where components.component[hold.lock] == component {
        inside.append(hold.lock)
        holders[hold.lock].append(Link(holder: place, mode: hold.mode))
      }
      held.append(inside)
      guard !inside.isEmpty else { continue }
      requesters[wanted[place]].append(place)
      for member in classes[place].members { threads.insert(member.thread) }
    }
    longestCycle = components.sizes.max() ?? 0
    threadCount = threads.count
  }
}

/// Classes of requests, each of which asks for what the next one holds.
///
/// What the chain holds and asks for is marked by lock and by thread, so that a further class is
/// compared to all of it at once.
struct LockChain {
  private(set) var requests: [Int] = []
  private var obstacles: [RuledOut.Reason?] = []
  private let graph: LockRequestGraph
  /// By lock: whether it is asked for, and how many classes hold it in each mode.
  private var isWanted: [Bool]
  private var exclusiveHolds: [Int32]
  private var sharedHolds: [Int32]
  /// By thread: how many classes are its alone.
  private var confined: [Int: Int] = [:]

  /// Makes a chain without classes.
  init(_ graph: LockRequestGraph) {
    self.graph = graph
    isWanted = Array(repeating: false, count: graph.lockCount)
    exclusiveHolds = Array(repeating: 0, count: graph.lockCount)
    sharedHolds = exclusiveHolds
  }

  /// The class that was added last.
  var last: Int { requests[requests.count - 1] }
  /// Why no finding can come of it.
  var obstacle: RuledOut.Reason? { obstacles[obstacles.count - 1] }

  /// Whether some class asks for the lock.
  func asks(for lock: Int) -> Bool { isWanted[lock] }

  /// Whether some class and `request` are the same thread's and nobody else's.
  func isConfined(to request: Int) -> Bool {
    graph.onlyThread[request].map { confined[$0, default: 0] > 0 } ?? false
  }

  /// The place, among the locks that `request` holds, of one that lets only one of the requests come
  /// about at a time [Bensalem & Havelund 2005], and how many were looked at. Only for a chain without
  /// an obstacle.
  ///
  /// [Bensalem & Havelund 2005]: https://doi.org/10.1007/11678779_15
  func gate(to request: Int) -> (place: Int?, steps: Int) {
    let locks = graph.locks[request]
    for place in locks.indices {
      let hold = locks[place]
      guard graph.canBeGate[hold.lock] else { continue }
      if exclusiveHolds[hold.lock] > 0 || (hold.mode == .exclusive && sharedHolds[hold.lock] > 0) {
        return (place, place + 1)
      }
    }
    return (nil, locks.count)
  }

  /// Drops all classes.
  mutating func removeAll() { truncate(to: 0) }

  /// Drops all but the first `count` classes.
  mutating func truncate(to count: Int) {
    while requests.count > count {
      mark(requests.removeLast(), by: -1, hasObstacle: obstacles.removeLast() != nil)
    }
  }

  /// Adds a class.
  mutating func append(_ request: Int, _ obstacle: RuledOut.Reason?) {
    requests.append(request)
    obstacles.append(obstacle)
    mark(request, by: 1, hasObstacle: obstacle != nil)
  }

  private mutating func mark(_ request: Int, by change: Int32, hasObstacle: Bool) {
    isWanted[graph.wanted[request]] = change > 0
    // Nobody asks any more.
    if hasObstacle { return }
    if let thread = graph.onlyThread[request] { confined[thread, default: 0] += Int(change) }
    for hold in graph.locks[request] {
      if hold.mode == .exclusive {
        exclusiveHolds[hold.lock] += change
      } else {
        sharedHolds[hold.lock] += change
      }
    }
  }
}
