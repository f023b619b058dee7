/// Puts the vertices of each layer in an order in which few edges cross.
///
/// The layer-by-layer sweep of [Sugiyama, Tagawa & Toda 1981] by barycentres, down and up in turn; the best
/// order that was met is kept. Small graphs are then improved by exchanging neighbours, as in [Gansner et
/// al. 1993].
///
/// [Sugiyama, Tagawa & Toda 1981]: https://doi.org/10.1109/TSMC.1981.4308636
/// [Gansner et al. 1993]: https://doi.org/10.1109/32.221135
struct CrossingReduction {
  private var graph: LayeredGraph
  /// By vertex: its place in its layer.
  private var position: [Int]

  /// How many sweeps in a row may be in vain.
  private static let patience = 4
  /// Above so many vertices, only a few sweeps are made, and no neighbours are exchanged.
  private static let manyVertices = 4_000

  /// The graph with its layers in a better order.
  static func reduced(_ graph: LayeredGraph) -> LayeredGraph {
    var reduction = CrossingReduction(graph)
    reduction.run()
    return reduction.graph
  }

  private init(_ graph: LayeredGraph) {
    self.graph = graph
    position = Array(repeating: 0, count: graph.vertexCount)
    for level in graph.layers.indices { note(level) }
  }

  private mutating func run() {
    var best = graph.layers
    var fewest = Crossings.count(in: graph)
    var sweepsInVain = 0
    let isLarge = graph.vertexCount > Self.manyVertices
    for sweep in 0..<(isLarge ? 8 : 24) where fewest > 0 && sweepsInVain < Self.patience {
      sweepOnce(down: sweep.isMultiple(of: 2))
      if !isLarge { exchangeNeighbours() }
      let crossings = Crossings.count(in: graph)
      if crossings < fewest {
        (best, fewest, sweepsInVain) = (graph.layers, crossings, 0)
      } else {
        sweepsInVain += 1
      }
    }
    graph.layers = best
  }

  private mutating func note(_ level: Int) {
    for (place, vertex) in graph.layers[level].enumerated() { position[vertex] = place }
  }

  private mutating func sweepOnce(down: Bool) {
    let levels = Array(graph.layers.indices.dropFirst())
    for level in down ? levels : levels.reversed().map({ $0 - 1 }) {
      let fixed = down ? graph.upper : graph.lower
      var keyed: [(key: Double, place: Int, vertex: Int)] = []
      for (place, vertex) in graph.layers[level].enumerated() {
        let neighbours = fixed[vertex]
        let sum = neighbours.reduce(0) { $0 + position[$1] }
        // What has no neighbour stays where it is.
        let key = neighbours.isEmpty ? Double(place) : Double(sum) / Double(neighbours.count)
        keyed.append((key, place, vertex))
      }
      keyed.sort { ($0.key, $0.place) < ($1.key, $1.place) }
      graph.layers[level] = keyed.map(\.vertex)
      note(level)
    }
  }

  private mutating func exchangeNeighbours() {
    var isBetter = true
    var rounds = 0
    while isBetter, rounds < 8 {
      isBetter = false
      rounds += 1
      for level in graph.layers.indices {
        for place in graph.layers[level].indices.dropLast() {
          let (left, right) = (graph.layers[level][place], graph.layers[level][place + 1])
          let now = crossings(left, right)
          guard now > 0, crossings(right, left) < now else { continue }
          graph.layers[level].swapAt(place, place + 1)
          position[left] = place + 1
          position[right] = place
          isBetter = true
        }
      }
    }
  }

  /// How many edges of two vertices cross where the one stands to the left of the other.
  private func crossings(_ left: Int, _ right: Int) -> Int {
    var count = 0
    for neighbours in [graph.upper, graph.lower] {
      for a in neighbours[left] {
        for b in neighbours[right] where position[a] > position[b] { count += 1 }
      }
    }
    return count
  }
}

/// How many edges cross between neighbouring layers.
///
/// The accumulator tree of [Barth, Jünger & Mutzel 2002]: edges are taken in the order of their upper ends,
/// and each crosses those before it whose lower ends are to the right of its own.
///
/// [Barth, Jünger & Mutzel 2002]: https://doi.org/10.1007/3-540-36151-0_13
enum Crossings {
  /// - Complexity: O(e log v).
  static func count(in graph: LayeredGraph) -> Int {
    var position = [Int](repeating: 0, count: graph.vertexCount)
    for layer in graph.layers {
      for (place, vertex) in layer.enumerated() { position[vertex] = place }
    }
    var crossings = 0
    for (level, layer) in graph.layers.enumerated().dropLast() {
      var tree = [Int](repeating: 0, count: graph.layers[level + 1].count + 1)
      var inserted = 0
      for vertex in layer {
        let ends = graph.lower[vertex].map { position[$0] }.sorted()
        for end in ends { crossings += inserted - sum(upTo: end, in: tree) }
        for end in ends { add(end, to: &tree) }
        inserted += ends.count
      }
    }
    return crossings
  }

  private static func add(_ place: Int, to tree: inout [Int]) {
    var node = place + 1
    while node < tree.count {
      tree[node] += 1
      node += node & -node
    }
  }

  private static func sum(upTo place: Int, in tree: [Int]) -> Int {
    var node = place + 1
    var sum = 0
    while node > 0 {
      sum += tree[node]
      node -= node & -node
    }
    return sum
  }
}
