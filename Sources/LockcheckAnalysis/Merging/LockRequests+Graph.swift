public import LockcheckFindings
import LockcheckTrace

extension LockRequests {
  /// Which locks were asked for with which others held. Waiting for a thread to end is no edge: that is no
  /// lock.
  ///
  /// - Complexity: Linear in the different requests, times the locks that are held around each.
  public var graph: LockOrderGraph {
    var edges: [LockOrderGraph.Edge] = []
    var places: [Pair: Int] = [:]
    for dependency in table.dependencies {
      let key = dependency.key
      guard key.lock.endedThread == nil else { continue }
      for held in locks(of: key.held) where held.object != key.lock {
        let pair = Pair(held: held.object, wanted: key.lock)
        guard let place = places[pair] else {
          places[pair] = edges.count
          edges.append(
            LockOrderGraph.Edge(
              held: held.object, wanted: key.lock, count: dependency.count, threads: [key.thread],
              stack: key.stack, isBounded: key.isBounded))
          continue
        }
        edges[place].count += dependency.count
        edges[place].isBounded = edges[place].isBounded && key.isBounded
        if !edges[place].threads.contains(key.thread) { edges[place].threads.append(key.thread) }
      }
    }
    return LockOrderGraph(edges: edges)
  }

  private struct Pair: Hashable {
    var held: ObjectID
    var wanted: ObjectID
  }
}
