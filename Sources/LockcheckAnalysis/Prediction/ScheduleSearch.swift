import LockcheckTrace

/// Looks for schedules that need not keep the order of critical sections: first by preference, then
/// among all orders, up to a number of states.
///
/// 1. The causal closure of what comes before the targets has to be run, whatever the order. If it
///    holds a target, there is no schedule.
/// 2. Sections that other threads stand in at the end of it, and that somebody else enters, are left,
///    so that only the targets' own sections stay open.
/// 3. Up to the first section that is in the way everything runs as it did. What comes after is put in
///    order by ``GreedySchedule``, by several preferences, and else by ``StateSpace``.
struct ScheduleSearch {
  /// What a search says.
  enum Outcome {
    case found(FoundSchedule)
    /// No order of the run's events leads there.
    case impossible
    /// The search was given up.
    case undecided
  }

  /// A thread, and how many of its events come before its target.
  private struct Target {
    var thread: Int
    var position: Int
  }

  /// How much may still be spent, in looks at a step.
  private(set) var budget: Int
  private let stateLimit: Int

  init(budget: Int, stateLimit: Int) {
    self.budget = budget
    self.stateLimit = stateLimit
  }

  var isExhausted: Bool { budget <= 0 }

  /// A schedule after which each of the events is the next one of its thread.
  mutating func schedule(to places: [Int], in index: borrowing RunIndex) -> Outcome {
    guard !isExhausted else { return .undecided }
    if index.history.count > FoundSchedule.longRun,
      let schedule = schedule(to: places, after: beginning(before: places, in: index), in: index)
    {
      return .found(schedule)
    }
    let (closure, targets) = closure(before: places, after: 0, in: index)
    guard reaches(targets, closure) else { return index.isExact ? .impossible : .undecided }
    let full = leaveSections(of: closure, targets, index)
    for included in [full, closure.included].uniquedArrays() {
      if let events = greedy(included, targets, after: 0, in: index) {
        return .found(FoundSchedule(events: events))
      }
      if isExhausted { return .undecided }
    }
    return search(around: full, targets, needs: places.flatMap { index.needs(of: $0) }, in: index)
  }

  /// A schedule that begins as the trace does.
  private mutating func schedule(
    to places: [Int], after start: Int, in index: borrowing RunIndex
  ) -> FoundSchedule? {
    let (closure, targets) = closure(before: places, after: start, in: index)
    guard reaches(targets, closure) else { return nil }
    let full = leaveSections(of: closure, targets, index)
    return greedy(full, targets, after: start, in: index).map {
      FoundSchedule(start: start, events: $0)
    }
  }

  /// The first place of a step, or of a section that its thread stands in then.
  private func beginning(before places: [Int], in index: borrowing RunIndex) -> Int {
    var first = places.min() ?? 0
    for place in places {
      for section in index.openSections(
        of: index.thread(of: place), before: index.position[place])
      {
        first = min(first, Int(section.opening))
      }
    }
    return first
  }

  private mutating func closure(
    before places: [Int], after start: Int, in index: borrowing RunIndex
  ) -> (CausalClosure, [Target]) {
    var closure = CausalClosure(threadCount: index.threadCount)
    var targets: [Target] = []
    for place in places {
      closure.raise(before: place, in: index)
      targets.append(Target(thread: index.thread(of: place), position: Int(index.position[place])))
    }
    if start > 0 { closure.raiseAll(before: start, in: index) }
    closure.close(in: index)
    budget -= 10 + closure.work / 16
    return (closure, targets)
  }

  private func reaches(_ targets: [Target], _ closure: CausalClosure) -> Bool {
    targets.allSatisfy { Int(closure.included[$0.thread]) == $0.position }
  }

  /// Lets threads other than the targets' leave the sections that they stand in and others enter.
  private mutating func leaveSections(
    of closure: CausalClosure, _ targets: [Target], _ index: borrowing RunIndex
  ) -> ContiguousArray<UInt32> {
    var closure = closure
    var hasChanged = true
    while hasChanged {
      hasChanged = false
      budget -= closure.included.count / 4
      for thread in closure.included.indices
      where !targets.contains(where: { $0.thread == thread }) {
        for section in index.openSections(of: thread, before: closure.included[thread])
        where section.closing != Section.open {
          guard index.isEntered(section, byOthersIn: closure.included) else { continue }
          var further = closure
          further.raise(thread, to: Int(index.position[Int(section.closing)]) + 1)
          further.close(in: index)
          budget -= (further.work - closure.work + further.included.count) / 16
          guard reaches(targets, further) else { continue }
          closure = further
          hasChanged = true
          break
        }
      }
    }
    return closure.included
  }

  private mutating func greedy(
    _ included: ContiguousArray<UInt32>, _ targets: [Target], after start: Int,
    in index: borrowing RunIndex
  ) -> [Int]? {
    guard let cut = cut(before: included, in: index) else {
      return index.schedule(included, from: start)
    }
    if cut < start { return nil }
    let problem = LocalProblem(index, from: cut, to: included)
    budget -= problem.steps.count + 100
    var greedy = GreedySchedule(problem)
    for preference in preferences(problem, targets) {
      let spent = greedy.cost
      let order = greedy.order(by: preference)
      budget -= greedy.cost - spent + problem.steps.count
      if let order, index.keepsRigid(order) {
        return index.schedule(included, from: start, before: cut) + order
      }
      if isExhausted { return nil }
    }
    return nil
  }

