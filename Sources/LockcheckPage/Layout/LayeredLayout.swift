/// Draws a directed graph in layers, arrows downwards as far as that can be.
///
/// The framework of [Sugiyama, Tagawa & Toda 1981]: ``AcyclicOrientation`` turns some edges round, ``Layering``
/// puts every vertex below those before it, ``CrossingReduction`` orders the layers, and
/// ``HorizontalCoordinates`` gives each vertex its place. Equal graphs give equal drawings: nothing depends
/// on chance, on hashing or on the machine.
///
/// [Sugiyama, Tagawa & Toda 1981]: https://doi.org/10.1109/TSMC.1981.4308636
public struct LayeredLayout: Sendable {
  /// How far things stand apart.
  public var spacing: LayoutSpacing

  /// Makes a layout with the given distances.
  public init(spacing: LayoutSpacing = LayoutSpacing()) { self.spacing = spacing }

  /// Where everything stands. Parts that no edge connects are laid out by themselves and put side by side.
  ///
  /// - Complexity: Dominated by ``CrossingReduction``: a few times e log v, with v and e counted after long
  ///   edges have been cut into pieces.
  public func layout(_ graph: LayoutGraph) -> Layout {
    let parts = ConnectedParts(of: graph)
    let layouts = parts.graphs.map { part in
      let folding = LeafFolding(part)
      return folding.unfolded(connected(folding.folded))
    }
    return parts.assembled(layouts, gap: spacing.parts)
  }

  /// - Parameter graph: One in which every node can be reached from every other, edges taken both ways.
  private func connected(_ graph: LayoutGraph) -> Layout {
    let isReversed = AcyclicOrientation(of: graph).isReversed
    // An edge from a node to itself takes part in nothing but the drawing.
    let straight = graph.edges.indices.filter { graph.edges[$0].from != graph.edges[$0].to }
    let edges = straight.map { place in
      let edge = graph.edges[place]
      return isReversed[place] ? LayoutGraph.Edge(from: edge.to, to: edge.from) : edge
    }
    let count = graph.nodes.count
    let layered = CrossingReduction.reduced(
      LayeredGraph(
        nodeCount: count, edges: edges, layering: Layering(nodeCount: count, edges: edges)))
    let widths = (0..<layered.vertexCount).map { $0 < count ? graph.nodes[$0].width : 0 }
    let x = HorizontalCoordinates(of: layered, widths: widths, spacing: spacing).x
    var drawing = LayeredDrawing(graph, layered, x, spacing)
    for (chain, place) in straight.enumerated() {
      drawing.route(edge: place, through: layered.chains[chain], isReversed: isReversed[place])
    }
    return drawing.finished()
  }
}

/// Places and routes of one connected part.
private struct LayeredDrawing {
  private let graph: LayoutGraph
  private let x: [Double]
  /// By layer: its middle, and half of its height.
  private var middles: [Double] = []
  private var halves: [Double] = []
  private let layer: [Int]
  private var ports: Ports
  private var routes: [[Layout.Point]]

  init(_ graph: LayoutGraph, _ layered: LayeredGraph, _ x: [Double], _ spacing: LayoutSpacing) {
    self.graph = graph
    self.x = x
    layer = layered.layer
    routes = Array(repeating: [], count: graph.edges.count)
    var top = 0.0
    for vertices in layered.layers {
      let height =
        vertices.lazy.filter { $0 < graph.nodes.count }.map { graph.nodes[$0].height }
        .max() ?? 0
      middles.append(top + height / 2)
      halves.append(height / 2)
      top += height + spacing.layers
    }
    ports = Ports(graph, layered, x)
  }

