/// Puts the steps of a part of a run in an order in which all of them can be done, by always doing what
/// comes first by some preference, and never what would make a later step impossible.
///
/// A write waits for the reads of the value that it replaces, and a section that is not left any more for
/// all others on its lock. Where no step is left that can be done, the preference was wrong, or there
/// is no such order: this does not tell which.
struct GreedySchedule {
  /// What is done first of all that can be done.
  enum Preference: Sendable {
    /// What came first in the trace.
    case trace
    /// The steps of the thread with the lowest rank.
    case ranks([Int])
  }

  private let problem: LocalProblem
  /// By step: whether it enters a section that is not left any more.
  private var isFinal: ContiguousArray<Bool>
  /// How many looks at a step it has taken.
  private(set) var cost = 0

  /// - Complexity: Linear in steps.
  init(_ problem: LocalProblem) {
    self.problem = problem
    isFinal = ContiguousArray(repeating: false, count: problem.steps.count)
    for thread in problem.threads.indices {
      var left: Set<Int32> = []
      for number in (problem.starts[thread]..<problem.starts[thread + 1]).reversed() {
        let step = problem.steps[number]
        if step.lockAction == .leave { left.insert(step.lock) }
        if step.lockAction == .enter || step.lockAction == .enterShared {
          isFinal[number] = left.remove(step.lock) == nil
        }
      }
    }
  }

  /// What is still to come.
  private struct Remaining {
    /// By step that writes: how many reads of it. By variable: how many reads of the value at the cut.
    var readers: ContiguousArray<Int32>
    var firstReaders: ContiguousArray<Int32>
    /// By lock: how many sections of each kind.
    var entries: ContiguousArray<Int32>
    var sharedEntries: ContiguousArray<Int32>

    init(_ problem: LocalProblem) {
      readers = ContiguousArray(repeating: 0, count: problem.steps.count)
      firstReaders = ContiguousArray(
        repeating: 0, count: problem.layout.owners - problem.layout.writers)
      entries = ContiguousArray(repeating: 0, count: problem.layout.sharers - problem.layout.owners)
      sharedEntries = entries
      for step in problem.steps { count(step, 1) }
    }

    mutating func count(_ step: LocalProblem.Step, _ change: Int32) {
      if step.access == .read || step.access == .update {
        if step.source >= 0 {
          readers[Int(step.source)] += change
        } else {
          firstReaders[Int(step.variable)] += change
        }
      }
      if step.lockAction == .enter { entries[Int(step.lock)] += change }
      if step.lockAction == .enterShared { sharedEntries[Int(step.lock)] += change }
    }
  }

  /// The places of the steps in an order in which they can be done; nil where none was found.
  ///
  /// - Complexity: Steps times threads.
  mutating func order(by preference: Preference) -> [Int]? {
    var state = problem.initial
    var remaining = Remaining(problem)
    var order: [Int] = []
    order.reserveCapacity(problem.steps.count)
    while order.count < problem.steps.count {
      guard let thread = next(by: preference, state, remaining),
        let number = problem.head(of: thread, in: state)
      else { return nil }
      problem.perform(number, of: thread, in: &state)
      remaining.count(problem.steps[number], -1)
      order.append(Int(problem.steps[number].place))
    }
    return order
  }

  private mutating func next(
    by preference: Preference, _ state: LocalState, _ remaining: Remaining
  ) -> Int? {
    var best: Int?
    var bestRank = Int.max
    for thread in problem.threads.indices {
      guard let number = problem.head(of: thread, in: state) else { continue }
      cost += 1
      let step = problem.steps[number]
      let rank: Int
      switch preference {
      case .trace: rank = Int(step.place)
      case .ranks(let ranks): rank = ranks[thread]
      }
      if rank < bestRank, problem.isEnabled(number, in: state, keepsTurns: true),
        spoilsNothing(number, state, remaining)
      {
        best = thread
        bestRank = rank
      }
    }
    return best
  }

  private func spoilsNothing(
    _ number: Int, _ state: LocalState, _ remaining: Remaining
  ) -> Bool {
    let step = problem.steps[number]
    if step.access == .write || step.access == .update {
      let writer = state.values[problem.layout.writers + Int(step.variable)]
      let readers =
        writer >= 0 ? remaining.readers[Int(writer)] : remaining.firstReaders[Int(step.variable)]
      // An update is a reader of what it replaces.
      if readers > (step.access == .update ? 1 : 0) { return false }
    }
    guard isFinal[number] else { return true }
    let others = remaining.entries[Int(step.lock)]
    if step.lockAction == .enterShared { return others == 0 }
    return others + remaining.sharedEntries[Int(step.lock)] == 1
  }
}
