/// A graph in layers, in which every edge leads from one layer to the next: long edges are cut into pieces
/// by vertices that are not drawn.
struct LayeredGraph {
  /// Vertices by layer, from left to right.
  var layers: [[Int]]
  /// By vertex: its neighbours in the layer above, and in the one below.
  private(set) var upper: [[Int]]
  /// See ``upper``.
  private(set) var lower: [[Int]]
  /// By vertex.
  private(set) var layer: [Int]
  /// By edge of the graph: the vertices that it goes through from the top to the bottom.
  private(set) var chains: [[Int]]
  /// Vertices from here on are not drawn.
  let drawnCount: Int

  var vertexCount: Int { layer.count }

  func isDrawn(_ vertex: Int) -> Bool { vertex < drawnCount }

  /// - Complexity: Linear in vertices and in the lengths of edges.
  init(nodeCount: Int, edges: [LayoutGraph.Edge], layering: Layering) {
    drawnCount = nodeCount
    layer = layering.layer
    upper = Array(repeating: [], count: nodeCount)
    lower = upper
    chains = []
    layers = Array(repeating: [], count: layering.count)
    for edge in edges { addChain(from: edge.from, to: edge.to) }
    placeInitially()
  }

  private mutating func addChain(from top: Int, to bottom: Int) {
    var chain = [top]
    for level in layer[top] + 1..<max(layer[bottom], layer[top] + 1) {
      let vertex = layer.count
      layer.append(level)
      upper.append([])
      lower.append([])
      connect(chain[chain.count - 1], vertex)
      chain.append(vertex)
    }
    connect(chain[chain.count - 1], bottom)
    chains.append(chain + [bottom])
  }

  private mutating func connect(_ above: Int, _ below: Int) {
    lower[above].append(below)
    upper[below].append(above)
  }

  /// Depth first from the top, so that what belongs together begins together.
  private mutating func placeInitially() {
    var isPlaced = [Bool](repeating: false, count: vertexCount)
    let roots = layer.indices.sorted { (layer[$0], $0) < (layer[$1], $1) }
    for root in roots where !isPlaced[root] {
      var worklist = [root]
      while let vertex = worklist.popLast() {
        if isPlaced[vertex] { continue }
        isPlaced[vertex] = true
        layers[layer[vertex]].append(vertex)
        worklist += lower[vertex].reversed()
      }
    }
  }
}
