internal import LockcheckGraphs

/// The orders in which locks are taken, one instance after another, as far as the program has run.
///
/// Decides and reports nothing. A pair that would close a cycle is kept out of the graph, and given out
/// once two threads or more can go round the cycle; a thread cannot meet itself.
struct LockOrder {
  /// A lock taken while another one was held.
  struct Pair: Hashable {
    let held: UInt32
    let taken: UInt32
  }

  /// How a pair was first seen.
  struct Sighting {
    let thread: UInt32
    let threadName: String
    /// Where the first was taken and where the second, by their numbers in the depot.
    let heldSince: UInt32
    let takenAt: UInt32
    /// Whether another thread has done the same since.
    fileprivate(set) var isByMany = false
  }

  private var graph = IncrementalTopologicalOrder<UInt32>()
  private var sightings: [Pair: Sighting] = [:]
  /// Pairs that close a cycle, kept out of the graph, and whether they have been given out.
  private var refused: [Pair: Bool] = [:]

  /// How the pair was first seen; nil where it was not.
  func sighting(of pair: Pair) -> Sighting? { sightings[pair] }

  /// How many pairs are known.
  var pairCount: Int { sightings.count }

  /// Takes note of a pair.
  ///
  /// - Returns: The cycles that can now be gone round, each as its pairs in order.
  mutating func note(_ pair: Pair, _ sighting: Sighting) -> [[Pair]] {
    if let known = sightings[pair] {
      if known.isByMany || known.thread == sighting.thread { return [] }
      sightings[pair]?.isByMany = true
    } else {
      sightings[pair] = sighting
      if graph.insertEdge(from: pair.held, to: pair.taken) != nil { refused[pair] = false }
    }
    var cycles: [[Pair]] = []
    for (closing, isGivenOut) in refused where !isGivenOut {
      guard let cycle = cycle(closedBy: closing), cycle.contains(pair), isBySeveral(cycle) else {
        continue
      }
      cycles.append(cycle)
      refused[closing] = true
    }
    return cycles
  }

  /// Forgets a lock that is gone.
  mutating func forget(_ object: UInt32) {
    for next in graph.successors(of: object) {
      sightings[Pair(held: object, taken: next)] = nil
    }
    for previous in graph.predecessors(of: object) {
      sightings[Pair(held: previous, taken: object)] = nil
    }
    graph.remove(object)
    for pair in refused.keys where pair.held == object || pair.taken == object {
      sightings[pair] = nil
      refused[pair] = nil
    }
  }

  private func cycle(closedBy pair: Pair) -> [Pair]? {
    guard let path = graph.path(from: pair.taken, to: pair.held) else { return nil }
    return [pair] + zip(path, path.dropFirst()).map { Pair(held: $0, taken: $1) }
  }

  private func isBySeveral(_ cycle: [Pair]) -> Bool {
    let known = cycle.compactMap { sightings[$0] }
    return known.contains(where: \.isByMany) || Set(known.map(\.thread)).count > 1
  }
}
