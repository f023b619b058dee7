public import LockcheckTrace

/// Which locks of a run were asked for with which others held: every order in which locks were taken, the
/// harmless ones too.
///
/// A fact about the run, like a finding: says nothing in words, and refers to everything by identifier.
public struct LockOrderGraph: Sendable, Equatable {
  /// A lock that was asked for with another one held.
  public struct Edge: Sendable, Equatable {
    /// What was held.
    public var held: ObjectID
    /// What was asked for.
    public var wanted: ObjectID
    /// How often.
    public var count: Int
    /// By whom, each once, in the order of their first requests.
    public var threads: [ThreadID]
    /// Where in the code that was done first.
    public var stack: StackID
    /// Whether none of these requests could wait for ever: tries, and waits that time out.
    public var isBounded: Bool

    /// Describes an edge.
    public init(
      held: ObjectID, wanted: ObjectID, count: Int, threads: [ThreadID], stack: StackID,
      isBounded: Bool
    ) {
      self.held = held
      self.wanted = wanted
      self.count = count
      self.threads = threads
      self.stack = stack
      self.isBounded = isBounded
    }
  }

  /// The edges, each pair of locks once, in the order of their first requests.
  public var edges: [Edge]

  /// Makes a graph.
  public init(edges: [Edge]) { self.edges = edges }

  /// The locks, each once and in order.
  ///
  /// - Complexity: Linear in the edges, and a sort.
  public var locks: [ObjectID] { Set(edges.flatMap { [$0.held, $0.wanted] }).sorted() }
}
