/// What is to be drawn: boxes of known sizes, and arrows between them.
public struct LayoutGraph: Sendable {
  /// A box.
  public struct Node: Sendable, Equatable {
    /// In units of the drawing.
    public var width: Double
    /// In units of the drawing.
    public var height: Double

    /// Makes a box.
    public init(width: Double, height: Double) {
      self.width = width
      self.height = height
    }
  }

  /// An arrow, by places in ``LayoutGraph/nodes``.
  public struct Edge: Sendable, Hashable {
    /// Where it begins.
    public var from: Int
    /// Where it ends.
    public var to: Int

    /// Makes an arrow.
    public init(from: Int, to: Int) {
      self.from = from
      self.to = to
    }
  }

  /// The boxes.
  public var nodes: [Node]
  /// The arrows.
  public var edges: [Edge]

  /// Makes a graph.
  public init(nodes: [Node] = [], edges: [Edge] = []) {
    self.nodes = nodes
    self.edges = edges
  }
}

/// Where everything stands: x to the right, y downwards, nothing at negative places.
public struct Layout: Sendable, Equatable {
  /// A place.
  public struct Point: Sendable, Hashable {
    /// To the right.
    public var x: Double
    /// Downwards.
    public var y: Double

    /// Makes a place.
    public init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// By node: its middle.
  public var centers: [Point]
  /// By edge: the places that it goes through, from the border of one box to the border of another.
  public var routes: [[Point]]
  /// How much room it takes.
  public var width: Double
  /// How much room it takes.
  public var height: Double
  /// Whether the nodes stand on a ring, and edges are arcs, not chains of vertical curves.
  public var isRing = false

  /// Nothing.
  public init(centers: [Point] = [], routes: [[Point]] = [], width: Double = 0, height: Double = 0)
  {
    self.centers = centers
    self.routes = routes
    self.width = width
    self.height = height
  }
}

/// How far things stand apart, in units of the drawing.
public struct LayoutSpacing: Sendable, Equatable {
  /// Between two boxes of one layer.
  public var nodes = 24.0
  /// Between two layers.
  public var layers = 48.0
  /// Between an arrow that passes a layer and its neighbours.
  public var passing = 14.0
  /// Between parts of the graph that no arrow connects.
  public var parts = 40.0

  /// The usual distances.
  public init() {}
}
