/// In which layer each vertex of an acyclic graph stands, so that every edge goes down.
///
/// Longest paths from the sources [Sugiyama, Tagawa & Toda 1981], then each vertex is let down as far as
/// its successors allow where that makes its edges shorter.
///
/// [Sugiyama, Tagawa & Toda 1981]: https://doi.org/10.1109/TSMC.1981.4308636
struct Layering {
  /// By vertex.
  private(set) var layer: [Int]
  /// How many layers there are.
  var count: Int { (layer.max() ?? -1) + 1 }

  /// - Parameter edges: No cycle, and no edge from a vertex to itself.
  /// - Complexity: Linear in vertices and edges.
  init(nodeCount: Int, edges: [LayoutGraph.Edge]) {
    var successors = [[Int]](repeating: [], count: nodeCount)
    var predecessors = successors
    for edge in edges {
      successors[edge.from].append(edge.to)
      predecessors[edge.to].append(edge.from)
    }
    layer = Array(repeating: 0, count: nodeCount)
    var missing = predecessors.map(\.count)
    var order = missing.indices.filter { missing[$0] == 0 }
    var next = 0
    while next < order.count {
      let node = order[next]
      next += 1
      for other in successors[node] {
        layer[other] = max(layer[other], layer[node] + 1)
        missing[other] -= 1
        if missing[other] == 0 { order.append(other) }
      }
    }
    precondition(order.count == nodeCount, "the graph has a cycle")
    for node in order.reversed() where successors[node].count > predecessors[node].count {
      guard let lowest = successors[node].map({ layer[$0] }).min() else { continue }
      layer[node] = max(layer[node], lowest - 1)
    }
  }
}
