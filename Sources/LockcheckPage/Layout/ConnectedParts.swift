import LockcheckGraphs

/// The parts of a graph that no edge connects, each a graph of its own.
struct ConnectedParts {
  /// Largest first.
  private(set) var graphs: [LayoutGraph] = []
  private var nodes: [[Int]] = []
  private var edges: [[Int]] = []
  private let nodeCount: Int
  private let edgeCount: Int

  /// - Complexity: Linear in nodes and edges, and a sort of the parts.
  init(of graph: LayoutGraph) {
    nodeCount = graph.nodes.count
    edgeCount = graph.edges.count
    // Edges both ways: the strongly connected components are then the connected ones.
    let components = StronglyConnectedComponents(
      of: DirectedGraph(
        nodeCount: nodeCount,
        edges: graph.edges.flatMap { [($0.from, $0.to), ($0.to, $0.from)] }))
    var members = [[Int]](repeating: [], count: components.sizes.count)
    var lines = members
    for node in graph.nodes.indices { members[components.component[node]].append(node) }
    for (place, edge) in graph.edges.enumerated() {
      lines[components.component[edge.from]].append(place)
    }
    let order = members.indices.sorted {
      (members[$1].count, members[$0][0]) < (members[$0].count, members[$1][0])
    }
    var number = [Int](repeating: 0, count: nodeCount)
    for part in order {
      for (place, node) in members[part].enumerated() { number[node] = place }
      nodes.append(members[part])
      edges.append(lines[part])
      graphs.append(
        LayoutGraph(
          nodes: members[part].map { graph.nodes[$0] },
          edges: lines[part].map {
            .init(from: number[graph.edges[$0].from], to: number[graph.edges[$0].to])
          }))
    }
  }

  /// The parts put on shelves, from left to right and from the top down, about as wide as they are high.
  func assembled(_ layouts: [Layout], gap: Double) -> Layout {
    guard layouts.count != 1 else { return unfolded(layouts[0], at: Layout.Point(0, 0), of: 0) }
    let area = layouts.reduce(0) { $0 + ($1.width + gap) * ($1.height + gap) }
    let shelf = max(layouts.map(\.width).max() ?? 0, (area * 1.6).squareRoot())
    var whole = Layout(
      centers: Array(repeating: Layout.Point(0, 0), count: nodeCount),
      routes: Array(repeating: [], count: edgeCount))
    var corner = Layout.Point(0, 0)
    var height = 0.0
    for (part, layout) in layouts.enumerated() {
      if corner.x > 0, corner.x + layout.width > shelf {
        corner = Layout.Point(0, corner.y + height + gap)
        height = 0
      }
      place(layout, of: part, at: corner, in: &whole)
      whole.width = max(whole.width, corner.x + layout.width)
      whole.height = max(whole.height, corner.y + layout.height)
      corner.x += layout.width + gap
      height = max(height, layout.height)
    }
    return whole
  }

  private func unfolded(_ layout: Layout, at corner: Layout.Point, of part: Int) -> Layout {
    var whole = layout
    place(layout, of: part, at: corner, in: &whole)
    return whole
  }

  private func place(
    _ layout: Layout, of part: Int, at corner: Layout.Point, in whole: inout Layout
  ) {
    for (place, node) in nodes[part].enumerated() {
      whole.centers[node] = layout.centers[place].moved(by: corner)
    }
    for (place, edge) in edges[part].enumerated() {
      whole.routes[edge] = layout.routes[place].map { $0.moved(by: corner) }
    }
  }
}

extension Layout.Point {
  fileprivate func moved(by corner: Layout.Point) -> Layout.Point {
    Layout.Point(x + corner.x, y + corner.y)
  }
}
