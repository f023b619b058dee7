import LockcheckTrace

// MARK: - Who holds what

extension ReorderingModel {
  private static let exclusive: UInt8 = 1
  private static let shared: UInt8 = 2

  /// In which modes the thread holds the lock.
  ///
  /// That depends only on how far it has come, for every lock but those that another thread may
  /// release.
  func hold(of lock: Int, by thread: Int, in state: ReorderingState) -> UInt8 {
    holds[thread][Int(state[thread]) * kinds.count + lock]
  }

  /// The other threads that hold the lock, in whatever mode, or in the given ones.
  func others(
    than thread: Int, hold lock: Int, in state: ReorderingState, modes: UInt8 = 3
  ) -> [Int] {
    var holders: [Int] = []
    for other in programs.indices
    where other != thread && hold(of: lock, by: other, in: state) & modes != 0 {
      holders.append(other)
    }
    return holders
  }

  /// What conflicts with an acquire in that mode.
  private static func conflicting(with mode: LockMode) -> UInt8 {
    mode == .shared ? exclusive : exclusive | shared
  }

  /// Follows one thread through its events: a row for each number of them that are done, with a byte
  /// for each object.
  static func holds(
    of program: [Int], _ events: [Event], _ facts: ReorderingFacts, objectCount: Int
  ) -> [UInt8] {
    var levels = [HoldLevels](repeating: HoldLevels(), count: objectCount)
    var given: [Int: HoldLevels] = [:]
    var rows = [UInt8](repeating: 0, count: objectCount)
    for index in program {
      let event = events[index]
      let lock = facts.locks[index]
      switch event.operation {
      case .acquire where event.isEffective: levels[event.object.index].take(event.mode)
      case .release where event.isEffective: levels[event.object.index].giveBack(event.mode)
      case .wait where lock >= 0 && event.isPending:
        given[lock] = levels[lock]
        levels[lock] = HoldLevels()
      case .wait where lock >= 0 && facts.begins[index] >= 0:
        levels[lock] = given[lock] ?? HoldLevels()
      default: break
      }
      for level in levels {
        rows.append((level.exclusive > 0 ? exclusive : 0) | (level.shared > 0 ? shared : 0))
      }
    }
    return rows
  }
}

/// How often one thread holds one lock.
private struct HoldLevels {
  var exclusive = 0
  var shared = 0

  mutating func take(_ mode: LockMode) {
    if mode == .exclusive { exclusive += 1 } else { shared += 1 }
  }

  /// In the mode of the event, or, where the lock is not held in it, in the one in which it is.
  mutating func giveBack(_ mode: LockMode) {
    let isExclusive = mode == .exclusive ? exclusive > 0 : shared == 0
    if isExclusive { exclusive = max(0, exclusive - 1) } else { shared = max(0, shared - 1) }
  }
}

// MARK: - Locks

extension ReorderingModel {
  func isLockPossible(_ index: Int, _ event: Event, in state: ReorderingState) -> Bool {
    let lock = event.object.index
    if details[lock].handover == true {
      let isTaken = state[places[lock]] > 0
      return event.operation == .acquire && event.result == .success ? !isTaken : isTaken
    }
    let mine = hold(of: lock, by: event.thread.index, in: state)
    if event.operation == .release { return mine != 0 }
    let modes = Self.conflicting(with: event.mode)
    let others = others(than: event.thread.index, hold: lock, in: state, modes: modes)
    // What its own thread holds is the same in every schedule: if it took the lock again in the trace,
    // it can.
    return event.result == .success ? others.isEmpty : !others.isEmpty || mine & modes != 0
  }

  /// The end of a wait takes the lock that its beginning gave up.
  func canRetakeLock(_ index: Int, _ event: Event, in state: ReorderingState) -> Bool {
    let lock = facts.locks[index]
    guard lock >= 0, facts.begins[index] >= 0 else { return true }
    if isBroken[lock] { return hasSamePast(index, of: lock, in: state) }
    return others(than: event.thread.index, hold: lock, in: state).isEmpty
  }

  func advanceHandover(_ event: Event, _ state: inout ReorderingState) {
    guard event.isEffective else { return }
    if event.operation == .acquire { state[places[event.object.index]] = 1 }
    if event.operation == .release { state[places[event.object.index]] = 0 }
  }

  /// Whether no acquire of the same lock that comes later in the trace is in the schedule already.
  func keepsAcquireOrder(_ index: Int, in state: ReorderingState) -> Bool {
    !facts.laterAcquires[index].contains { isDone($0, in: state) }
  }

  /// The threads without which the next event of a thread cannot be done, by what they hold or because
  /// they have not ended.
  func blockers(of index: Int, in state: ReorderingState) -> [Int] {
    let event = events[index]
    guard facts.canWait[index], isReached(index, in: state) else { return [] }
    if event.isPending, !facts.isLast[index] { return [] }
    switch event.operation {
    case .acquire where isOwned(event.object.index):
      return others(
        than: event.thread.index, hold: event.object.index, in: state,
        modes: Self.conflicting(with: event.mode))
    case .wait where !event.isPending && facts.begins[index] >= 0:
      let lock = facts.locks[index]
      guard lock >= 0, isOwned(lock) else { return [] }
      return others(than: event.thread.index, hold: lock, in: state)
    case .join:
      let needed = event.isPending ? facts.childEvents[index] : facts.childEventsBefore[index]
      return Int(state[event.child.index]) < needed ? [event.child.index] : []
    default: return []
    }
  }

  /// Whether it is a lock, and certain who holds it.
  private func isOwned(_ lock: Int) -> Bool {
    kinds[lock].isLock && details[lock].handover != true && !isBroken[lock]
  }
}

// MARK: - Semaphores

extension ReorderingModel {
  static func permitSums(of program: [Int], _ events: [Event], objectCount: Int) -> [Int] {
    var sums = [Int](repeating: 0, count: objectCount)
    var rows = sums
    for index in program {
      let event = events[index]
      if event.isEffective, event.operation == .acquire {
        sums[event.object.index] -= permits(event)
      }
      if event.isEffective, event.operation == .release {
        sums[event.object.index] += permits(event)
      }
      rows += sums
    }
    return rows
  }

  private static func permits(_ event: Event) -> Int { Int(event.count ?? 1) }

  func isSemaphorePossible(_ index: Int, _ event: Event, in state: ReorderingState) -> Bool {
    let semaphore = event.object.index
    // Without a value, acquires are not asked about, and a release can always be done.
    guard let value = details[semaphore].value else { return true }
    var permits = Int(value)
    for thread in programs.indices {
      permits += permitSums[thread][Int(state[thread]) * kinds.count + semaphore]
    }
    let count = Self.permits(event)
    if event.operation == .acquire {
      return event.result == .success ? permits >= count : permits < count
    }
    guard let bound = details[semaphore].bound, permits + count > Int(bound) else { return true }
    return hasSamePast(index, of: semaphore, in: state)
  }
}
