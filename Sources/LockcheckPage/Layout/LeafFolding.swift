/// Puts the leaves of a node, where it has many, into a block of rows and columns: a lock that is held around
/// three hundred others would else be drawn above one line of three hundred boxes.
///
/// A leaf is a node with one edge. The block takes part in the layout as one node; its leaves are reached from
/// a line beside their column.
struct LeafFolding {
  /// The graph with blocks in the place of leaves.
  private(set) var folded = LayoutGraph()
  private let graph: LayoutGraph
  private var blocks: [Block] = []
  /// By node: its number in ``folded``, or -1 of a folded leaf.
  private var numbers: [Int]
  /// By edge: its number in ``folded``, or -1.
  private var edgeNumbers: [Int]

  /// Leaves of one node, all before it or all after it.
  private struct Block {
    /// By place: node, edge and where it stands in the block.
    var leaves: [(node: Int, edge: Int, at: Layout.Point, line: Double)] = []
    var width = 0.0
    var height = 0.0
    var isBelow: Bool
    /// The number of the block and of its edge in ``LeafFolding/folded``.
    var node = 0
    var edge = 0
  }

  /// Between two boxes of a column, and between a column and the line beside it.
  private static let gap = 10.0

  /// - Complexity: Linear in nodes and edges.
  init(_ graph: LayoutGraph) {
    self.graph = graph
    numbers = Array(repeating: 0, count: graph.nodes.count)
    edgeNumbers = Array(repeating: 0, count: graph.edges.count)
    var degree = [Int](repeating: 0, count: graph.nodes.count)
    for edge in graph.edges {
      degree[edge.from] += 1
      degree[edge.to] += 1
    }
    var after = [[Int]](repeating: [], count: graph.nodes.count)
    var before = after
    for (place, edge) in graph.edges.enumerated() where edge.from != edge.to {
      if degree[edge.to] == 1 {
        after[edge.from].append(place)
      } else if degree[edge.from] == 1 {
        before[edge.to].append(place)
      }
    }
    // In a small graph a row of boxes is easier to read.
    let least = graph.nodes.count > 60 ? 3 : 9
    for node in graph.nodes.indices {
      if after[node].count >= least { addBlock(of: after[node], isBelow: true) }
      if before[node].count >= least { addBlock(of: before[node], isBelow: false) }
    }
    fold()
  }

  private mutating func addBlock(of edges: [Int], isBelow: Bool) {
    var block = Block(isBelow: isBelow)
    let rows = max(3, Int((Double(edges.count) * 1.6).squareRoot().rounded(.up)))
    for start in stride(from: 0, to: edges.count, by: rows) {
      let column = edges[start..<min(start + rows, edges.count)].map { edge in
        (node: isBelow ? graph.edges[edge].to : graph.edges[edge].from, edge: edge)
      }
      let line = block.width + Self.gap / 2
      let left = block.width + 2 * Self.gap
      var top = Self.gap
      for (node, edge) in column {
        let box = graph.nodes[node]
        let middle = Layout.Point(left + box.width / 2, top + box.height / 2)
        block.leaves.append((node, edge, middle, line))
        top += box.height + Self.gap
        numbers[node] = -1
        edgeNumbers[edge] = -1
      }
      block.width = left + (column.map { graph.nodes[$0.node].width }.max() ?? 0) + Self.gap
      block.height = max(block.height, top)
    }
    blocks.append(block)
  }

  private mutating func fold() {
    for node in graph.nodes.indices where numbers[node] == 0 {
      numbers[node] = folded.nodes.count
      folded.nodes.append(graph.nodes[node])
    }
    for edge in graph.edges.indices where edgeNumbers[edge] == 0 {
      edgeNumbers[edge] = folded.edges.count
      let (from, to) = (graph.edges[edge].from, graph.edges[edge].to)
      folded.edges.append(.init(from: numbers[from], to: numbers[to]))
    }
    for place in blocks.indices {
      blocks[place].node = folded.nodes.count
      blocks[place].edge = folded.edges.count
      let block = blocks[place]
      folded.nodes.append(.init(width: block.width, height: block.height))
      let edge = graph.edges[block.leaves[0].edge]
      folded.edges.append(
        block.isBelow
          ? .init(from: numbers[edge.from], to: block.node)
          : .init(from: block.node, to: numbers[edge.to]))
    }
  }

  /// The layout of the graph as it was, from that of ``folded``.
  func unfolded(_ layout: Layout) -> Layout {
    var whole = Layout(
      centers: numbers.map { $0 < 0 ? Layout.Point(0, 0) : layout.centers[$0] },
      routes: edgeNumbers.map { $0 < 0 ? [] : layout.routes[$0] }, width: layout.width,
      height: layout.height)
    for block in blocks {
      let middle = layout.centers[block.node]
      let corner = Layout.Point(middle.x - block.width / 2, middle.y - block.height / 2)
      let trunk = layout.routes[block.edge]
      for (node, edge, at, line) in block.leaves {
        let center = Layout.Point(corner.x + at.x, corner.y + at.y)
        whole.centers[node] = center
        let x = corner.x + line
        let branch = [
          Layout.Point(x, block.isBelow ? corner.y : corner.y + block.height),
          Layout.Point(x, center.y),
          Layout.Point(center.x - graph.nodes[node].width / 2, center.y),
        ]
        whole.routes[edge] = block.isBelow ? trunk + branch : branch.reversed() + trunk
      }
    }
    return whole
  }
}
