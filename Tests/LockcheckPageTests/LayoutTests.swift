import LockcheckTestKit
import Testing

@testable import LockcheckPage

/// A graph of up to `nodes` boxes and `edges` arrows, circles and arrows from a box to itself among them.
private func randomGraph(nodes: Int, edges: Int, _ random: inout SeededGenerator) -> LayoutGraph {
  let count = Int.random(in: 1...nodes, using: &random)
  return LayoutGraph(
    nodes: (0..<count).map { _ in
      .init(
        width: Double(Int.random(in: 20...200, using: &random)),
        height: Double(Int.random(in: 20...40, using: &random)))
    },
    edges: (0..<Int.random(in: 0...edges, using: &random)).map { _ in
      .init(
        from: Int.random(in: 0..<count, using: &random),
        to: Int.random(in: 0..<count, using: &random))
    })
}

@Suite struct `The layout in layers` {
  @Test(arguments: 0..<300 as Range<UInt64>)
  func `lets no two boxes overlap`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let graph = randomGraph(nodes: 24, edges: 50, &random)
    let layout = LayeredLayout().layout(graph)
    for one in graph.nodes.indices {
      for other in graph.nodes.indices where other > one {
        let (a, b) = (layout.centers[one], layout.centers[other])
        let apartX = abs(a.x - b.x) - (graph.nodes[one].width + graph.nodes[other].width) / 2
        let apartY = abs(a.y - b.y) - (graph.nodes[one].height + graph.nodes[other].height) / 2
        #expect(max(apartX, apartY) > 1, "seed \(seed): \(one) and \(other) overlap")
      }
    }
  }

  @Test(arguments: 0..<300 as Range<UInt64>)
  func `keeps everything inside its size`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let graph = randomGraph(nodes: 24, edges: 50, &random)
    let layout = LayeredLayout().layout(graph)
    for point in layout.centers + layout.routes.joined() {
      #expect(point.x >= -0.001 && point.x <= layout.width + 0.001, "seed \(seed)")
      #expect(point.y >= -0.001 && point.y <= layout.height + 0.001, "seed \(seed)")
    }
  }

  @Test(arguments: 0..<300 as Range<UInt64>)
  func `leads every route from the border of one box to that of the other`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let graph = randomGraph(nodes: 20, edges: 40, &random)
    let layout = LayeredLayout().layout(graph)
    for (edge, route) in zip(graph.edges, layout.routes) {
      guard let first = route.first, let last = route.last else {
        Issue.record("seed \(seed): no route")
        continue
      }
      #expect(isOnBorder(first, of: edge.from, graph, layout), "seed \(seed)")
      #expect(isOnBorder(last, of: edge.to, graph, layout), "seed \(seed)")
    }
  }

  private func isOnBorder(
    _ point: Layout.Point, of node: Int, _ graph: LayoutGraph, _ layout: Layout
  ) -> Bool {
    let (dx, dy) = (
      abs(point.x - layout.centers[node].x), abs(point.y - layout.centers[node].y)
    )
    let (halfWidth, halfHeight) = (graph.nodes[node].width / 2, graph.nodes[node].height / 2)
    return (dx <= halfWidth + 0.001 && abs(dy - halfHeight) < 0.001)
      || (dy <= halfHeight + 0.001 && abs(dx - halfWidth) < 0.001)
  }

  @Test(arguments: 0..<300 as Range<UInt64>)
  func `draws every arrow of a graph without circles downwards`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var graph = randomGraph(nodes: 24, edges: 50, &random)
    graph.edges = graph.edges.filter { $0.from != $0.to }.map {
      .init(from: min($0.from, $0.to), to: max($0.from, $0.to))
    }
    let layout = LayeredLayout().layout(graph)
    for edge in graph.edges {
      #expect(layout.centers[edge.from].y < layout.centers[edge.to].y, "seed \(seed)")
    }
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func `is the same for the same graph`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let graph = randomGraph(nodes: 30, edges: 60, &random)
    #expect(LayeredLayout().layout(graph) == LayeredLayout().layout(graph), "seed \(seed)")
  }

  @Test(arguments: [9, 40, 300]) func `folds many leaves into a block`(count: Int) {
    // Leaves below one box and above another, which stand in a line themselves.
    let graph = LayoutGraph(
      nodes: (0..<2 * count + 2).map { .init(width: Double(60 + $0 % 50), height: 26) },
      edges: [.init(from: 1, to: 0)]
        + (0..<count).map { .init(from: 0, to: 2 + $0) }
        + (0..<count).map { .init(from: 2 + count + $0, to: 1) })
    let layout = LayeredLayout().layout(graph)
    #expect(layout.width < 6 * layout.height && layout.height < 6 * layout.width)
    for edge in graph.edges { #expect(layout.centers[edge.from].y < layout.centers[edge.to].y) }
    for one in graph.nodes.indices {
      for other in graph.nodes.indices where other > one {
        let (a, b) = (layout.centers[one], layout.centers[other])
        let apart = abs(a.x - b.x) - (graph.nodes[one].width + graph.nodes[other].width) / 2
        #expect(apart > 1 || abs(a.y - b.y) > 27, "\(one) and \(other) overlap")
      }
    }
    for (edge, route) in zip(graph.edges, layout.routes) {
      #expect(route.first.map { isOnBorder($0, of: edge.from, graph, layout) } == true)
      #expect(route.last.map { isOnBorder($0, of: edge.to, graph, layout) } == true)
    }
  }

  @Test func `of nothing is nothing`() {
    #expect(LayeredLayout().layout(LayoutGraph()) == Layout())
  }

  @Test func `draws a chain as a straight line`() {
    let graph = LayoutGraph(
      nodes: [50, 120, 80].map { .init(width: $0, height: 20) },
      edges: [.init(from: 0, to: 1), .init(from: 1, to: 2)])
    let layout = LayeredLayout().layout(graph)
    #expect(Set(layout.centers.map(\.x)) == [60])
  }

  @Test func `keeps two arrows between the same boxes apart`() {
    let graph = LayoutGraph(
      nodes: [.init(width: 80, height: 20), .init(width: 80, height: 20)],
      edges: [.init(from: 0, to: 1), .init(from: 1, to: 0)])
    let routes = LayeredLayout().layout(graph).routes
    #expect(abs(routes[0][0].x - routes[1][1].x) >= 10)
  }

  @Test func `lays out two thousand boxes`() {
    var random = SeededGenerator(seed: 7)
    let graph = LayoutGraph(
      nodes: (0..<2_000).map { _ in .init(width: 90, height: 26) },
      edges: (0..<3_000).map { _ in
        let from = Int.random(in: 0..<2_000, using: &random)
        return .init(from: from, to: (from + Int.random(in: 1...30, using: &random)) % 2_000)
      })
    let layout = LayeredLayout().layout(graph)
    #expect(Set(layout.centers).count == 2_000)
  }
}

