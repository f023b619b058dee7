/// Goes through all states that the steps of a part of a run can lead to, up to a number.
///
/// Steps that nobody else can notice are done at once and make no choice. States stand one after the
/// other in one array, found by open addressing: looking at one costs no memory of its own.
struct StateSpace {
  /// Whether all states have been seen, none that was looked for among them.
  private(set) var isComplete = false
  /// How many states were seen.
  private(set) var stateCount = 0

  /// A state, and how it was reached.
  private struct Node {
    var parent: Int32
    /// The thread that went on from there.
    var thread: Int32
    /// How many steps of which threads nobody noticed follow: a range of `silent`.
    var silent: Range<Int32>
  }

  private let problem: LocalProblem
  private let limit: Int
  private let width: Int
  private var states: ContiguousArray<Int32> = []
  private var nodes: ContiguousArray<Node> = []
  private var silent: ContiguousArray<Int32> = []
  /// Numbers of states, or -1; as many as a power of two.
  private var slots = ContiguousArray<Int32>(repeating: -1, count: 1024)

  /// - Parameter limit: How many states may be looked at.
  init(_ problem: LocalProblem, limit: Int) {
    self.problem = problem
    self.limit = limit
    width = problem.layout.end
  }

  /// Looks at states until `isDone` says so, those that follow the trace first.
  ///
  /// - Parameter isDone: Is shown each state, and a way to have the places of the steps that lead to it.
  mutating func explore(_ isDone: (LocalState, () -> [Int]) -> Bool) {
    var state = problem.initial
    var worklist: [Int32] = []
    var heads: [(thread: Int, number: Int)] = []
    if let first = reach(&state, from: -1, by: -1) { worklist.append(first) }
    while let number = worklist.popLast() {
      stateCount += 1
      if stateCount > limit { return }
      load(number, into: &state)
      if isDone(state, { schedule(to: number) }) { return }
      findHeads(in: state, &heads)
      for (thread, step) in heads {
        problem.perform(step, of: thread, in: &state)
        if let next = reach(&state, from: number, by: Int32(thread)) { worklist.append(next) }
        load(number, into: &state)
      }
    }
    isComplete = true
  }

  /// What can be done next: last what came first in the trace, which is then looked at first.
  private func findHeads(
    in state: LocalState, _ heads: inout [(thread: Int, number: Int)]
  ) {
    heads.removeAll(keepingCapacity: true)
    for thread in problem.threads.indices {
      guard let number = problem.head(of: thread, in: state),
        problem.isEnabled(number, in: state, keepsTurns: false)
      else { continue }
      heads.append((thread, number))
    }
    heads.sort { problem.steps[$0.number].place > problem.steps[$1.number].place }
  }

  private func load(_ number: Int32, into state: inout LocalState) {
    let first = Int(number) * width
    for place in 0..<width { state.values[place] = states[first + place] }
  }

  /// Does whatever nobody can notice, and keeps the state if it is new.
  private mutating func reach(
    _ state: inout LocalState, from parent: Int32, by thread: Int32
  ) -> Int32? {
    let first = Int32(silent.count)
    for thread in problem.threads.indices {
      while let number = problem.head(of: thread, in: state), problem.steps[number].isSilent,
        problem.isEnabled(number, in: state, keepsTurns: false)
      {
        problem.perform(number, of: thread, in: &state)
        silent.append(Int32(thread))
      }
    }
    var slot = hash(state) & (slots.count - 1)
    while slots[slot] >= 0 {
      if isEqual(state, slots[slot]) {
        silent.removeLast(silent.count - Int(first))
        return nil
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    let number = Int32(nodes.count)
    slots[slot] = number
    states.append(contentsOf: state.values)
    nodes.append(Node(parent: parent, thread: thread, silent: first..<Int32(silent.count)))
    if nodes.count * 2 > slots.count { growSlots(state) }
    return number
  }

  private func hash(_ state: LocalState) -> Int {
    var hash: UInt64 = 0
    for value in state.values {
      hash = (hash ^ UInt64(UInt32(bitPattern: value))) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 29
    }
    return Int(truncatingIfNeeded: hash ^ (hash >> 32))
  }

  private func isEqual(_ state: LocalState, _ number: Int32) -> Bool {
    let first = Int(number) * width
    for place in 0..<width where state.values[place] != states[first + place] { return false }
    return true
  }

  private mutating func growSlots(_ scratch: LocalState) {
    slots = ContiguousArray(repeating: -1, count: slots.count * 2)
    var state = scratch
    for number in nodes.indices {
      load(Int32(number), into: &state)
      var slot = hash(state) & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(number)
    }
  }

  private func schedule(to number: Int32) -> [Int] {
    var path: [Int32] = []
    var number = number
    while number >= 0 {
      path.append(number)
      number = nodes[Int(number)].parent
    }
    var done = [Int](repeating: 0, count: problem.threads.count)
    var schedule: [Int] = []
    for number in path.reversed() {
      let node = nodes[Int(number)]
      let threads = (node.thread >= 0 ? [node.thread] : []) + node.silent.map { silent[Int($0)] }
      for thread in threads {
        let step = problem.starts[Int(thread)] + done[Int(thread)]
        schedule.append(Int(problem.steps[step].place))
        done[Int(thread)] += 1
      }
    }
    return schedule
  }
}

extension LocalProblem {
  /// What looking at a state costs, in looks at a step.
  var stateCost: Int { 4 + layout.end / 2 + threads.count }
}
