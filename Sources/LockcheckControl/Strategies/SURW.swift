import LockcheckTrace

/// The selectively uniform random walk: uniform over the orders of the interesting steps, Δ.
///
/// Zhao, Wolff, Mathur and Roychoudhury, "Selectively uniform concurrency testing", ASPLOS 2025, Algorithm 2.
///
/// 1. Δ is the steps on one object, drawn anew for each schedule in proportion to how often it is touched.
/// 2. The thread of the next step of Δ is drawn as ``URW`` does, by the steps of Δ that threads have left.
/// 3. A thread that stands before a step of Δ and is not the one drawn is held back; everything else goes on
///    by random priorities, one a step.
///
/// Departures: locks and all other objects are candidates, where the authors' own take addresses of memory; they
/// are where two threads share them and one changes them in the schedule of iteration 0, where theirs ask for half
/// of the threads. Suspects, where given, are Δ together in every other schedule.
package struct SURW: Strategy {
  package let name = "surw"
  package var memory: StrategyMemory { .profile }
  private let suspects: Set<ObjectMark>
  private var random = SeededRandom(seed: 0)
  private var profile = Profile()
  private var target = ObjectMark.none
  private var planned: [Int] = []
  private var remaining = RemainingWork()
  private var priorities = ThreadTable<UInt64>()
  private var isHeldBack = ThreadTable<Bool>()
  private var intended: ObjectMark?
  private var weights: [Int] = []
  private var isProfile = false
  private var takesSuspects = false

  /// Makes the strategy; `suspects` are objects on which the order of steps is suspected to matter.
  package init(suspects: Set<ObjectMark> = []) { self.suspects = suspects }

  package mutating func begin(iteration: Int, random: SeededRandom) {
    self.random = random
    isProfile = iteration == 0
    takesSuspects = !suspects.isEmpty && iteration % 2 == 1
    priorities.removeAll()
    isHeldBack.removeAll()
    intended = nil
    drawTarget()
    remaining.begin(planned)
  }

  package mutating func choose(_ decision: Decision) -> Int {
    if isProfile || decision.choices.count == 1 { return take(0, decision) }
    let ready = decision.readyCount
    if ready == 0 || (ready < decision.choices.count && random.letsTimeoutsFire()) {
      return take(random.below(decision.choices.count), decision)
    }
    while true {
      guard let index = highest(decision.choices, ready) else {
        // The one drawn cannot go on: draw again.
        isHeldBack.removeAll()
        intended = nil
        continue
      }
      let choice = decision.choices[index]
      guard isInDelta(choice.step) else { return take(index, decision) }
      if intended == nil { intended = drawIntended(decision.choices, ready) }
      if choice.mark == intended { return take(index, decision) }
      isHeldBack[choice.thread] = true
    }
  }

  package mutating func end(_ schedule: Schedule) {
    if isProfile { profile = Profile(schedule) }
  }

  private func isInDelta(_ step: Step) -> Bool {
    step.isInteresting
      && (takesSuspects ? suspects.contains(step.object) : step.object == target)
  }

  private mutating func drawTarget() {
    planned.removeAll(keepingCapacity: true)
    planned.append(contentsOf: repeatElement(0, count: profile.stepCounts.count))
    target = .none
    if takesSuspects {
      for object in profile.shared where suspects.contains(object.mark) { plan(object) }
    } else if !profile.shared.isEmpty {
      let index = random.pick(profile.shared.map(\.total))
      target = profile.shared[index].mark
      plan(profile.shared[index])
    }
    profile.withChildren(&planned)
  }

  private mutating func plan(_ object: Profile.SharedObject) {
    for (thread, count) in object.counts { planned[thread] += count }
  }

  /// The choice of highest priority whose thread is not held back.
  private mutating func highest(_ choices: [Choice], _ ready: Int) -> Int? {
    var best: Int?
    var bestPriority: UInt64 = 0
    for index in 0..<ready {
      let thread = choices[index].thread
      if isHeldBack[thread] == true { continue }
      let priority = priorities[thread] ?? random.next()
      priorities[thread] = priority
      if best == nil || priority > bestPriority {
        best = index
        bestPriority = priority
      }
    }
    return best
  }

  private mutating func drawIntended(_ choices: [Choice], _ ready: Int) -> ObjectMark {
    weights.removeAll(keepingCapacity: true)
    for index in 0..<ready {
      let left = remaining.of(choices[index], in: profile)
      weights.append(left == 0 && isInDelta(choices[index].step) ? 1 : left)
    }
    return choices[random.pick(weights)].mark
  }

  private mutating func take(_ index: Int, _ decision: Decision) -> Int {
    if isProfile { return index }
    let taken = decision.choices[index]
    priorities[taken.thread] = nil
    if !taken.isTimeout, isInDelta(taken.step) {
      remaining.subtract(1, from: taken, in: profile)
      isHeldBack.removeAll()
      intended = nil
    }
    if taken.step.operation == .fork { handOver(taken) }
    return index
  }

  /// The child takes its steps of Δ along, and with them the turn if it was one of those that was drawn.
  private mutating func handOver(_ parent: Choice) {
    let child = remaining.count(of: parent.step.object, in: profile)
    let left = remaining.of(parent, in: profile)
    if parent.mark == intended, left > 0, random.below(left) < child {
      intended = parent.step.object
    }
    remaining.subtract(child, from: parent, in: profile)
  }
}
