import LockcheckControl

/// Looks for the fewest context switches with which a program still fails in the same way.
///
/// 1. `ddmin` of Zeller & Hildebrandt, *Simplifying and isolating failure-inducing input*, TSE 2002, over the
///    deviations from a run without preemptions: what is left is 1-minimal, that is, every one of them is
///    needed as long as the others are there.
/// 2. A 1-minimal set need not be the smallest, nor have the fewest switches: so two deviations are replaced
///    by one, and single ones are moved or given to another thread (``DeviationMoves``).
/// 3. Where that was better, all over again.
///
/// Each schedule is the one that was really run: a deviation that could not be followed is not in it.
struct ScheduleMinimizer: Sendable {
  /// The best schedule so far.
  private(set) var schedule: Schedule
  /// Its deviations: they give that schedule again.
  private(set) var deviations: [Deviation]
  /// Whether the budget was enough: every deviation was then seen to be needed.
  private(set) var isMinimal = false
  /// What is left of the budget.
  private(set) var budget: RunBudget
  private var tried: Set<[Deviation]>

  /// Begins with a schedule that fails.
  init(_ schedule: Schedule, budget: RunBudget = .standard) {
    self.schedule = schedule
    self.budget = budget
    deviations = schedule.deviations
    tried = [deviations]
  }

  /// Makes it as small as the budget allows.
  ///
  /// - Parameter fails: Runs the program with these deviations (``DeviationStrategy``), and returns the
  ///   schedule as it was run if it failed in the same way, else nil.
  /// - Complexity: O(deviations²) runs for `ddmin` at worst; as many moves as the budget allows.
  mutating func minimize(fails: ([Deviation]) -> Schedule?) {
    repeat {
      isMinimal = removeWhatIsNotNeeded(fails: fails)
    } while isMinimal && improve(fails: fails)
  }

  /// `ddmin`: cuts what is left into n pieces, and leaves one out. Where that fails still, it goes
  /// on with the rest and n - 1; where no piece can be left out, with twice as many.
  ///
  /// The paper also tries each piece alone. Here the empty set comes first: many failures need no deviation.
  ///
  /// - Returns: Whether the budget was enough.
  private mutating func removeWhatIsNotNeeded(fails: ([Deviation]) -> Schedule?) -> Bool {
    if accept([], fails: fails) || deviations.isEmpty { return true }
    var pieces = 2
    while deviations.count > 1 {
      guard budget.allowsRun else { return false }
      pieces = min(pieces, deviations.count)
      var isReduced = false
      for piece in 0..<pieces where !isReduced {
        let count = deviations.count
        let cut = piece * count / pieces..<(piece + 1) * count / pieces
        isReduced = accept(
          Array(deviations[..<cut.lowerBound] + deviations[cut.upperBound...]), fails: fails)
      }
      if isReduced {
        pieces = max(pieces - 1, 2)
      } else if pieces == deviations.count {
        break
      } else {
        pieces *= 2
      }
    }
    return budget.allowsRun
  }

  /// - Returns: Whether a better schedule was found.
  private mutating func improve(fails: ([Deviation]) -> Schedule?) -> Bool {
    for candidate in DeviationMoves(of: schedule).candidates {
      guard budget.allowsRun else { return false }
      if accept(candidate, fails: fails) { return true }
    }
    return false
  }

  /// Runs a candidate that was not run before, and goes on with it where it fails and is better.
  ///
  /// - Returns: Whether it goes on with it.
  private mutating func accept(
    _ candidate: [Deviation], fails: ([Deviation]) -> Schedule?
  ) -> Bool {
    guard budget.allowsRun, tried.insert(candidate).inserted else { return false }
    guard let found = fails(candidate) else {
      budget.passing -= 1
      return false
    }
    budget.failing -= 1
    guard found.price < schedule.price else { return false }
    schedule = found
    deviations = found.deviations
    tried.insert(deviations)
    return true
  }
}

extension Schedule {
  /// What a reader pays for it: deviations, then switches, then steps.
  var price: (deviations: Int, switches: Int, steps: Int) {
    (steps.count { $0.isDeviation }, switchCount, steps.count)
  }
}
