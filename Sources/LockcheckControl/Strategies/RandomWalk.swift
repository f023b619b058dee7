/// Goes on with the running thread most of the time, and else with any other.
///
/// Timeouts are chance's as everything else, but rarer: they are a choice like a thread only one time in eight.
package struct RandomWalk: Strategy {
  package let name: String
  private let switchProbability: Double
  private var random = SeededRandom(seed: 0)

  /// Makes the walk of a token's `random`: every choice is as likely as every other.
  package init() {
    name = "random"
    switchProbability = 1
  }

  /// Makes a walk that leaves the running thread with this probability, in percent: a token's `walk20`.
  package init(switchPercent: Int) {
    name = "walk\(switchPercent)"
    switchProbability = Double(switchPercent) / 100
  }

  package mutating func begin(iteration: Int, random: SeededRandom) { self.random = random }

  package mutating func choose(_ decision: Decision) -> Int {
    let choices = decision.choices
    guard choices.count > 1 else { return 0 }
    if choices[0].thread == decision.lastThread, !choices[0].isTimeout,
      random.unit() >= switchProbability
    {
      return 0
    }
    // Timeouts stand at the end.
    let ready = choices.firstIndex { $0.isTimeout } ?? choices.count
    let count = ready == 0 || random.below(8) == 0 ? choices.count : ready
    return random.below(count)
  }
}