  mutating func route(edge: Int, through chain: [Int], isReversed: Bool) {
    guard let top = chain.first, let bottom = chain.last else { return }
    let (leaving, arriving) = (ports.leaving(edge, top), ports.arriving(edge, bottom))
    // Straight inside a layer, so that no curve cuts into a box beside it.
    var points = [Layout.Point(leaving, middles[layer[top]] + graph.nodes[top].height / 2)]
    if graph.nodes[top].height / 2 < halves[layer[top]] {
      points.append(Layout.Point(leaving, middles[layer[top]] + halves[layer[top]]))
    }
    for vertex in chain.dropFirst().dropLast() {
      let (middle, half) = (middles[layer[vertex]], halves[layer[vertex]])
      points.append(Layout.Point(x[vertex], middle - half))
      if half > 0 { points.append(Layout.Point(x[vertex], middle + half)) }
    }
    if graph.nodes[bottom].height / 2 < halves[layer[bottom]] {
      points.append(Layout.Point(arriving, middles[layer[bottom]] - halves[layer[bottom]]))
    }
    points.append(Layout.Point(arriving, middles[layer[bottom]] - graph.nodes[bottom].height / 2))
    routes[edge] = isReversed ? points.reversed() : points
  }

  consuming func finished() -> Layout {
    var centers = graph.nodes.indices.map { Layout.Point(x[$0], middles[layer[$0]]) }
    for (place, edge) in graph.edges.enumerated() where edge.from == edge.to {
      let (middle, node) = (centers[edge.from], graph.nodes[edge.from])
      let (right, reach) = (middle.x + node.width / 2, node.height / 4)
      routes[place] = [
        Layout.Point(right, middle.y - reach), Layout.Point(right + 18, middle.y),
        Layout.Point(right, middle.y + reach),
      ]
    }
    var (left, right) = (Double.infinity, -Double.infinity)
    for (center, node) in zip(centers, graph.nodes) {
      left = min(left, center.x - node.width / 2)
      right = max(right, center.x + node.width / 2)
    }
    for point in routes.joined() {
      left = min(left, point.x)
      right = max(right, point.x)
    }
    for place in centers.indices { centers[place].x -= left }
    for route in routes.indices {
      for place in routes[route].indices { routes[route][place].x -= left }
    }
    let height = zip(middles, halves).map { $0 + $1 }.max() ?? 0
    return Layout(centers: centers, routes: routes, width: right - left, height: height)
  }
}

/// Where edges leave a box at its bottom and arrive at its top: side by side, in the order in which they go
/// on, so that two edges between the same boxes are two lines.
private struct Ports {
  private var leaving: [Int: Double] = [:]
  private var arriving: [Int: Double] = [:]
  private let x: [Double]

  /// By edge: where it leaves.
  func leaving(_ edge: Int, _ vertex: Int) -> Double { leaving[edge] ?? x[vertex] }
  /// By edge: where it arrives.
  func arriving(_ edge: Int, _ vertex: Int) -> Double { arriving[edge] ?? x[vertex] }

  init(_ graph: LayoutGraph, _ layered: LayeredGraph, _ x: [Double]) {
    self.x = x
    var bottoms = [[(next: Double, edge: Int)]](repeating: [], count: graph.nodes.count)
    var tops = bottoms
    let straight = graph.edges.indices.filter { graph.edges[$0].from != graph.edges[$0].to }
    for (chain, edge) in zip(layered.chains, straight) {
      bottoms[chain[0]].append((x[chain[1]], edge))
      tops[chain[chain.count - 1]].append((x[chain[chain.count - 2]], edge))
    }
    for node in graph.nodes.indices {
      for (place, edge) in Self.spread(bottoms[node], over: graph.nodes[node].width) {
        leaving[edge] = x[node] + place
      }
      for (place, edge) in Self.spread(tops[node], over: graph.nodes[node].width) {
        arriving[edge] = x[node] + place
      }
    }
  }

  private static func spread(
    _ edges: [(next: Double, edge: Int)], over width: Double
  ) -> [(Double, Int)] {
    let step = min(16, width * 0.7 / Double(max(edges.count, 1)))
    return edges.sorted { ($0.next, $0.edge) < ($1.next, $1.edge) }.enumerated().map { place, end in
      ((Double(place) - Double(edges.count - 1) / 2) * step, end.edge)
    }
  }
}
