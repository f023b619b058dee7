import LockcheckTrace

/// The uniform random walk: every interleaving is as likely as every other.
///
/// Zhao, Wolff, Mathur and Roychoudhury, "Selectively uniform concurrency testing", ASPLOS 2025, Algorithm 1. A thread
/// goes on with a probability in proportion to the steps it has left, those of threads it will start among
/// them, for that is in proportion to the number of ways in which the schedule can end. The numbers are
/// those of the schedule of iteration 0; where threads do as much in every schedule and never wait, the walk is uniform.
public struct URW: Strategy {
  public let name = "urw"
  public var memory: StrategyMemory { .profile }
  private var random = SeededRandom(seed: 0)
  private var profile = Profile()
  private var planned: [Int] = []
  private var remaining = RemainingWork()
  private var weights: [Int] = []
  private var isProfile = false

  /// Makes the strategy.
  public init() {}

  public mutating func begin(iteration: Int, random: SeededRandom) {
    self.random = random
    isProfile = iteration == 0
    remaining.begin(planned)
  }

  public mutating func choose(_ decision: Decision) -> Int {
    if isProfile { return 0 }
    let index = pick(decision)
    let taken = decision.choices[index]
    if taken.step.operation == .fork {
      remaining.subtract(
        remaining.count(of: taken.step.object, in: profile), from: taken, in: profile)
    }
    remaining.subtract(1, from: taken, in: profile)
    return index
  }

  public mutating func end(_ schedule: Schedule) {
    guard isProfile else { return }
    profile = Profile(schedule)
    planned = profile.stepCounts
    profile.withChildren(&planned)
  }

  private mutating func pick(_ decision: Decision) -> Int {
    let ready = decision.readyCount
    guard decision.choices.count > 1 else { return 0 }
    if ready == 0 || (ready < decision.choices.count && random.letsTimeoutsFire()) {
      return random.below(decision.choices.count)
    }
    weights.removeAll(keepingCapacity: true)
    for index in 0..<ready {
      // A thread can always do one step more than in the first schedule.
      weights.append(max(1, remaining.of(decision.choices[index], in: profile)))
    }
    return random.pick(weights)
  }
}
