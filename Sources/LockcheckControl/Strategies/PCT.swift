import LockcheckTrace

/// Probabilistic concurrency testing.
///
/// Burckhardt, Kothari, Musuvathi and Nagarakatte, "A randomized scheduler with probabilistic guarantees of finding
/// bugs", ASPLOS 2010. With n threads and k steps it finds a bug of depth d in one schedule with probability at
/// least 1 / (n k^(d-1)).
///
/// 1. Every thread gets a random priority; the highest that can go on does.
/// 2. d - 1 steps are drawn beforehand; the thread that takes the i-th of them falls to priority d - i, below
///    every first one.
///
/// Departures: k is the length of the schedule of iteration 0. A thread that gives way, or that has taken 500 steps
/// running while others could go on, falls below all others, so that a loop that waits for them ends.
public struct PCT: Strategy {
  public let name: String
  public var memory: StrategyMemory { .profile }
  private let depth: Int
  private var random = SeededRandom(seed: 0)
  private var stepCount = 1
  private var changePoints: [Int] = []
  private var priorities = ThreadTable<Int64>()
  private var timeoutPriorities = ThreadTable<Int64>()
  private var lowest: Int64 = 0
  private var runningFor = 0
  private var isProfile = false

  /// Makes the strategy for bugs of this depth, from 1: the number of orderings of two steps that a bug needs.
  public init(depth: Int) {
    name = "pct\(depth)"
    self.depth = depth
  }

  public mutating func begin(iteration: Int, random: SeededRandom) {
    isProfile = iteration == 0
    self.random = random
    priorities.removeAll()
    timeoutPriorities.removeAll()
    changePoints.removeAll(keepingCapacity: true)
    for _ in 0..<(depth - 1) { changePoints.append(self.random.below(stepCount)) }
    lowest = 0
    runningFor = 0
  }

  public mutating func choose(_ decision: Decision) -> Int {
    if isProfile { return 0 }
    var index = highest(decision)
    for (place, point) in changePoints.enumerated() where point == decision.index {
      setPriority(of: decision.choices[index], to: Int64(depth - 1 - place))
      index = highest(decision)
    }
    demoteIfUnfair(decision.choices[index], decision)
    return index
  }

  public mutating func end(_ schedule: Schedule) {
    if isProfile { stepCount = max(schedule.steps.count, 1) }
  }

  private mutating func highest(_ decision: Decision) -> Int {
    var best = 0
    var bestPriority = Int64.min
    for index in decision.choices.indices {
      let priority = priority(of: decision.choices[index])
      if priority > bestPriority {
        best = index
        bestPriority = priority
      }
    }
    return best
  }

  private mutating func priority(of choice: Choice) -> Int64 {
    let known = choice.isTimeout ? timeoutPriorities[choice.thread] : priorities[choice.thread]
    if let known { return known }
    let isLate = choice.isTimeout && !random.letsTimeoutsFire()
    let priority = isLate ? Int64.min + 1 : freshPriority()
    setPriority(of: choice, to: priority)
    return priority
  }

  private mutating func setPriority(of choice: Choice, to priority: Int64) {
    if choice.isTimeout {
      timeoutPriorities[choice.thread] = priority
    } else {
      priorities[choice.thread] = priority
    }
  }

  /// Above the priorities of the change points.
  private mutating func freshPriority() -> Int64 { Int64(random.next() >> 2) + Int64(depth) }

  private mutating func demoteIfUnfair(_ choice: Choice, _ decision: Decision) {
    runningFor = choice.thread == decision.lastThread ? runningFor + 1 : 0
    // A wait that ended early is a new one next time.
    timeoutPriorities[choice.thread] = nil
    guard choice.step.operation == .dummy || runningFor >= 500 else { return }
    lowest -= 1
    setPriority(of: choice, to: lowest)
    runningFor = 0
  }
}
