import LockcheckFindings
import LockcheckGraphs
import LockcheckTrace

/// Finds the cycles in which each request asks for a lock that is held around the next one.
///
/// The idea of Goodlock [Havelund 2000] for any length, as in iGoodLock [Joshi et al. 2009]:
///
/// 1. Locks are nodes; there is an edge from every lock that is held to the one that is asked for.
///    A cycle of requests runs inside a strongly connected component, so nothing else is looked at.
/// 2. From each class of requests, in order, chains are drawn of later classes only: each cycle is
///    then met once, from its first request.
/// 3. A chain is only made longer if its end can still get back to its start, by the distances
///    between locks, within the length allowed. That length grows from round to round: the shortest
///    cycles come first.
///
/// A chain that can only become a cycle that is ruled out (``LockCycle/obstacle``) is followed too, on
/// a budget of its own.
///
/// [Havelund 2000]: https://doi.org/10.1007/10722468_15
/// [Joshi et al. 2009]: https://doi.org/10.1145/1542476.1542489
struct LockCycleSearch {
  private let classes: [LockRequestClass]
  private let limits: Limits
  /// By lock, densely renumbered: the classes that hold it, and those that ask for it.
  private var holders: [[Link]] = []
  private var requesters: [[Int]] = []
  /// By class: the lock asked for, and the locks held, densely renumbered.
  private var wanted: [Int] = []
  private var held: [[Int]] = []
  private var longest = 0

  private var steps = 0
  private var obstructedSteps = 0
  private var isCutByLength = false
  /// How far each lock is from the start of the chain, in classes; valid where `stamp` is `round`.
  private var distance: [Int] = []
  private var stamp: [Int] = []
  private var round = 0

  /// What was found, shortest first.
  private(set) var cycles: [LockCycle] = []
  private var obstructedCycles = 0

  /// How much the search may cost. There can be more cycles than atoms.
  struct Limits: Sendable {
    /// Classes looked at along chains that may become findings; one that holds many locks counts for
    /// several.
    var steps = 5_000_000
    /// The same along chains that can only be ruled out.
    var obstructedSteps = 500_000
    /// Cycles of each of the two kinds.
    var cycles = 10_000
  }

  private struct Link {
    var holder: Int
    var mode: LockMode
  }

  /// Finds the cycles among `classes`.
  init(_ classes: [LockRequestClass], limits: Limits = Limits()) {
    self.classes = classes
    self.limits = limits
    index()
    var previous = 1
    var length = 2
    while previous < longest, !isExhausted {
      isCutByLength = false
      for start in classes.indices where !held[start].isEmpty && !isExhausted {
        search(from: start, longerThan: previous, upTo: length)
      }
      guard isCutByLength else { break }
      previous = length
      length = length < 4 ? length + 1 : length + length / 2
    }
    cycles.sort {
      ($0.classes.count, $0.classes[0]) < ($1.classes.count, $1.classes[0])
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

  private mutating func index() {
    var numbers: [ObjectID: Int] = [:]
    func number(_ lock: ObjectID) -> Int {
      let next = numbers.count
      return numbers[lock]
        ?? {
          numbers[lock] = next; return next
        }()
    }
    var edges: [(from: Int, to: Int)] = []
    for request in classes {
      let target = number(request.key.lock)
      wanted.append(target)
      for hold in request.key.held { edges.append((number(hold.lock), target)) }
    }
    let components = StronglyConnectedComponents(
      of: DirectedGraph(nodeCount: numbers.count, edges: edges))
    holders = Array(repeating: [], count: numbers.count)
    requesters = Array(repeating: [], count: numbers.count)
    distance = Array(repeating: 0, count: numbers.count)
    stamp = distance
    for (place, request) in classes.enumerated() {
      let target = wanted[place]
      var inside: [Int] = []
      for hold in request.key.held {
        let lock = number(hold.lock)
        guard components.component[lock] == components.component[target] else { continue }
        inside.append(lock)
        holders[lock].append(Link(holder: place, mode: hold.mode))
      }
      held.append(inside)
      if !inside.isEmpty { requesters[target].append(place) }
    }
    longest = components.sizes.max() ?? 0
  }

  /// Measures how far locks are from those that `start` holds, along later classes.
  private mutating func measure(from start: Int, upTo limit: Int) {
    round += 1
    var frontier = held[start]
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
        for request in requesters[lock] where request > start {
          steps += cost(of: request)
          for other in held[request] where stamp[other] != round {
            stamp[other] = round
            distance[other] = length
            next.append(other)
          }
        }
      }
      frontier = next
    }
  }

