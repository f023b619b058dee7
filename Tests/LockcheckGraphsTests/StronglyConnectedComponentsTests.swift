import LockcheckGraphs
import LockcheckTestKit
import Testing

@Suite struct `Strongly connected components` {
  @Test func `of a ring are one`() {
    let graph = DirectedGraph(nodeCount: 3, edges: [(0, 1), (1, 2), (2, 0)])
    let components = StronglyConnectedComponents(of: graph)
    #expect(components.sizes == [3])
    #expect(components.isCyclic(0))
  }

  @Test func `of a chain are as many as nodes`() {
    let graph = DirectedGraph(nodeCount: 3, edges: [(0, 1), (1, 2)])
    let components = StronglyConnectedComponents(of: graph)
    #expect(components.sizes == [1, 1, 1])
    #expect(components.component == [2, 1, 0])
    #expect(!components.isCyclic(0))
  }

  @Test func `can be as deep as memory`() {
    let count = 200_000
    let edges = (0..<count).map { (from: $0, to: ($0 + 1) % count) }
    let components = StronglyConnectedComponents(of: DirectedGraph(nodeCount: count, edges: edges))
    #expect(components.sizes == [count])
  }

  @Test(arguments: 0..<300 as Range<UInt64>)
  func `agree with plain reachability`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let count = Int.random(in: 1...8, using: &random)
    let edges = (0..<Int.random(in: 0...16, using: &random)).map { _ in
      (
        from: Int.random(in: 0..<count, using: &random),
        to: Int.random(in: 0..<count, using: &random)
      )
    }
    let components = StronglyConnectedComponents(
      of: DirectedGraph(nodeCount: count, edges: edges)
    ).component
    for x in 0..<count {
      for y in 0..<count {
        let areTogether = reaches(x, y, edges) && reaches(y, x, edges)
        #expect((components[x] == components[y]) == areTogether, "seed \(seed): \(edges)")
        if reaches(x, y, edges), !areTogether { #expect(components[x] > components[y]) }
      }
    }
  }
}

/// The definition: from `x` along edges to `y`.
private func reaches(_ x: Int, _ y: Int, _ edges: [(from: Int, to: Int)]) -> Bool {
  var reached: Set = [x]
  for _ in edges {
    for edge in edges where reached.contains(edge.from) { reached.insert(edge.to) }
  }
  return reached.contains(y)
}