@Suite struct `The parts of the layout` {
  @Test(arguments: 0..<500 as Range<UInt64>)
  func `turning arrows round leaves no circle, and turns at most half`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let graph = randomGraph(nodes: 15, edges: 40, &random)
    let isReversed = AcyclicOrientation(of: graph).isReversed
    let straight = graph.edges.indices.filter { graph.edges[$0].from != graph.edges[$0].to }
    #expect(straight.count { isReversed[$0] } * 2 <= straight.count, "seed \(seed)")
    let edges = straight.map { place -> LayoutGraph.Edge in
      let edge = graph.edges[place]
      return isReversed[place] ? .init(from: edge.to, to: edge.from) : edge
    }
    // `Layering` stops at a circle.
    let layering = Layering(nodeCount: graph.nodes.count, edges: edges)
    for edge in edges {
      #expect(layering.layer[edge.from] < layering.layer[edge.to], "seed \(seed)")
    }
  }

  @Test(arguments: 0..<300 as Range<UInt64>)
  func `crossings are counted as by looking at every pair of arrows`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let layered = randomLayers(&random)
    #expect(Crossings.count(in: layered) == plainCrossings(layered), "seed \(seed)")
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `putting layers in order never makes more crossings`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let layered = randomLayers(&random)
    let reduced = CrossingReduction.reduced(layered)
    #expect(Crossings.count(in: reduced) <= Crossings.count(in: layered), "seed \(seed)")
    for (before, after) in zip(layered.layers, reduced.layers) {
      #expect(before.sorted() == after.sorted(), "seed \(seed)")
    }
  }

  private func randomLayers(_ random: inout SeededGenerator) -> LayeredGraph {
    let graph = randomGraph(nodes: 14, edges: 30, &random)
    let edges = graph.edges.filter { $0.from != $0.to }.map {
      LayoutGraph.Edge(from: min($0.from, $0.to), to: max($0.from, $0.to))
    }
    return LayeredGraph(
      nodeCount: graph.nodes.count, edges: edges,
      layering: Layering(nodeCount: graph.nodes.count, edges: edges))
  }

  private func plainCrossings(_ graph: LayeredGraph) -> Int {
    var crossings = 0
    for (level, layer) in graph.layers.enumerated().dropLast() {
      let below = graph.layers[level + 1]
      let edges = layer.enumerated().flatMap { place, vertex in
        graph.lower[vertex].map { (place, below.firstIndex(of: $0) ?? -1) }
      }
      for (one, a) in edges.enumerated() {
        for b in edges[..<one] where (a.0 - b.0) * (a.1 - b.1) < 0 { crossings += 1 }
      }
    }
    return crossings
  }
}

@Suite struct `The ring` {
  private func cycle(_ count: Int) -> LayoutGraph {
    LayoutGraph(
      nodes: (0..<count).map { _ in .init(width: 120, height: 30) },
      edges: (0..<count).map { .init(from: $0, to: ($0 + 1) % count) })
  }

  @Test(arguments: 3...16) func `has room for every box of a simple cycle`(count: Int) throws {
    let graph = cycle(count)
    let layout = try #require(RingLayout.layout(graph))
    for one in 0..<count {
      for other in 0..<one {
        let (a, b) = (layout.centers[one], layout.centers[other])
        #expect(abs(a.x - b.x) > 121 || abs(a.y - b.y) > 31, "\(one) and \(other) of \(count)")
      }
      #expect(layout.centers[one].x > 59.9 && layout.centers[one].x < layout.width - 59.9)
      #expect(layout.centers[one].y > 14.9 && layout.centers[one].y < layout.height - 14.9)
    }
  }

  @Test func `is for simple cycles alone`() {
    var graph = cycle(4)
    graph.edges[3] = .init(from: 3, to: 1)
    #expect(RingLayout.layout(graph) == nil)
    graph = cycle(4)
    graph.edges.append(.init(from: 0, to: 2))
    #expect(RingLayout.layout(graph) == nil)
    #expect(RingLayout.layout(cycle(2)) == nil)
    #expect(RingLayout.layout(cycle(17)) == nil)
  }
}
