import LockcheckTrace

/// Drives threads into the deadlocks that the order of their locks suggests.
///
/// From the run without preemptions it learns which locks each thread takes while it holds others. Where that
/// goes round in a circle, it keeps each thread of the circle before the lock that it still needs, until
/// all of them stand there: what Goodlock suspects (Havelund, SPIN 2000), DeadlockFuzzer makes happen (Joshi, Park, Sen and
/// Naik, PLDI 2009). Iteration i > 0 hunts circle i - 1, round and round; it finds nothing but deadlocks of locks
/// and of semaphores that are used as such.
package struct LockOrderHunt: Strategy {
  package let name = "hunt"
  package var memory: StrategyMemory { .profile }
  private var circles: [[Nesting]] = []
  private var circle: [Nesting] = []
  private var holds = HeldMarks()
  private var isReleased = false
  private var isProfile = false

  /// A thread takes a lock while it holds another.
  private struct Nesting: Hashable {
    var thread: ObjectMark
    var held: ObjectMark
    var wanted: ObjectMark
    /// All that it holds then: a lock that two of them hold keeps them apart.
    var guards: Set<ObjectMark>
  }

  /// The longest circle, and how many circles, it looks for.
  private static var limits: (length: Int, count: Int) { (5, 64) }

  /// Makes a hunt that knows nothing yet.
  package init() {}

  /// How many circles there are to be hunted.
  var circleCount: Int { circles.count }

  package mutating func begin(iteration: Int, random: SeededRandom) {
    isProfile = iteration == 0
    circle = isProfile || circles.isEmpty ? [] : circles[(iteration - 1) % circles.count]
    holds = HeldMarks()
    isReleased = false
  }

  package mutating func choose(_ decision: Decision) -> Int {
    var index = 0
    if !isReleased, !circle.isEmpty {
      if let free = decision.choices.firstIndex(where: { !$0.isTimeout && !isParked($0) }) {
        index = free
      } else {
        isReleased = true
      }
    }
    holds.take(decision.choices[index])
    return index
  }

  package mutating func end(_ schedule: Schedule) {
    if isProfile { circles = Self.circles(in: Self.nestings(of: schedule)) }
  }

  private func isParked(_ choice: Choice) -> Bool {
    guard choice.step.operation == .acquire else { return false }
    return circle.contains {
      $0.thread == choice.mark && $0.wanted == choice.step.object
        && holds.has(choice.mark, $0.held)
    }
  }

  private static func nestings(of schedule: Schedule) -> [Nesting] {
    var holds = HeldMarks()
    var found: [Nesting] = []
    var seen: Set<Nesting> = []
    for taken in schedule.steps {
      let choice = taken.choice
      let held = holds.of(choice.mark)
      if choice.step.operation == .acquire, choice.step.attempt == .blocking,
        !held.contains(choice.step.object)
      {
        for lock in held {
          let nesting = Nesting(
            thread: choice.mark, held: lock, wanted: choice.step.object, guards: Set(held))
          if seen.insert(nesting).inserted { found.append(nesting) }
        }
      }
      holds.take(choice)
    }
    return found
  }

  /// Each circle once: it begins with the nesting that was seen first.
  private static func circles(in nestings: [Nesting]) -> [[Nesting]] {
    var found: [[Nesting]] = []
    var ways = nestings.indices.reversed().map { [$0] }
    // A worklist: a program can nest locks as it likes, and what is looked at is bounded by the count.
    var looked = 0
    while let way = ways.popLast(), found.count < limits.count, looked < 20_000 {
      looked += 1
      let last = nestings[way[way.count - 1]]
      if way.count > 1, last.wanted == nestings[way[0]].held {
        found.append(way.map { nestings[$0] })
        continue
      }
      guard way.count < limits.length else { continue }
      for next in nestings.indices.reversed() where next > way[0] {
        let nesting = nestings[next]
        guard nesting.held == last.wanted,
          way.allSatisfy({
            nestings[$0].thread != nesting.thread
              && nestings[$0].guards.isDisjoint(with: nesting.guards)
          })
        else { continue }
        ways.append(way + [next])
      }
    }
    return found
  }
}

/// What threads hold, by the steps that they have taken.
private struct HeldMarks: Sendable {
  private var held: [ObjectMark: [ObjectMark]] = [:]

  func of(_ thread: ObjectMark) -> [ObjectMark] { held[thread] ?? [] }
  func has(_ thread: ObjectMark, _ lock: ObjectMark) -> Bool { of(thread).contains(lock) }

  mutating func take(_ choice: Choice) {
    guard !choice.isTimeout, !choice.step.isResumed else { return }
    switch choice.step.operation {
    // A try may have failed: what it would hold is not counted.
    case .acquire where choice.step.attempt == .blocking:
      held[choice.mark, default: []].append(choice.step.object)
    case .release:
      guard let index = held[choice.mark]?.lastIndex(of: choice.step.object) else { return }
      held[choice.mark]?.remove(at: index)
    default: break
    }
  }
}
