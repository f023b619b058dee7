import LockcheckFindings
import LockcheckTrace

/// Finds the cycles in which each request asks for a lock that is held around the next one.
///
/// The idea of Goodlock [Havelund 2000] for any length, as in iGoodLock [Joshi et al. 2009]:
///
/// 1. From each class of requests, in order, chains are drawn of later classes only: each cycle is
///    then met once, from its first request.
/// 2. A chain is only made longer if its end can still get back to its start, by the distances
///    between locks, within the length allowed. That length grows from round to round: the shortest
///    cycles come first.
///
/// A chain that can only become a cycle that is ruled out (``LockCycle/obstacle``) is followed too, on
/// a budget of its own. Whatever the search looks at counts against one of the two, so that neither
/// deep nests nor dense graphs take longer than others; where one of them runs out, the search says
/// so.
///
/// [Havelund 2000]: https://doi.org/10.1007/10722468_15
/// [Joshi et al. 2009]: https://doi.org/10.1145/1542476.1542489
struct LockCycleSearch {
  private let classes: [LockRequestClass]
  private let graph: LockRequestGraph
  private let limits: Limits

  /// What has been looked at so far: entries of lists of requests, holders and held locks.
  private(set) var steps = 0
  /// The same, along chains that can only be ruled out.
  private(set) var obstructedSteps = 0
  private var isCutByLength = false
  /// How far each lock is from the start of the chain, in classes; valid where `stamp` is `round`.
  private var distance: [Int]
  private var stamp: [Int]
  private var round = 0

  /// What was found, shortest first.
  private(set) var cycles: [LockCycle] = []
  private var obstructedCycles = 0

  /// How much the search may cost. There can be more cycles than atoms.
  struct Limits: Sendable {
    /// What is looked at along chains that may become findings.
    var steps = 20_000_000
    /// What is looked at along chains that can only be ruled out.
    var obstructedSteps = 2_000_000
    /// Cycles of each of the two kinds.
    var cycles = 10_000
    /// Locks held around the requests that are looked at, all together.
    var holds = 2_000_000
    /// What is looked at to choose threads for the cycles, and to write them down.
    var choices = 5_000_000
    /// Cycles that are reported, and patterns that are listed as ruled out.
    var reports = 1_000
  }

  /// Finds the cycles among `classes`.
  ///
  /// - Parameter ambiguous: What cannot be a gate lock.
  init(
    _ classes: [LockRequestClass], limits: Limits = Limits(), ambiguous: Set<ObjectID> = []
  ) {
    // Those that hold little first: their cycles are the plainest, if not all can be looked at.
    let order = classes.indices.sorted {
      (classes[$0].key.held.count, $0) < (classes[$1].key.held.count, $1)
    }
    self.classes = order.map { classes[$0] }
    self.limits = limits
    graph = LockRequestGraph(self.classes, ambiguous: ambiguous)
    distance = Array(repeating: 0, count: graph.lockCount)
    stamp = distance
    var chain = LockChain(graph)
    var previous = 1
    var length = 2
    while previous < graph.longestCycle, canGoOn(beyond: previous) {
      isCutByLength = false
      for start in order.indices where !graph.held[start].isEmpty && canGoOn(beyond: previous) {
        search(from: start, along: &chain, longerThan: previous, upTo: length)
      }
      guard isCutByLength else { break }
      previous = length
      length = length < 4 ? length + 1 : length + length / 2
    }
    for place in cycles.indices { cycles[place].renumber(by: order) }
    cycles.sort {
      $0.classes.count == $1.classes.count
        ? $0.classes.lexicographicallyPrecedes($1.classes)
        : $0.classes.count < $1.classes.count
    }
  }

  /// Whether cycles may be missing.
  var isExhausted: Bool {
    steps >= limits.steps || cycles.count - obstructedCycles >= limits.cycles
  }

  /// Whether cycles that are ruled out may be missing.
  var isObstructedExhausted: Bool {
    obstructedSteps >= limits.obstructedSteps || obstructedCycles >= limits.cycles
  }

  /// Whether cycles of more than `length` requests are still to be looked for. Those that need more
  /// threads than there are can only be ruled out.
  private func canGoOn(beyond length: Int) -> Bool {
    !isExhausted && (length < graph.threadCount || !isObstructedExhausted)
  }

  private mutating func spend(_ count: Int, isObstructed: Bool) {
    if isObstructed { obstructedSteps += count } else { steps += count }
  }

  /// Measures how far locks are from those that `start` holds, along later classes.
  private mutating func measure(from start: Int, upTo limit: Int, isObstructed: Bool) {
    round += 1
    var frontier = graph.held[start]
    spend(frontier.count, isObstructed: isObstructed)
    for lock in frontier {
      stamp[lock] = round
      distance[lock] = 0
    }
    var length = 0
    while !frontier.isEmpty {
      if length == limit {
        isCutByLength = true
        return
      }
      length += 1
      var next: [Int] = []
      for lock in frontier {
        for request in graph.requesters[lock].reversed() {
          spend(1, isObstructed: isObstructed)
          if request <= start || isSpent(isObstructed) { break }
          spend(graph.held[request].count, isObstructed: isObstructed)
          for other in graph.held[request] where stamp[other] != round {
            stamp[other] = round
            distance[other] = length
            next.append(other)
          }
        }
      }
      frontier = next
    }
  }

