import LockcheckFindings
import LockcheckTrace

/// Looks for threads that can stand on the steps of a cycle at the same time: one for each, all
/// different, at moments that nothing orders.
struct LockCycleAssignment {
  private let classes: [LockRequestClass]
  private let table: LockDependencyTable
  private var attempts = 0

  /// How many choices are tried; after that the cycle is taken to be possible, as nothing shows that
  /// it is not.
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

  init(_ classes: [LockRequestClass], _ table: LockDependencyTable) {
    self.classes = classes
    self.table = table
  }

  /// Chooses a thread and moment for each of the classes.
  mutating func assign(_ cycle: [Int]) -> Outcome {
    if let choices = choose(cycle, isOrderIgnored: false) { return .feasible(choices) }
    if attempts >= Self.limit, let choices = choose(cycle, isOrderIgnored: true) {
      return .feasible(choices)
    }
    guard let choices = choose(cycle, isOrderIgnored: true) else {
      let first = cycle.map { self.choices(for: $0, isOrderIgnored: true)[0] }
      return .infeasible(.sameThread, first)
    }
    return .infeasible(order(of: choices), choices)
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
  private mutating func choose(_ cycle: [Int], isOrderIgnored: Bool) -> [Choice]? {
    attempts = 0
    let options = cycle.map { choices(for: $0, isOrderIgnored: isOrderIgnored) }
    var taken = [Int](repeating: -1, count: cycle.count)
    var chosen: [Choice] = []
    while chosen.count < cycle.count {
      let step = chosen.count
      taken[step] += 1
      attempts += 1
      if attempts >= Self.limit { return nil }
      if taken[step] == options[step].count {
        taken[step] = -1
        if chosen.popLast() == nil { return nil }
        continue
      }
      let choice = options[step][taken[step]]
      let fits = chosen.allSatisfy { earlier in
        earlier.window.thread != choice.window.thread
          && (isOrderIgnored
            || (!earlier.window.isBefore(choice.window)
              && !choice.window.isBefore(earlier.window)))
      }
      if fits { chosen.append(choice) }
    }
    return chosen
  }

  private func choices(for request: Int, isOrderIgnored: Bool) -> [Choice] {
    var choices: [Choice] = []
    for member in classes[request].members {
      for dependency in member.dependencies {
        for window in table.windows[dependency] {
          choices.append(Choice(dependency: dependency, member: member, window: window))
          if isOrderIgnored { break }
        }
        if isOrderIgnored { break }
      }
    }
    return choices
  }
}
