/// The horizontal places of the vertices of a layered graph.
///
/// [Brandes & Köpf 2002]: long edges become straight, and vertices stand over the middle of their
/// neighbours.
///
/// 1. *Vertical alignment*: each vertex is aligned with a median neighbour of the layer above, unless that
///    crosses an alignment made before or a piece of a long edge (a type 1 conflict). Aligned vertices form
///    *blocks*, each with its *root*.
/// 2. *Horizontal compaction*: blocks are put as far to the left as their neighbours allow.
/// 3. Both are done in four ways: from above and from below, to the left and to the right. The place of a
///    vertex is the middle of the two medians of its four places.
///
/// The compaction walks the graph of blocks twice, to the right and back, instead of the paper's classes and
/// shifts, which can come out too wide.
///
/// [Brandes & Köpf 2002]: https://doi.org/10.1007/3-540-45848-4_3
struct HorizontalCoordinates {
  /// By vertex.
  private(set) var x: [Double]

  private let graph: LayeredGraph
  private let widths: [Double]
  private let spacing: LayoutSpacing
  private let conflicts: Set<Segment>

  /// A piece of an edge between two layers.
  fileprivate struct Segment: Hashable {
    var above: Int
    var below: Int
  }

  /// - Complexity: O(v + e log e) for vertices and edges between neighbouring layers.
  init(of graph: LayeredGraph, widths: [Double], spacing: LayoutSpacing) {
    self.graph = graph
    self.widths = widths
    self.spacing = spacing
    conflicts = graph.typeOneConflicts()
    x = []
    var candidates: [[Double]] = []
    for fromBelow in [false, true] {
      for toRight in [false, true] {
        candidates.append(candidate(fromBelow: fromBelow, toRight: toRight))
      }
    }
    x = Self.balanced(candidates, widths: widths)
  }

  /// Steps 1 and 2 in one of the four ways.
  private func candidate(fromBelow: Bool, toRight: Bool) -> [Double] {
    var layers = fromBelow ? graph.layers.reversed() : graph.layers
    if toRight { layers = layers.map { $0.reversed() } }
    let blocks = BlockAlignment(
      layers, neighbours: fromBelow ? graph.lower : graph.upper, vertexCount: graph.vertexCount
    ) { vertex, neighbour in
      !conflicts.contains(
        fromBelow
          ? Segment(above: vertex, below: neighbour) : Segment(above: neighbour, below: vertex))
    }
    let places = compacted(layers, blocks.root)
    return toRight ? places.map { -$0 } : places
  }

  private func compacted(_ layers: [[Int]], _ root: [Int]) -> [Double] {
    var next = [[(block: Int, distance: Double)]](repeating: [], count: root.count)
    var previous = next
    for layer in layers {
      for (left, right) in zip(layer, layer.dropFirst()) {
        let distance = distance(left, right)
        next[root[left]].append((root[right], distance))
        previous[root[right]].append((root[left], distance))
      }
    }
    var missing = previous.map(\.count)
    var order = root.indices.filter { root[$0] == $0 && missing[$0] == 0 }
    var done = 0
    while done < order.count {
      for (block, _) in next[order[done]] {
        missing[block] -= 1
        if missing[block] == 0 { order.append(block) }
      }
      done += 1
    }
    var x = [Double](repeating: 0, count: root.count)
    for block in order {
      x[block] = previous[block].reduce(0) { max($0, x[$1.block] + $1.distance) }
    }
    for block in order.reversed() {
      guard let room = next[block].lazy.map({ x[$0.block] - $0.distance }).min() else { continue }
      x[block] = max(x[block], room)
    }
    return root.map { x[$0] }
  }

  private func distance(_ left: Int, _ right: Int) -> Double {
    let gap =
      graph.isDrawn(left) && graph.isDrawn(right) ? spacing.nodes : spacing.passing
    return (widths[left] + widths[right]) / 2 + gap
  }

  /// Step 3: the four are shifted to the borders of the narrowest, and the medians taken.
  private static func balanced(_ candidates: [[Double]], widths: [Double]) -> [Double] {
    let bounds = candidates.map { places in
      var (left, right) = (Double.infinity, -Double.infinity)
      for (place, width) in zip(places, widths) {
        left = min(left, place - width / 2)
        right = max(right, place + width / 2)
      }
      return (left: left, right: right)
    }
    guard
      let narrowest = bounds.indices.min(by: {
        bounds[$0].right - bounds[$0].left < bounds[$1].right - bounds[$1].left
      })
    else { return [] }
    let shifts = bounds.indices.map { way in
      way.isMultiple(of: 2)
        ? bounds[narrowest].left - bounds[way].left : bounds[narrowest].right - bounds[way].right
    }
    return widths.indices.map { vertex in
      let sorted = candidates.indices.map { candidates[$0][vertex] + shifts[$0] }.sorted()
      return (sorted[1] + sorted[2]) / 2
    }
  }
}

/// Step 1: which vertices stand below one another.
private struct BlockAlignment {
  /// By vertex: the top of its block.
  var root: [Int]
  private var align: [Int]

  init(
    _ layers: [[Int]], neighbours: [[Int]], vertexCount: Int, allows: (Int, Int) -> Bool
  ) {
    root = Array(0..<vertexCount)
    align = root
    var position = [Int](repeating: 0, count: vertexCount)
    for layer in layers {
      for (place, vertex) in layer.enumerated() { position[vertex] = place }
    }
    for layer in layers.dropFirst() {
      var taken = -1
      for vertex in layer {
        let above = neighbours[vertex].sorted { (position[$0], $0) < (position[$1], $1) }
        if above.isEmpty { continue }
        let middle = above.count - 1
        for median in Set([middle / 2, (middle + 1) / 2]).sorted() where align[vertex] == vertex {
          let neighbour = above[median]
          guard position[neighbour] > taken, allows(vertex, neighbour) else { continue }
          align[neighbour] = vertex
          root[vertex] = root[neighbour]
          align[vertex] = root[vertex]
          taken = position[neighbour]
        }
      }
    }
  }
}

extension LayeredGraph {
  /// The segments that cross a piece of a long edge and are none themselves.
  fileprivate func typeOneConflicts() -> Set<HorizontalCoordinates.Segment> {
    var conflicts: Set<HorizontalCoordinates.Segment> = []
    guard layers.count > 1 else { return [] }
    for level in 1..<layers.count {
      var position = [Int: Int]()
      for (place, vertex) in layers[level - 1].enumerated() { position[vertex] = place }
      var left = 0
      var scanned = 0
      for (place, vertex) in layers[level].enumerated() {
        let inner =
          isDrawn(vertex) ? nil : upper[vertex].first { !isDrawn($0) }.flatMap { position[$0] }
        guard inner != nil || place == layers[level].count - 1 else { continue }
        let right = inner ?? layers[level - 1].count
        for other in layers[level][scanned...place] {
          for neighbour in upper[other] {
            guard let at = position[neighbour], at < left || at > right else { continue }
            if isDrawn(other) || isDrawn(neighbour) {
              conflicts.insert(.init(above: neighbour, below: other))
            }
          }
        }
        scanned = place + 1
        left = right
      }
    }
    return conflicts
  }
}