  /// The place of the first section that is not left and that somebody else enters; nil where there is
  /// none, and all can run in the order of the trace.
  private func cut(
    before included: ContiguousArray<UInt32>, in index: borrowing RunIndex
  ) -> Int? {
    var cut: Int?
    for thread in included.indices where included[thread] > 0 {
      for section in index.openSections(of: thread, before: included[thread])
      where index.isEntered(section, byOthersIn: included) {
        cut = min(cut ?? .max, Int(section.opening))
      }
    }
    return cut
  }

  private func preferences(
    _ problem: LocalProblem, _ targets: [Target]
  ) -> [GreedySchedule.Preference] {
    let isTarget = problem.threads.map { thread in targets.contains { $0.thread == thread } }
    let count = problem.threads.count
    var preferences: [GreedySchedule.Preference] = [.trace]
    // The others first, then the targets, in either order; the targets first; and the other way round.
    preferences.append(.ranks((0..<count).map { isTarget[$0] ? count + $0 : $0 }))
    preferences.append(.ranks((0..<count).map { isTarget[$0] ? 2 * count - $0 : $0 }))
    preferences.append(.ranks((0..<count).map { isTarget[$0] ? $0 : count + $0 }))
    preferences.append(.ranks((0..<count).map { isTarget[$0] ? count - $0 : 2 * count - $0 }))
    return preferences
  }

  /// Looks at all orders, and at what the other threads could do besides.
  private mutating func search(
    around included: ContiguousArray<UInt32>, _ targets: [Target], needs: [Int],
    in index: borrowing RunIndex
  ) -> Outcome {
    let cut = index.history.count <= Self.smallRun ? 0 : self.cut(before: included, in: index) ?? 0
    var ends = included
    let isWhole = index.history.count <= Self.smallRun
    if isWhole {
      for thread in ends.indices { ends[thread] = UInt32(index.count(of: thread)) }
      for target in targets { ends[target.thread] = UInt32(target.position) }
    }
    let problem = LocalProblem(index, from: cut, to: ends)
    guard problem.steps.count <= Self.largestProblem else {
      budget -= problem.steps.count
      return .undecided
    }
    var goals = targets.compactMap { target in
      problem.thread(target.thread).map { thread in
        (thread, problem.starts[thread + 1] - problem.starts[thread])
      }
    }
    for need in needs {
      guard let thread = problem.thread(index.thread(of: need)) else { continue }
      let steps = problem.starts[thread]..<problem.starts[thread + 1]
      if let step = steps.firstIndex(where: { Int(problem.steps[$0].place) == need }) {
        goals.append((thread, step - steps.lowerBound + 1))
      }
    }
    let limit = isWhole ? Self.wholeFactor * stateLimit : stateLimit
    var space = StateSpace(problem, limit: min(limit, max(1, budget / problem.stateCost)))
    var schedule: [Int]?
    space.explore { state, path in
      guard goals.allSatisfy({ problem.done(by: $0.0, in: state) >= $0.1 }) else { return false }
      schedule = path()
      return true
    }
    budget -= problem.stateCost * space.stateCount + problem.steps.count
    if let schedule {
      guard index.keepsRigid(schedule) else { return .undecided }
      let early = index.schedule(included, from: 0, before: cut)
      return .found(FoundSchedule(events: early + schedule))
    }
    return space.isComplete && isWhole && index.isExact ? .impossible : .undecided
  }

  /// Runs of at most as many events are searched whole.
  static let smallRun = 64
  /// How many times as many states are looked at where the run is searched whole.
  private static let wholeFactor = 25
  /// How many steps are put in order by looking at all orders.
  private static let largestProblem = 5_000
}

extension RunIndex {
  /// Whether an order of events leaves nothing out that has to be in the order of the trace.
  func keepsRigid(_ order: [Int]) -> Bool { rigid.isEmpty || rigid.isDisjoint(with: order) }

  /// Whether the set holds a section of another thread that excludes this one and is entered later, or
  /// not left.
  func isEntered(_ own: Section, byOthersIn included: ContiguousArray<UInt32>) -> Bool {
    for number in sections.segments(of: own.lock) {
      let segment = sections.segment(number)
      if segment.thread == own.thread { continue }
      let limit = included[segment.thread.index]
      guard var other = sections.last(of: segment, before: limit, position) else { continue }
      while true {
        let section = sections[other]
        let isLeft = section.closing != Section.open && position[Int(section.closing)] < limit
        if section.opening < own.opening, isLeft { break }
        if own.mode == .exclusive || section.mode == .exclusive { return true }
        if other == segment.start { break }
        other -= 1
      }
    }
    return false
  }
}

extension Array where Element: Equatable {
  /// Each element once, for very short arrays.
  fileprivate func uniquedArrays() -> [Element] {
    var kept: [Element] = []
    for element in self where !kept.contains(element) { kept.append(element) }
    return kept
  }
}
