import LockcheckTrace

/// Every schedule with few preemptions, each once.
///
/// Musuvathi and Qadeer, "Iterative context bounding for systematic testing of multithreaded programs", PLDI 2007.
/// A schedule is known by its deviations from the run without preemptions; a run adds to the list, for each of
/// its choices after its last deviation, the schedules that choose otherwise there. The paper runs all schedules with
/// no preemption, then all with one; as the former can be too many, every other schedule here is
/// one with more, and the most telling come first (``SearchPool``).
///
/// Sleep sets (Godefroid 1996) leave out schedules that differ from others only in the order of steps that do not depend
/// on each other. Under a bound that is not sound in general, since the schedule that stands for another can need
/// more preemptions (Coons, Musuvathi and McKinley, "Bounded partial-order reduction", OOPSLA 2013). Here a step
/// sleeps only where it cannot: see ``SleepSet``.
///
/// It says that it has seen every schedule (``isExhausted``) only if no schedule went otherwise than the one it
/// follows (``isRepeatable``) and none was left out for lack of memory.
package struct BoundedSearch: Strategy {
  package let name: String
  package var memory: StrategyMemory { .everything }
  /// The most preemptions in a schedule.
  package let limit: Int
  /// Whether every schedule went, up to its last deviation, as the one it was made from.
  package private(set) var isRepeatable = true
  /// Whether schedules were left out, because too many were waiting or one was too long.
  package private(set) var isTruncated = false

  /// What is waiting: the last deviation, and the schedule before it. Never shrinks, since others refer to it.
  private var plans = [Plan()]
  /// To do, by the number of preemptions.
  private var pools: [SearchPool]
  private var shapes = ThreadShapes()
  private var preemptions = 0
  private var isRoot = true
  /// The deviations of the running schedule.
  private var deviations: [Plan] = []
  private var place = 0
  private var current = 0
  private var asked = 0
  private var early: [Early] = []
  private var fingerprint = SearchFingerprint()
  private var sleep = SleepSet()
  private var isRedundant = false
  private let capacity: Int

  /// Makes a search; `capacity` bounds its memory, in waiting schedules of 40 bytes.
  package init(preemptions limit: Int, capacity: Int = 1 << 21) {
    name = "bounded\(limit)"
    self.limit = limit
    self.capacity = capacity
    pools = Array(repeating: SearchPool(), count: limit + 1)
  }

  /// Whether every schedule with at most ``limit`` preemptions has been run, or one that differs from it only in
  /// the order of independent steps.
  package var isExhausted: Bool {
    hasEnded && isRepeatable && !isTruncated
  }

  /// Whether nothing is waiting, which is not to say that all has been seen.
  package var hasEnded: Bool { !isRoot && pools.allSatisfy(\.isEmpty) }

  /// The most preemptions such that every schedule with as many has been run; nil if there is none, or if it
  /// cannot be known.
  package var exhaustedBound: Int? {
    guard isRepeatable, !isTruncated, !isRoot else { return nil }
    let open = pools.firstIndex { !$0.isEmpty } ?? limit + 1
    return open == 0 ? nil : open - 1
  }

  package mutating func begin(iteration: Int, random: SeededRandom) {
    isRoot = iteration == 0
    current = 0
    preemptions = 0
    if !isRoot { drawPlan(iteration) }
    deviations.removeAll(keepingCapacity: true)
    var plan = current
    while plan != 0 {
      deviations.append(plans[plan])
      plan = plans[plan].parent
    }
    deviations.reverse()
    place = 0
    asked = 0
    fingerprint = SearchFingerprint()
    sleep.removeAll()
    isRedundant = false
  }

  /// After the end it runs the first schedule again.
  private mutating func drawPlan(_ iteration: Int) {
    // In turn: what has the fewest preemptions, what has one, …
    let wanted = iteration % (limit + 1)
    for offset in 0...limit {
      let level = (wanted + offset) % (limit + 1)
      guard let plan = pools[level].removeFirst() else { continue }
      current = plan
      preemptions = level
      return
    }
  }

  package mutating func choose(_ decision: Decision) -> Int {
    asked += 1
    fingerprint.add(decision)
    let usual = isRedundant ? 0 : usual(decision)
    var taken = usual
    if place < deviations.count {
      if deviations[place].index == decision.index { taken = deviate(decision) }
    } else if !isRedundant {
      branch(decision, usual)
    }
    sleep.take(taken, decision)
    return taken
  }

  package mutating func noteCut() { isTruncated = true }

  package mutating func end(_ schedule: Schedule) {
    if place < deviations.count { isRepeatable = false }
    // A schedule that got too long was ended by somebody else's choices.
    if schedule.steps.count > asked { isTruncated = true }
    if isRoot { enqueueEarly(schedule) }
  }

  /// What the run does of itself: the first choice that costs nothing and does not sleep.
  private mutating func usual(_ decision: Decision) -> Int {
    for index in decision.choices.indices
    where !decision.isPreemption(index) && !sleep.contains(decision.choices[index]) {
      return index
    }
    // Whatever comes of it has been seen; what costs a preemption may be new.
    if place >= deviations.count {
      branch(decision, nil)
      isRedundant = true
    }
    return 0
  }

  private mutating func deviate(_ decision: Decision) -> Int {
    let deviation = deviations[place]
    place += 1
    guard deviation.fingerprint == fingerprint.value, deviation.choice < decision.choices.count
    else {
      isRepeatable = false
      isRedundant = true
      place = deviations.count
      return 0
    }
    return deviation.choice
  }

  private mutating func branch(_ decision: Decision, _ usual: Int?) {
    if isRedundant { return }
    for index in decision.choices.indices
    where index != usual && !sleep.contains(decision.choices[index]) {
      let costs = decision.isPreemption(index)
      if costs, preemptions >= limit { continue }
      guard plans.count < capacity else {
        isTruncated = true
        return
      }
      plans.append(
        Plan(
          parent: current, index: decision.index, choice: index, fingerprint: fingerprint.value))
      enqueue(plans.count - 1, costs ? preemptions + 1 : preemptions, decision, index)
    }
  }

  private mutating func enqueue(_ plan: Int, _ level: Int, _ decision: Decision, _ index: Int) {
    // What threads are like is known at the end of the first schedule only.
    if isRoot {
      early.append(
        Early(plan: plan, level: level, choice: decision.choices[index], first: decision.choices[0])
      )
      return
    }
    let (choice, first) = (decision.choices[index], decision.choices[0])
    pools[level].add(
      plan, kind: shapes.kind(of: choice, insteadOf: first),
      rank: shapes.rank(of: choice, insteadOf: first))
  }

  private mutating func enqueueEarly(_ schedule: Schedule) {
    shapes = ThreadShapes(schedule)
    for one in early {
      pools[one.level].add(
        one.plan, kind: shapes.kind(of: one.choice, insteadOf: one.first),
        rank: shapes.rank(of: one.choice, insteadOf: one.first))
    }
    early = []
    isRoot = false
  }

  private struct Early: Sendable {
    var plan: Int
    var level: Int
    var choice: Choice
    var first: Choice
  }

  private struct Plan: Sendable {
    var parent = 0
    var index = -1
    var choice = 0
    /// Of all decisions up to this one.
    var fingerprint: UInt64 = 0
  }
}

