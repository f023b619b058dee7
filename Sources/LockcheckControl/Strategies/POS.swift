import LockcheckTrace

/// Partial order sampling.
///
/// Yuan, Yang and Gu, "Partial order aware concurrency sampling", CAV 2018.
///
/// 1. Every pending step gets a random priority; the highest is taken.
/// 2. The steps that race with the one taken get new ones, so that orders of independent steps, which make no
///    difference, take no probability from those that do.
///
/// A timeout's priority is below every step's seven times of eight.
public struct POS: Strategy {
  public let name = "pos"
  private var random = SeededRandom(seed: 0)
  private var priorities = ThreadTable<UInt64>()
  private var timeoutPriorities = ThreadTable<UInt64>()

  /// Makes the strategy.
  public init() {}

  public mutating func begin(iteration: Int, random: SeededRandom) {
    self.random = random
    priorities.removeAll()
    timeoutPriorities.removeAll()
  }

  public mutating func choose(_ decision: Decision) -> Int {
    let choices = decision.choices
    var best = 0
    var bestPriority: UInt64 = 0
    for index in choices.indices {
      let priority = priority(of: choices[index])
      if index == 0 || priority > bestPriority {
        best = index
        bestPriority = priority
      }
    }
    let taken = choices[best]
    priorities[taken.thread] = nil
    timeoutPriorities[taken.thread] = nil
    for other in choices where other.thread != taken.thread && other.step.depends(on: taken.step) {
      priorities[other.thread] = nil
    }
    return best
  }

  private mutating func priority(of choice: Choice) -> UInt64 {
    let known = choice.isTimeout ? timeoutPriorities[choice.thread] : priorities[choice.thread]
    if let known { return known }
    // A thread that gives way comes late, a timeout mostly too.
    let isLate =
      choice.isTimeout ? !random.letsTimeoutsFire() : choice.step.operation == .dummy
    let priority = isLate ? random.next() >> 4 : random.next() >> 1 | 1 << 63
    if choice.isTimeout {
      timeoutPriorities[choice.thread] = priority
    } else {
      priorities[choice.thread] = priority
    }
    return priority
  }
}
