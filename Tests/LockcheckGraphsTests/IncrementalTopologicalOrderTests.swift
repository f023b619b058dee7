import LockcheckGraphs
import LockcheckTestKit
import Testing

@Suite struct `The incremental order` {
  @Test func `refuses the edge that closes a cycle, and says which`() {
    var order = IncrementalTopologicalOrder<Int>()
    #expect(order.insertEdge(from: 1, to: 2) == nil)
    #expect(order.insertEdge(from: 2, to: 3) == nil)
    #expect(order.insertEdge(from: 3, to: 1) == [1, 2, 3])
    #expect(!order.contains(from: 3, to: 1))
  }

  @Test func `takes an edge twice, and an edge to itself for a cycle`() {
    var order = IncrementalTopologicalOrder<Int>()
    #expect(order.insertEdge(from: 1, to: 2) == nil)
    #expect(order.insertEdge(from: 1, to: 2) == nil)
    #expect(order.insertEdge(from: 1, to: 1) == [1])
  }

  @Test func `forgets what is taken out`() {
    var order = IncrementalTopologicalOrder<Int>()
    #expect(order.insertEdge(from: 1, to: 2) == nil)
    #expect(order.insertEdge(from: 2, to: 3) == nil)
    order.remove(2)
    #expect(order.insertEdge(from: 3, to: 1) == nil)
    #expect(order.nodeCount == 2)
  }

  @Test func `can be as deep as memory`() {
    var order = IncrementalTopologicalOrder<Int>()
    let count = 20_000
    for node in 0..<count where order.insertEdge(from: node, to: node + 1) != nil {
      Issue.record("\(node)")
    }
    #expect(order.insertEdge(from: count, to: 0)?.count == count + 1)
  }

  @Test(arguments: 0..<2_000 as Range<UInt64>)
  func `agrees with plain reachability`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let count = Int.random(in: 2...9, using: &random)
    var order = IncrementalTopologicalOrder<Int>()
    var edges: [(from: Int, to: Int)] = []
    for _ in 0..<Int.random(in: 1...40, using: &random) {
      let x = Int.random(in: 0..<count, using: &random)
      let y = Int.random(in: 0..<count, using: &random)
      if Int.random(in: 0..<8, using: &random) == 0 {
        order.remove(x)
        edges.removeAll { $0.from == x || $0.to == x }
        continue
      }
      let closed = order.insertEdge(from: x, to: y)
      #expect((closed != nil) == reaches(y, x, edges), "seed \(seed): \(x) → \(y) in \(edges)")
      if let closed {
        #expect(closed.first == y && closed.last == x, "seed \(seed)")
        for (from, to) in zip(closed, closed.dropFirst()) {
          #expect(edges.contains { $0.from == from && $0.to == to }, "seed \(seed)")
        }
      } else {
        edges.append((x, y))
      }
      let areInOrder = edges.allSatisfy { edge in
        (order.place(of: edge.from) ?? 0) < (order.place(of: edge.to) ?? 0)
      }
      #expect(areInOrder, "seed \(seed): \(edges)")
    }
    for x in 0..<count {
      for y in 0..<count where x != y {
        #expect((order.path(from: x, to: y) != nil) == reaches(x, y, edges), "seed \(seed)")
      }
    }
  }
}

/// The definition: from `x` along edges to `y`.
private func reaches(_ x: Int, _ y: Int, _ edges: [(from: Int, to: Int)]) -> Bool {
  var reached: Set = [x]
  var count = 0
  while reached.count > count {
    count = reached.count
    for edge in edges where reached.contains(edge.from) { reached.insert(edge.to) }
  }
  return reached.contains(y)
}
