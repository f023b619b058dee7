import LockcheckTrace

/// Who holds which lock, at one point of a schedule.
struct PlainLocks {
  private struct Holder: Hashable {
    let lock: ObjectID
    let thread: ThreadID
  }

  /// How often a thread has taken a lock and not given it back.
  private struct Levels {
    var exclusive = 0
    var shared = 0
  }

  /// How many threads hold a lock in each mode.
  private struct Census {
    var exclusive = 0
    var shared = 0
  }

  /// By lock: who holds it.
  private var holders = DenseTable<[(thread: ThreadID, levels: Levels)]>(blank: [])
  /// What waits on conditions gave up, and will take again.
  private var givenUp: [Holder: Levels] = [:]

  /// - Parameter thread: `.absent` for all takers of a lock that anybody may release.
  mutating func acquire(
    _ lock: ObjectID, by thread: ThreadID, mode: LockMode, isHandover: Bool
  ) -> PermittedStep {
    let mine = Holder(lock: lock, thread: thread)
    let others = otherHolders(of: mine)
    let isFree =
      isHandover
      ? self.levels(of: mine) == nil
      : others.exclusive == 0 && (mode == .shared || others.shared == 0)
    var levels = self.levels(of: mine) ?? Levels()
    if mode == .shared { levels.shared += 1 } else { levels.exclusive += 1 }
    set(levels, of: mine)
    return isFree ? .allowed : .refused(.lockHeld)
  }

  /// An acquire that gave up waiting: the lock must have been taken.
  func giveUp(on lock: ObjectID, mode: LockMode) -> PermittedStep {
    let holders = census(of: lock, without: nil)
    let isTaken = holders.exclusive > 0 || (mode == .exclusive && holders.shared > 0)
    return isTaken ? .allowed : .refused(.lockFree)
  }

  mutating func release(_ lock: ObjectID, by thread: ThreadID, mode: LockMode) -> PermittedStep {
    let mine = Holder(lock: lock, thread: thread)
    guard var levels = self.levels(of: mine) else { return .refused(.lockNotHeld) }
    // A trace that does not say which mode it gives back means the one that there is.
    let isShared = mode == .shared ? levels.shared > 0 : levels.exclusive == 0
    if isShared { levels.shared -= 1 } else { levels.exclusive -= 1 }
    set(levels, of: mine)
    return .allowed
  }

  /// A wait on a condition begins: its lock is given up at all its levels.
  mutating func giveUpAll(_ lock: ObjectID, by thread: ThreadID) -> PermittedStep {
    let mine = Holder(lock: lock, thread: thread)
    guard let levels = self.levels(of: mine) else { return .refused(.lockNotHeld) }
    set(Levels(), of: mine)
    givenUp[mine] = levels
    return .allowed
  }

  /// A wait on a condition ends: its lock is taken again.
  mutating func takeAgain(_ lock: ObjectID, by thread: ThreadID) -> PermittedStep {
    let mine = Holder(lock: lock, thread: thread)
    guard let levels = givenUp.removeValue(forKey: mine) else {
      // Its beginning was not recorded: then it had the lock, and has it now.
      return self.levels(of: mine) == nil ? .refused(.lockNotHeld) : .allowed
    }
    let others = otherHolders(of: mine)
    let isFree = self.levels(of: mine) == nil && others.exclusive == 0 && others.shared == 0
    set(levels, of: mine)
    return isFree ? .allowed : .refused(.lockHeld)
  }

  /// Whether `thread` keeps another one from taking the lock in that mode.
  func keepsOut(_ mode: LockMode, of lock: ObjectID, holder thread: ThreadID) -> Bool {
    guard let levels = self.levels(of: Holder(lock: lock, thread: thread)) else { return false }
    return levels.exclusive > 0 || mode == .exclusive
  }

  /// Whether the thread is between the beginning and the end of a wait that gave up the lock.
  func hasGivenUp(_ lock: ObjectID, _ thread: ThreadID) -> Bool {
    givenUp[Holder(lock: lock, thread: thread)] != nil
  }

  private func levels(of mine: Holder) -> Levels? {
    holders[mine.lock.rawValue].first { $0.thread == mine.thread }?.levels
  }

  private func otherHolders(of mine: Holder) -> Census {
    census(of: mine.lock, without: mine.thread)
  }

  private func census(of lock: ObjectID, without thread: ThreadID?) -> Census {
    var census = Census()
    for holder in holders[lock.rawValue] where holder.thread != thread {
      if holder.levels.exclusive > 0 { census.exclusive += 1 }
      if holder.levels.shared > 0 { census.shared += 1 }
    }
    return census
  }

  private mutating func set(_ levels: Levels, of mine: Holder) {
    let isHeld = levels.exclusive > 0 || levels.shared > 0
    let place = holders[mine.lock.rawValue].firstIndex { $0.thread == mine.thread }
    switch (place, isHeld) {
    case (let place?, true): holders[mine.lock.rawValue][place].levels = levels
    case (let place?, false): holders[mine.lock.rawValue].remove(at: place)
    case (nil, true): holders[mine.lock.rawValue].append((mine.thread, levels))
    case (nil, false): break
    }
  }
}
