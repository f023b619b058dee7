/// The sets of nodes of a graph that can all reach one another.
///
/// [Tarjan 1972], with the paper's names: `number` is the order in which nodes are first met,
/// `lowlink` the smallest number known to be reachable among the nodes still on the stack.
///
/// 1. Depth-first, number each node and put it on the stack.
/// 2. A node's lowlink is the smallest number that it or what comes after it has an edge back to.
/// 3. A node whose lowlink is its own number is the root of a component: everything above it on the
///    stack belongs to it.
///
/// [Tarjan 1972]: https://doi.org/10.1137/0201010
public struct StronglyConnectedComponents: Sendable {
  /// By node: the number of its component. A component's number is larger than those of the
  /// components that it can reach.
  public private(set) var component: [Int]
  /// By component: how many nodes it has.
  public private(set) var sizes: [Int] = []

  /// Finds the components of `graph`.
  ///
  /// - Complexity: Linear in nodes and edges.
  public init(of graph: DirectedGraph) {
    component = [Int](repeating: -1, count: graph.nodeCount)
    var number = [Int](repeating: -1, count: graph.nodeCount)
    var lowlink = number
    var next = 0
    var stack: [Int] = []
    // Frames of our own instead of recursion: the graph is as deep as the longest chain of nested
    // locks ever recorded, and a thread's stack is not.
    var frames: [(node: Int, rest: ArraySlice<Int32>)] = []

    func enter(_ node: Int) {
      number[node] = next
      lowlink[node] = next
      next += 1
      stack.append(node)
      frames.append((node, graph.successors(of: node)))
    }

    for root in 0..<graph.nodeCount where number[root] < 0 {
      enter(root)
      while let (node, _) = frames.last {
        if let successor = frames[frames.count - 1].rest.popFirst().map({ Int($0) }) {
          if number[successor] < 0 {
            enter(successor)
          } else if component[successor] < 0 {
            lowlink[node] = min(lowlink[node], number[successor])
          }
          continue
        }
        frames.removeLast()
        if let (parent, _) = frames.last { lowlink[parent] = min(lowlink[parent], lowlink[node]) }
        if lowlink[node] == number[node] { close(at: node, &stack) }
      }
    }
  }

  private mutating func close(at root: Int, _ stack: inout [Int]) {
    var size = 0
    while let node = stack.popLast() {
      component[node] = sizes.count
      size += 1
      if node == root { break }
    }
    sizes.append(size)
  }

  /// Whether the node shares its component with another one.
  public func isCyclic(_ node: Int) -> Bool { sizes[component[node]] > 1 }
}
