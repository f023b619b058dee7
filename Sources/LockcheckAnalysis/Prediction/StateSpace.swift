/// Goes through all states that the steps of a part of a run can lead to, up to a number.
///
/// Steps that nobody else can notice are done at once and make no choice.
struct StateSpace {
  /// Whether all states have been seen, none that was looked for among them.
  private(set) var isComplete = false
  /// How many states were seen.
  private(set) var stateCount = 0

  /// A state as it was reached.
  private struct Node {
    var parent: Int32
    var thread: Int32
  }

  private let problem: LocalProblem
  private let limit: Int
  private var nodes: [Node] = []

  /// - Parameter limit: How many states may be looked at.
  init(_ problem: LocalProblem, limit: Int) {
    self.problem = problem
    self.limit = limit
  }

  /// Looks at states until `isDone` says so.
  ///
  /// - Parameter isDone: Is shown each state, and a way to have the places of the steps that lead to it.
  mutating func explore(_ isDone: (LocalState, () -> [Int]) -> Bool) {
    var seen: Set<LocalState> = []
    var worklist: [(state: LocalState, node: Int32)] = []
    var first = problem.initial
    let root = settle(&first, from: -1)
    seen.insert(first)
    worklist.append((first, root))
    while let (state, node) = worklist.popLast() {
      stateCount += 1
      if stateCount > limit { return }
      if isDone(state, { schedule(to: node) }) { return }
      // The last one that is put on the list is the first to be looked at: what came first in the trace.
      let heads = problem.threads.indices
        .compactMap { thread in problem.head(of: thread, in: state).map { (thread, $0) } }
        .filter { problem.isEnabled($0.1, in: state, keepsTurns: false) }
        .sorted { problem.steps[$0.1].place > problem.steps[$1.1].place }
      for (thread, number) in heads {
        var next = state
        problem.perform(number, of: thread, in: &next)
        let reached = settle(&next, from: add(Node(parent: node, thread: Int32(thread))))
        if seen.insert(next).inserted { worklist.append((next, reached)) }
      }
    }
    isComplete = true
  }

  private mutating func add(_ node: Node) -> Int32 {
    nodes.append(node)
    return Int32(nodes.count - 1)
  }

  /// Does whatever nobody can notice.
  private mutating func settle(_ state: inout LocalState, from node: Int32) -> Int32 {
    var node = node
    for thread in problem.threads.indices {
      while let number = problem.head(of: thread, in: state), problem.steps[number].isSilent,
        problem.isEnabled(number, in: state, keepsTurns: false)
      {
        problem.perform(number, of: thread, in: &state)
        node = add(Node(parent: node, thread: Int32(thread)))
      }
    }
    return node
  }

  private func schedule(to node: Int32) -> [Int] {
    var threads: [Int] = []
    var node = node
    while node >= 0 {
      threads.append(Int(nodes[Int(node)].thread))
      node = nodes[Int(node)].parent
    }
    var done = [Int](repeating: 0, count: problem.threads.count)
    return threads.reversed().map { thread in
      let number = problem.starts[thread] + done[thread]
      done[thread] += 1
      return Int(problem.steps[number].place)
    }
  }
}
