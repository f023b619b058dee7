import LockcheckTrace

/// Velodrome's graph [Flanagan, Freund & Yi 2008] by its definition: every pair of events is asked
/// whether one must come before the other, and gives an edge between their transactions.
///
/// [Flanagan, Freund & Yi 2008]: https://doi.org/10.1145/1375581.1375618
struct TransactionGraph {
  /// For each event its transaction: the index of the outermost `begin` around it, else its own.
  let transactions: [Int]
  /// For each event the transactions from which it makes an edge to its own.
  private let sources: [Set<Int>]

  init(_ trace: Trace) {
    var transactions: [Int] = []
    var open: [ThreadID: (begin: Int, depth: Int)] = [:]
    for (index, event) in trace.events.enumerated() {
      if event.operation == .begin {
        open[event.thread, default: (index, 0)].depth += 1
      }
      transactions.append(open[event.thread]?.begin ?? index)
      if event.operation == .end, let block = open[event.thread] {
        open[event.thread] = block.depth > 1 ? (block.begin, block.depth - 1) : nil
      }
    }
    let order = ReferenceOrder(trace)
    self.transactions = transactions
    sources = trace.events.indices.map { later in
      let earlier = (0..<later).filter { earlier in
        transactions[earlier] != transactions[later]
          && (order.isEdge(earlier, later)
            || conflict(trace.events[earlier], trace.events[later]))
      }
      return Set(earlier.map { transactions[$0] })
    }
  }

  /// The first event after which there is a cycle.
  func firstCyclicEvent() -> Int? {
    var edges: [Int: Set<Int>] = [:]
    for event in sources.indices {
      for source in sources[event] { edges[source, default: []].insert(transactions[event]) }
      if reaches(transactions[event], transactions[event], edges) { return event }
    }
    return nil
  }

  /// Whether, right after the event, its transaction is on a cycle.
  func isOnCycle(after event: Int) -> Bool {
    reaches(transactions[event], transactions[event], edges(through: event))
  }

  /// The transactions that are on cycles in the end: in groups of which each reaches every other.
  func cyclicGroups() -> Set<Set<Int>> {
    let edges = edges(through: sources.count - 1)
    let cyclic = Set(transactions).filter { reaches($0, $0, edges) }
    return Set(
      cyclic.map { one in
        cyclic.filter { reaches(one, $0, edges) && reaches($0, one, edges) }
      })
  }

  private func edges(through last: Int) -> [Int: Set<Int>] {
    var edges: [Int: Set<Int>] = [:]
    for event in 0...last {
      for source in sources[event] { edges[source, default: []].insert(transactions[event]) }
    }
    return edges
  }

  /// Whether a path of at least one edge leads from `start` to `goal`.
  private func reaches(_ start: Int, _ goal: Int, _ edges: [Int: Set<Int>]) -> Bool {
    var seen: Set<Int> = []
    var worklist = [start]
    while let node = worklist.popLast() {
      for next in edges[node] ?? [] where seen.insert(next).inserted { worklist.append(next) }
    }
    return seen.contains(goal)
  }
}

/// Whether the order of two accesses to one variable makes a difference.
private func conflict(_ a: Event, _ b: Event) -> Bool {
  let isRead = { (event: Event) in event.operation == .read || event.operation == .atomicRead }
  return a.operation.isAccess && b.operation.isAccess && a.object == b.object
    && !(isRead(a) && isRead(b))
}
