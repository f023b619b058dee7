import LockcheckFindings
import LockcheckTrace

/// Looks for threads that can stand on the steps of a cycle at the same time: one for each, all
/// different, at moments that nothing orders.
struct LockCycleAssignment {
  private let classes: [LockRequestClass]
  private let table: LockDependencyTable
  /// By class, once asked for: every choice, and the first one of each thread.
  private var choices: [Int: [Choice]] = [:]
  private var firstChoices: [Int: [Choice]] = [:]
  private var attempts = 0

  /// Comparisons of moments and choices listed, over all cycles.
  private(set) var steps = 0
  private let stepLimit: Int

  /// How many choices are tried for one cycle; after that it is taken to be possible, as nothing shows
  /// that it is not.
  private static let limit = 20_000

  /// A thread's requests at some moment.
  struct Choice: Sendable {
    var dependency: Int
    var member: LockRequestClass.Member
    var window: OrderWindow
  }

  enum Outcome {
    /// They can meet.
    case feasible([Choice])
    /// There are too few threads, or some step always comes before another.
    case infeasible(RuledOut.Reason, [Choice])
  }

  init(_ classes: [LockRequestClass], _ table: LockDependencyTable, limit: Int) {
    self.classes = classes
    self.table = table
    stepLimit = limit
  }

  /// Whether all that may be looked at has been.
  var isExhausted: Bool { steps >= stepLimit }

  /// Chooses a thread and moment for each of the classes; nil if there is no budget left to say.
  mutating func assign(_ cycle: LockCycle) -> Outcome? {
    if isExhausted { return nil }
    for request in cycle.classes { list(request) }
    let first = cycle.classes.compactMap { firstChoices[$0]?.first }
    if cycle.obstacle == .sameThread { return .infeasible(.sameThread, first) }
    if let choices = choose(cycle.classes, from: choices) { return .feasible(choices) }
    let isUndecided = attempts >= Self.limit
    let unordered = choose(cycle.classes, from: firstChoices, isOrderIgnored: true)
    if isExhausted { return nil }
    guard let unordered else { return .infeasible(.sameThread, first) }
    return isUndecided ? .feasible(unordered) : .infeasible(order(of: unordered), unordered)
  }

  private func order(of choices: [Choice]) -> RuledOut.Reason {
    for one in choices {
      for other in choices where one.window.isBefore(other.window) {
        return .ordered(
          earlier: Int(one.window.last) - 1, later: Int(other.window.first) - 1)
      }
    }
    // No two of the first choices are ordered, but no choice of all fits together.
    return .ordered(
      earlier: table.dependencies[choices[0].dependency].first,
      later: table.dependencies[choices[1].dependency].first)
  }

  /// Backtracking, step by step; nil where no choice fits, or after too many attempts.
  private mutating func choose(
    _ cycle: [Int], from lists: [Int: [Choice]], isOrderIgnored: Bool = false
  ) -> [Choice]? {
    attempts = 0
    let options = cycle.map { lists[$0] ?? [] }
    var taken = [Int](repeating: -1, count: cycle.count)
    var chosen: [Choice] = []
    while chosen.count < cycle.count {
      let step = chosen.count
      taken[step] += 1
      attempts += 1
      steps += 1
      if attempts >= Self.limit || isExhausted { return nil }
      if taken[step] == options[step].count {
        taken[step] = -1
        if chosen.popLast() == nil { return nil }
        continue
      }
      let choice = options[step][taken[step]]
      var fits = true
      for earlier in chosen {
        steps += 1
        fits =
          earlier.window.thread != choice.window.thread
          && (isOrderIgnored
            || (!earlier.window.isBefore(choice.window)
              && !choice.window.isBefore(earlier.window)))
        if !fits { break }
      }
      if fits { chosen.append(choice) }
    }
    return chosen
  }

  /// Lists the choices for a class.
  private mutating func list(_ request: Int) {
    guard choices[request] == nil else { return }
    var all: [Choice] = []
    var first: [Choice] = []
    for member in classes[request].members {
      for dependency in member.dependencies {
        for window in table.windows[dependency] {
          all.append(Choice(dependency: dependency, member: member, window: window))
        }
      }
      let dependency = member.dependencies[0]
      first.append(
        Choice(dependency: dependency, member: member, window: table.windows[dependency][0]))
    }
    steps += all.count
    choices[request] = all
    firstChoices[request] = first
  }
}