/// The threads whose next step need not be taken before something happens that depends on it.
///
/// Let the running thread's next step t be a look at a variable, a change of one or the taking of a lock, and let
/// another thread preempt it with t'. Until a step w depends on t, taking t after t' … w leads where taking
/// it first, then t' … w, leads. The latter schedule needs no more preemptions: both have one before t'; t enables nobody, so
/// that no switch within t' … w becomes a preemption; and where the former takes t back from a thread that could go on, it
/// pays for the switch that the latter may need after w. So the former is left out, as in Godefroid's sleep
/// sets, and by induction over the order in which choices stand, one schedule of each kind within the bound
/// remains. Where the switch to t' is free there is no preemption to pay with, and t stays awake. Timeouts and threads that
/// give way change what costs a preemption; they wake everything.
struct SleepSet: Sendable {
  private var sleeping: [Choice] = []

  /// Wakes all.
  mutating func removeAll() { sleeping.removeAll(keepingCapacity: true) }

  /// Whether the choice is a step that sleeps.
  func contains(_ choice: Choice) -> Bool {
    guard !choice.isTimeout, !sleeping.isEmpty else { return false }
    return sleeping.contains { $0.mark == choice.mark }
  }

  /// A choice is taken.
  mutating func take(_ index: Int, _ decision: Decision) {
    let taken = decision.choices[index]
    if taken.isTimeout || taken.step.operation == .dummy {
      removeAll()
      return
    }
    let first = decision.choices[0]
    if decision.isPreemption(index), first.step.enablesNobody, !contains(first) {
      sleeping.append(first)
    }
    sleeping.removeAll { $0.mark == taken.mark || $0.step.depends(on: taken.step) }
  }
}

extension Step {
  /// Whether no thread that had to wait can go on because of it.
  fileprivate var enablesNobody: Bool {
    (operation.isAccess || operation == .acquire) && !isResumed
  }
}

/// A number for all decisions of a schedule so far.
private struct SearchFingerprint: Sendable {
  private(set) var value: UInt64 = 0

  mutating func add(_ decision: Decision) {
    mix(UInt64(decision.choices.count))
    for choice in decision.choices {
      mix(choice.mark.rawValue)
      mix(choice.step.object.rawValue)
      mix(UInt64(choice.step.operation.rawValue) << 1 | (choice.isTimeout ? 1 : 0))
    }
  }

  private mutating func mix(_ word: UInt64) {
    value = (value ^ word) &* 0x9E37_79B9_7F4A_7C15
    value ^= value >> 29
  }
}
