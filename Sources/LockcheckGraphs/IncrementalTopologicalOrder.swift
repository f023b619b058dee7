/// A directed graph that refuses the edge that would close a cycle.
///
/// Implements [Pearce & Kelly 2006] with the paper's names: `ord` is the topological order, `deltaF`
/// and `deltaB` the affected region.
///
/// 1. Every node has an `ord`; an edge x → y implies ord(x) < ord(y).
/// 2. Inserting x → y with ord(x) < ord(y) changes nothing else.
/// 3. Otherwise only nodes between ord(y) and ord(x) can need a new `ord`: those that y reaches
///    (`deltaF`) must come after those that reach x (`deltaB`); if y reaches x, it is a cycle.
///
/// Nodes can be taken out again, so that a graph of things that come and go is as large as what is
/// there.
///
/// [Pearce & Kelly 2006]: https://doi.org/10.1145/1187436.1210590
public struct IncrementalTopologicalOrder<Node: Hashable & Sendable>: Sendable {
  private struct Vertex {
    var ord: Int
    var successors: Set<Node> = []
    var predecessors: Set<Node> = []
  }

  private var vertices: [Node: Vertex] = [:]
  private var nextOrd = 0

  /// Makes an empty graph.
  public init() {}

  /// How many nodes have an edge, or had one.
  public var nodeCount: Int { vertices.count }

  /// Whether the edge is in the graph.
  public func contains(from x: Node, to y: Node) -> Bool {
    vertices[x]?.successors.contains(y) ?? false
  }

  /// The place of a node in the order; nil for one that was never inserted. What it is worth is that an
  /// edge leads from a smaller to a larger one.
  public func place(of node: Node) -> Int? { vertices[node]?.ord }

  /// The nodes that edges of `node` lead to.
  public func successors(of node: Node) -> Set<Node> { vertices[node]?.successors ?? [] }

  /// The nodes with an edge to `node`.
  public func predecessors(of node: Node) -> Set<Node> { vertices[node]?.predecessors ?? [] }

  /// Puts the edge x → y in, with its nodes, unless it closes a cycle.
  ///
  /// - Returns: Nil when the edge is in; else the path y → … → x that it would have closed.
  /// - Complexity: Constant where the order allows the edge already; else in the edges of the nodes
  ///   between the two, with a logarithm for sorting them.
  public mutating func insertEdge(from x: Node, to y: Node) -> [Node]? {
    if x == y { return [x] }
    let lowerBound = insert(y)
    let upperBound = insert(x)
    if lowerBound < upperBound {
      var deltaF: [Node] = []
      if let path = searchForward(from: y, to: x, below: upperBound, into: &deltaF) { return path }
      reorder(deltaB: searchBackward(from: x, above: lowerBound), deltaF: deltaF)
    }
    vertices[x]?.successors.insert(y)
    vertices[y]?.predecessors.insert(x)
    return nil
  }

  /// The nodes of a path from `x` to `y`, both included; nil where there is none.
  ///
  /// - Complexity: Linear in the edges between their places.
  public func path(from x: Node, to y: Node) -> [Node]? {
    if x == y { return [x] }
    guard let start = place(of: x), let end = place(of: y), start < end else { return nil }
    var seen: [Node] = []
    return searchForward(from: x, to: y, below: end, into: &seen)
  }

  /// Takes a node out, with its edges.
  ///
  /// - Complexity: Linear in its edges.
  public mutating func remove(_ node: Node) {
    guard let vertex = vertices.removeValue(forKey: node) else { return }
    for successor in vertex.successors { vertices[successor]?.predecessors.remove(node) }
    for predecessor in vertex.predecessors { vertices[predecessor]?.successors.remove(node) }
  }

  /// The node's `ord`, made at the end of the order where it has none.
  private mutating func insert(_ node: Node) -> Int {
    if let known = vertices[node] { return known.ord }
    vertices[node] = Vertex(ord: nextOrd)
    nextOrd += 1
    return nextOrd - 1
  }

  /// All that can be reached from `start` and comes before `target`.
  ///
  /// - Returns: The path to `target`, if it can be reached.
  private func searchForward(
    from start: Node, to target: Node, below upperBound: Int, into deltaF: inout [Node]
  ) -> [Node]? {
    var parents: [Node: Node] = [:]
    var seen: Set<Node> = [start]
    // A worklist instead of recursion: the graph is as deep as the longest chain of nested locks.
    var worklist = [start]
    while let node = worklist.popLast() {
      deltaF.append(node)
      for next in successors(of: node) {
        if next == target {
          parents[next] = node
          return path(to: next, parents)
        }
        guard let ord = place(of: next), ord < upperBound, seen.insert(next).inserted else {
          continue
        }
        parents[next] = node
        worklist.append(next)
      }
    }
    return nil
  }

  private func path(to target: Node, _ parents: [Node: Node]) -> [Node] {
    var path = [target]
    var node = target
    while let parent = parents[node] {
      path.append(parent)
      node = parent
    }
    return path.reversed()
  }

  private func searchBackward(from start: Node, above lowerBound: Int) -> [Node] {
    var seen: Set<Node> = [start]
    var worklist = [start]
    var deltaB: [Node] = []
    while let node = worklist.popLast() {
      deltaB.append(node)
      for next in predecessors(of: node) {
        guard let ord = place(of: next), ord > lowerBound, seen.insert(next).inserted else {
          continue
        }
        worklist.append(next)
      }
    }
    return deltaB
  }

  /// Gives the nodes of the affected region the places that they had together: first those that reach
  /// x, then those that y reaches, each in their former order.
  private mutating func reorder(deltaB: [Node], deltaF: [Node]) {
    func place(_ node: Node) -> Int { vertices[node]?.ord ?? 0 }
    let nodes =
      deltaB.sorted { place($0) < place($1) } + deltaF.sorted { place($0) < place($1) }
    // The paper merges two sorted lists; this sorts their union again, which is slower by a logarithm
    // and half as long.
    let places = nodes.map(place).sorted()
    for (node, ord) in zip(nodes, places) { vertices[node]?.ord = ord }
  }
}
