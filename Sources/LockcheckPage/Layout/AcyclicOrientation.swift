/// Which edges of a graph are to be drawn backwards, so that the others form no cycle.
///
/// The greedy heuristic of [Eades, Lin & Smyth 1993], with the paper's `s₁` and `s₂`: the vertices are put in
/// a row, and what points to the left is turned round.
///
/// 1. A sink goes to the front of `s₂`, a source to the end of `s₁`.
/// 2. Where there is neither, the vertex with the largest outdegree − indegree goes to the end of `s₁`.
/// 3. The row is `s₁ s₂`; at most half of the edges minus a sixth of the vertices point to the left.
///
/// [Eades, Lin & Smyth 1993]: https://doi.org/10.1016/0020-0190(93)90079-O
struct AcyclicOrientation {
  /// By edge: whether it is turned round.
  private(set) var isReversed: [Bool]

  private var outdegree: [Int]
  private var indegree: [Int]
  private var isPlaced: [Bool]

  /// - Complexity: Linear in vertices and edges where there is no cycle; else times the vertices inside
  ///   cycles, of which the largest difference is looked for one by one.
  init(of graph: LayoutGraph) {
    let count = graph.nodes.count
    isReversed = Array(repeating: false, count: graph.edges.count)
    outdegree = Array(repeating: 0, count: count)
    indegree = outdegree
    isPlaced = Array(repeating: false, count: count)
    var successors = [[Int]](repeating: [], count: count)
    var predecessors = successors
    for edge in graph.edges where edge.from != edge.to {
      outdegree[edge.from] += 1
      indegree[edge.to] += 1
      successors[edge.from].append(edge.to)
      predecessors[edge.to].append(edge.from)
    }
    let row = row(successors, predecessors)
    var rank = [Int](repeating: 0, count: count)
    for (place, node) in row.enumerated() { rank[node] = place }
    for (place, edge) in graph.edges.enumerated() {
      isReversed[place] = rank[edge.from] > rank[edge.to]
    }
  }

  /// `s₁ s₂`.
  private mutating func row(_ successors: [[Int]], _ predecessors: [[Int]]) -> [Int] {
    var s1: [Int] = []
    var s2: [Int] = []
    var sinks = isPlaced.indices.filter { outdegree[$0] == 0 }
    var sources = isPlaced.indices.filter { indegree[$0] == 0 }
    var rest = isPlaced.indices.filter { indegree[$0] > 0 && outdegree[$0] > 0 }
    while true {
      var next: (node: Int, isSink: Bool)?
      if let sink = sinks.popLast() {
        next = (sink, true)
      } else if let source = sources.popLast() {
        next = (source, false)
      } else {
        rest.removeAll { isPlaced[$0] }
        // The first of the largest, so that the row does not depend on chance.
        var best: Int?
        for node in rest where best.map({ surplus(node) > surplus($0) }) ?? true { best = node }
        next = best.map { ($0, false) }
      }
      guard let (node, isSink) = next else { break }
      if isPlaced[node] { continue }
      isPlaced[node] = true
      if isSink { s2.append(node) } else { s1.append(node) }
      for other in successors[node] {
        indegree[other] -= 1
        if indegree[other] == 0, !isPlaced[other] { sources.append(other) }
      }
      for other in predecessors[node] {
        outdegree[other] -= 1
        if outdegree[other] == 0, !isPlaced[other] { sinks.append(other) }
      }
    }
    return s1 + s2.reversed()
  }

  private func surplus(_ node: Int) -> Int { outdegree[node] - indegree[node] }
}