  /// What looking at all that a class holds counts for.
  private func cost(of request: Int) -> Int { 1 + classes[request].key.held.count / 16 }

  private func distance(of lock: Int) -> Int? { stamp[lock] == round ? distance[lock] : nil }

  private mutating func search(from start: Int, longerThan shortest: Int, upTo longest: Int) {
    measure(from: start, upTo: longest - 1)
    guard let back = distance(of: wanted[start]), back + 1 <= longest else { return }
    var chain = Chain()
    // A worklist instead of recursion: a chain is as long as the longest cycle.
    var worklist = [(request: start, depth: 0, obstacle: RuledOut.Reason?.none)]
    worklist[0].obstacle = classes[start].key.isBounded ? .boundedAttempt : nil
    while let (request, depth, obstacle) = worklist.popLast() {
      if isExhausted { return }
      chain.truncate(to: depth)
      chain.append(request, obstacle)
      if chain.requests.count > max(shortest, 1) { close(chain, at: start) }
      guard chain.requests.count < longest else {
        isCutByLength = isCutByLength || distance(of: wanted[request]) != 0
        continue
      }
      for link in holders[wanted[request]].reversed() where link.holder > start {
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
    _ chain: Chain, by link: Link, upTo longest: Int
  ) -> Extension? {
    let request = link.holder
    let lock = wanted[request]
    if chain.obstacle == nil { steps += 1 } else { obstructedSteps += 1 }
    guard let back = distance(of: lock) else { return nil }
    guard chain.requests.count + 1 + back <= longest else {
      isCutByLength = true
      return nil
    }
    if chain.requests.contains(where: { wanted[$0] == lock }) { return nil }
    // A gate is looked for along the whole chain.
    if chain.obstacle == nil { steps += (cost(of: request) - 1) * chain.requests.count }
    let obstacle = chain.obstacle ?? obstacle(to: request, after: chain, hold: link.mode)
    if obstacle != nil, isObstructedExhausted { return nil }
    return Extension(obstacle: obstacle)
  }

  private func obstacle(
    to request: Int, after chain: Chain, hold: LockMode
  ) -> RuledOut.Reason? {
    if classes[chain.last].key.mode == .shared, hold == .shared { return .sharedOnly }
    for earlier in chain.requests {
      if let gate = classes[earlier].gate(with: classes[request]) { return .gateLock(gate) }
    }
    return classes[request].key.isBounded ? .boundedAttempt : nil
  }

  /// Takes note of a cycle, if the chain is one.
  private mutating func close(_ chain: Chain, at start: Int) {
    let last = classes[chain.last].key
    guard chain.requests.count > 1, let hold = classes[start].mode(holding: last.lock) else {
      return
    }
    var obstacle = chain.obstacle
    if obstacle == nil, last.mode == .shared, hold == .shared { obstacle = .sharedOnly }
    if obstacle != nil {
      if isObstructedExhausted { return }
      obstructedCycles += 1
    }
    cycles.append(LockCycle(classes: chain.requests, obstacle: obstacle))
  }

  /// Classes of requests, each of which asks for what the next one holds.
  private struct Chain {
    private(set) var requests: [Int] = []
    private var obstacles: [RuledOut.Reason?] = []

    var last: Int { requests[requests.count - 1] }
    /// Why no finding can come of it.
    var obstacle: RuledOut.Reason? { obstacles[obstacles.count - 1] }

    mutating func truncate(to count: Int) {
      requests.removeLast(requests.count - count)
      obstacles.removeLast(obstacles.count - count)
    }

    mutating func append(_ request: Int, _ obstacle: RuledOut.Reason?) {
      requests.append(request)
      obstacles.append(obstacle)
    }
  }
}

/// Requests that form a cycle: each asks for a lock that is held around the next one, the last one for
/// one that is held around the first.
struct LockCycle: Sendable, Equatable {
  /// Places in the list of classes, the smallest one first.
  var classes: [Int]
  /// Why it can be no deadlock, as far as modes and held locks tell.
  var obstacle: RuledOut.Reason?
}
