/// A directed graph of numbered nodes that does not change any more.
///
/// Edges lie in one flat array, sorted by where they begin, so that a graph of millions of edges is
/// two allocations.
public struct DirectedGraph: Sendable {
  /// Where the edges of each node begin in ``targets``; one more than there are nodes.
  private let starts: [Int]
  private let targets: [Int32]

  /// Makes a graph of nodes 0 ..< `nodeCount`.
  ///
  /// - Complexity: Linear in nodes and edges.
  public init(nodeCount: Int, edges: [(from: Int, to: Int)]) {
    var starts = [Int](repeating: 0, count: nodeCount + 1)
    for edge in edges { starts[edge.from + 1] += 1 }
    for node in 0..<nodeCount { starts[node + 1] += starts[node] }
    var targets = [Int32](repeating: 0, count: edges.count)
    var free = starts
    for edge in edges {
      targets[free[edge.from]] = Int32(edge.to)
      free[edge.from] += 1
    }
    self.starts = starts
    self.targets = targets
  }

  /// How many nodes there are.
  public var nodeCount: Int { starts.count - 1 }

  /// Where the edges of `node` lead.
  public func successors(of node: Int) -> ArraySlice<Int32> {
    targets[starts[node]..<starts[node + 1]]
  }
}
