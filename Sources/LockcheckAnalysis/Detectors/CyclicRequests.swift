import LockcheckGraphs
import LockcheckTrace

/// Those requests whose lock leads back to what is held around them.
///
/// Locks, nestings and the ends of threads are nodes. There are edges from a lock to every nesting that
/// ends with it, from a nesting to those that go on from it, and from the nesting around a request, as
/// from the end of its thread if somebody joins that, to the lock that is asked for. A held lock then
/// reaches what is asked for, without being listed for every request.
struct CyclicRequests {
  /// The dependencies, by place, and whether the end of their thread is among what leads back to them.
  private(set) var requests: [(place: Int, holdsEnd: Bool)] = []
  private let nestingCount: Int
  private let objectCount: Int

  /// - Complexity: Linear in dependencies, nestings and objects.
  init(_ table: LockDependencyTable, held: borrowing HeldLocks, objectCount: Int) {
    nestingCount = held.nestingCount
    self.objectCount = objectCount
    var joined: [Bool] = []
    for dependency in table.dependencies {
      guard let child = dependency.key.lock.endedThread else { continue }
      while joined.count <= child.index { joined.append(false) }
      joined[child.index] = true
    }
    func isJoined(_ thread: ThreadID) -> Bool {
      thread.index < joined.count && joined[thread.index]
    }

    var edges: [(from: Int, to: Int)] = []
    for nesting in 0..<nestingCount where nesting > 0 {
      let (lock, outside) = held.innermost(of: HeldSetID(nesting))
      edges.append((node(lock), nesting))
      if outside != .none { edges.append((outside.index, nesting)) }
    }
    for dependency in table.dependencies {
      let key = dependency.key
      if key.held != .none { edges.append((key.held.index, node(key.lock))) }
      if isJoined(key.thread) { edges.append((node(ObjectID(endOf: key.thread)), node(key.lock))) }
    }
    let components = StronglyConnectedComponents(
      of: DirectedGraph(nodeCount: nestingCount + objectCount + joined.count, edges: edges)
    ).component
    for place in table.dependencies.indices {
      let key = table.dependencies[place].key
      let component = components[node(key.lock)]
      let holdsEnd =
        isJoined(key.thread) && components[node(ObjectID(endOf: key.thread))] == component
      if holdsEnd || (key.held != .none && components[key.held.index] == component) {
        requests.append((place, holdsEnd))
      }
    }
  }

  private func node(_ lock: ObjectID) -> Int {
    nestingCount + (lock.endedThread.map { objectCount + $0.index } ?? lock.index)
  }
}
