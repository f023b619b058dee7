import Foundation
import LockcheckPage

extension Graphviz {
  /// How long it may take, in seconds: its time grows with the cube of what a layer holds.
  private static let patience = 15.0
  /// Units of a drawing in an inch of Graphviz'.
  private static let unitsPerInch = 72.0

  /// The places that `dot` gives, or nil where it is not installed, takes too long or fails.
  static func layout(_ graph: LayoutGraph) -> Layout? {
    let arguments = ["-Tplain", "-Gnslimit=4", "-Gmclimit=0.5"]
    guard let plain = try? draw(source(of: graph), arguments, patience: patience),
      let layout = read(plain, for: graph)
    else { return nil }
    // A tree of a thousand leaves becomes one long line, in which nothing can be seen.
    return layout.width <= 8 * layout.height && layout.height <= 8 * layout.width ? layout : nil
  }

  private static func source(of graph: LayoutGraph) -> String {
    var lines = ["digraph {", "node [shape=box, fixedsize=true, label=\"\"];"]
    for (place, node) in graph.nodes.enumerated() {
      lines.append(
        "n\(place) [width=\(node.width / unitsPerInch), height=\(node.height / unitsPerInch)];")
    }
    for edge in graph.edges { lines.append("n\(edge.from) -> n\(edge.to);") }
    return lines.joined(separator: "\n") + "\n}\n"
  }

  /// Reads `node NAME X Y …` and `edge TAIL HEAD N X Y …`, in inches, y upwards; nil where it is not that.
  static func read(_ plain: String, for graph: LayoutGraph) -> Layout? {
    var layout = Layout(
      centers: Array(repeating: .init(0, 0), count: graph.nodes.count),
      routes: Array(repeating: [], count: graph.edges.count))
    var places: [LayoutGraph.Edge: [Int]] = [:]
    for (place, edge) in graph.edges.enumerated().reversed() {
      places[edge, default: []].append(place)
    }
    for line in plain.split(separator: "\n") {
      let words = line.split(separator: " ")
      func number(_ place: Int) -> Double? {
        place < words.count ? Double(words[place]).map { $0 * unitsPerInch } : nil
      }
      func node(_ place: Int) -> Int? {
        guard place < words.count, let node = Int(words[place].dropFirst()) else { return nil }
        return graph.nodes.indices.contains(node) ? node : nil
      }
      switch words.first {
      case "graph":
        guard let width = number(2), let height = number(3) else { return nil }
        (layout.width, layout.height) = (width, height)
      case "node":
        guard let node = node(1), let x = number(2), let y = number(3) else { return nil }
        layout.centers[node] = .init(x, layout.height - y)
      case "edge":
        guard let from = node(1), let to = node(2), words.count > 3, let count = Int(words[3]),
          count > 0, let place = places[.init(from: from, to: to)]?.popLast()
        else { return nil }
        // Of each curve of three control points only the ends: the page draws its own curves.
        for point in stride(from: 0, to: count, by: 3) {
          guard let x = number(4 + 2 * point), let y = number(5 + 2 * point) else { return nil }
          layout.routes[place].append(.init(x, layout.height - y))
        }
      default: break
      }
    }
    return layout
  }
}