  private func isSpent(_ isObstructed: Bool) -> Bool {
    isObstructed ? obstructedSteps >= limits.obstructedSteps : steps >= limits.steps
  }

  private func distance(of lock: Int) -> Int? { stamp[lock] == round ? distance[lock] : nil }

  private mutating func search(
    from start: Int, along chain: inout LockChain, longerThan shortest: Int, upTo longest: Int
  ) {
    let isObstructed = shortest >= graph.threadCount
    // The last request of a cycle asks for what the start holds, the one before it for a lock one step
    // away, and so on up to the one that comes second.
    measure(from: start, upTo: longest - 2, isObstructed: isObstructed)
    chain.removeAll()
    // A worklist instead of recursion: a chain is as long as the longest cycle.
    var worklist = [(request: start, depth: 0, obstacle: RuledOut.Reason?.none)]
    if classes[start].key.isBounded { worklist[0].obstacle = .boundedAttempt }
    if isObstructed { worklist[0].obstacle = .sameThread }
    while let (request, depth, obstacle) = worklist.popLast() {
      if isExhausted { return }
      if obstacle != nil, isObstructedExhausted { continue }
      chain.truncate(to: depth)
      chain.append(request, obstacle)
      spend(graph.locks[request].count, isObstructed: obstacle != nil)
      if chain.requests.count > max(shortest, 1) { close(chain, at: start) }
      guard chain.requests.count < longest else {
        isCutByLength = isCutByLength || distance(of: graph.wanted[request]) != 0
        continue
      }
      for link in graph.holders[graph.wanted[request]].reversed() {
        spend(1, isObstructed: obstacle != nil)
        if link.holder <= start || isExhausted { break }
        guard let next = extend(chain, by: link, upTo: longest) else { continue }
        worklist.append((link.holder, depth + 1, next.obstacle))
      }
    }
  }

  /// That a chain can be made longer, and why no finding can come of it then.
  private struct Extension {
    var obstacle: RuledOut.Reason?
  }

  /// Whether the chain can go on with the class that holds what its last one asks for.
  private mutating func extend(
    _ chain: LockChain, by link: LockRequestGraph.Link, upTo longest: Int
  ) -> Extension? {
    let lock = graph.wanted[link.holder]
    guard let back = distance(of: lock) else { return nil }
    guard chain.requests.count + 1 + back <= longest else {
      isCutByLength = true
      return nil
    }
    if chain.asks(for: lock) { return nil }
    let obstacle = chain.obstacle ?? obstacle(to: link, after: chain)
    if obstacle != nil, isObstructedExhausted { return nil }
    return Extension(obstacle: obstacle)
  }

  private mutating func obstacle(
    to link: LockRequestGraph.Link, after chain: LockChain
  ) -> RuledOut.Reason? {
    let request = link.holder
    if chain.requests.count >= graph.threadCount { return .sameThread }
    if classes[chain.last].key.mode == .shared, link.mode == .shared { return .sharedOnly }
    if chain.isConfined(to: request) { return .sameThread }
    let gate = chain.gate(to: request)
    steps += gate.steps
    if let place = gate.place { return .gateLock(classes[request].key.held[place].lock) }
    return classes[request].key.isBounded ? .boundedAttempt : nil
  }

  /// Takes note of a cycle, if the chain is one.
  private mutating func close(_ chain: LockChain, at start: Int) {
    guard chain.requests.count > 1, distance(of: graph.wanted[chain.last]) == 0 else { return }
    let last = classes[chain.last].key
    guard let hold = classes[start].mode(holding: last.lock) else { return }
    var obstacle = chain.obstacle
    if obstacle == nil, last.mode == .shared, hold == .shared { obstacle = .sharedOnly }
    if obstacle != nil {
      if isObstructedExhausted { return }
      obstructedCycles += 1
    }
    cycles.append(LockCycle(classes: chain.requests, obstacle: obstacle))
  }
}

/// Requests that form a cycle: each asks for a lock that is held around the next one, the last one for
/// one that is held around the first.
struct LockCycle: Sendable, Equatable {
  /// Places in the list of classes, the smallest one first.
  var classes: [Int]
  /// Why it can be no deadlock, as far as modes and held locks tell.
  var obstacle: RuledOut.Reason?

  /// Replaces each class by what `numbers` has in its place.
  mutating func renumber(by numbers: [Int]) {
    let renumbered = classes.map { numbers[$0] }
    let first = renumbered.indices.min { renumbered[$0] < renumbered[$1] } ?? 0
    classes = Array(renumbered[first...] + renumbered[..<first])
  }
}
