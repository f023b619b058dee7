/// Draws a graph that is one simple cycle as a ring: the shape in which a circle of waiting threads is
/// understood at a glance.
struct RingLayout {
  /// Nil where the graph is no simple cycle through all its nodes, or too long a one to be a ring.
  static func layout(_ graph: LayoutGraph) -> Layout? {
    guard (3...16).contains(graph.nodes.count), let order = cycle(of: graph) else { return nil }
    let count = Double(order.count)
    let widest = graph.nodes.map(\.width).max() ?? 0
    let tallest = graph.nodes.map(\.height).max() ?? 0
    // Far enough apart for neighbours at the top, which stand side by side, and at the sides.
    let step = 2 * sine(pi / count)
    let across = max((widest + 52) / step, widest * 1.1)
    let down = max((tallest + 58) / step, tallest * 2.6)
    let middle = Layout.Point(across + widest / 2, down + tallest / 2)
    var layout = Layout(
      centers: graph.nodes.map { _ in middle }, width: 2 * middle.x, height: 2 * middle.y)
    for (place, node) in order.enumerated() {
      let angle = 2 * pi * Double(place) / count
      layout.centers[node] = Layout.Point(
        middle.x + across * sine(angle), middle.y - down * sine(angle + pi / 2))
    }
    layout.isRing = true
    layout.routes = graph.edges.map { edge in
      let (from, to) = (layout.centers[edge.from], layout.centers[edge.to])
      return [
        border(of: graph.nodes[edge.from], at: from, towards: to),
        border(of: graph.nodes[edge.to], at: to, towards: from),
      ]
    }
    return layout
  }

  /// The nodes in the order of the cycle, from the first.
  private static func cycle(of graph: LayoutGraph) -> [Int]? {
    guard graph.edges.count == graph.nodes.count else { return nil }
    var next = [Int?](repeating: nil, count: graph.nodes.count)
    for edge in graph.edges {
      if next[edge.from] != nil { return nil }
      next[edge.from] = edge.to
    }
    var order: [Int] = []
    var node = 0
    repeat {
      order.append(node)
      guard let after = next[node], order.count <= graph.nodes.count else { return nil }
      node = after
    } while node != 0
    return order.count == graph.nodes.count ? order : nil
  }

  /// Where the line from the middle of a box to another place leaves the box, a little outside.
  private static func border(
    of node: LayoutGraph.Node, at middle: Layout.Point, towards other: Layout.Point
  ) -> Layout.Point {
    let (dx, dy) = (other.x - middle.x, other.y - middle.y)
    let (halfWidth, halfHeight) = (node.width / 2 + 3, node.height / 2 + 3)
    let scale = min(
      dx == 0 ? .infinity : halfWidth / abs(dx), dy == 0 ? .infinity : halfHeight / abs(dy))
    return scale >= 1 ? middle : Layout.Point(middle.x + dx * scale, middle.y + dy * scale)
  }

  private static let pi = Double.pi

  /// The sine by its series, so that the drawing is the same with every C library.
  private static func sine(_ angle: Double) -> Double {
    var x = angle.truncatingRemainder(dividingBy: 2 * pi)
    if x > pi { x -= 2 * pi }
    var (term, sum) = (x, x)
    for n in stride(from: 2.0, to: 30, by: 2) {
      term *= -x * x / (n * (n + 1))
      sum += term
    }
    return sum
  }
}
