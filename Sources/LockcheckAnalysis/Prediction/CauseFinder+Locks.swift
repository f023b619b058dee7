import LockcheckTrace

/// Who is inside which critical section, at one moment.
struct LockUse {
  /// A thread that holds a lock.
  struct Hold {
    var lock: ObjectID
    var mode: LockMode
    var depth: Int
    /// The number of the section.
    var section: Int
  }

  /// By thread.
  var holds: [[Hold]]
  /// By object: how many threads hold it.
  private var holders: ContiguousArray<Int32>
  /// What threads gave up to wait on a condition: how deep they held it.
  var suspended: [ThreadID: (lock: ObjectID, depth: Int)] = [:]

  init(threadCount: Int, objectCount: Int) {
    holds = Array(repeating: [], count: threadCount)
    holders = ContiguousArray(repeating: -1, count: objectCount)
  }

  /// Whether anybody ever held it.
  func isKnown(_ lock: ObjectID) -> Bool { holders[lock.index] >= 0 }

  /// The place of the hold among those of its thread.
  func place(of lock: ObjectID, by thread: ThreadID) -> Int? {
    holds[thread.index].lastIndex { $0.lock == lock }
  }

  /// The section of another thread that keeps `thread` from taking the lock.
  func conflict(with mode: LockMode, on lock: ObjectID, by thread: ThreadID) -> Int? {
    guard holders[lock.index] > 0 else { return nil }
    for other in holds.indices where other != thread.index {
      for hold in holds[other] where hold.lock == lock {
        if mode == .exclusive || hold.mode == .exclusive { return hold.section }
      }
    }
    return nil
  }

  mutating func add(_ hold: Hold, to thread: ThreadID) {
    holds[thread.index].append(hold)
    holders[hold.lock.index] = max(holders[hold.lock.index], 0) + 1
  }

  mutating func remove(at place: Int, of thread: ThreadID) -> Hold {
    let hold = holds[thread.index].remove(at: place)
    holders[hold.lock.index] -= 1
    return hold
  }
}

extension CauseFinder {
  mutating func useSection(_ event: Event, at place: Int) {
    guard event.result != .error, (event.count ?? 1) == 1 else { return demote(event.object) }
    if event.operation == .release { return leave(event, at: place) }
    if event.isEffective { return enter(event.object, event.thread, event.mode, at: place) }
    // It gave up because somebody was inside.
    if let section = locks.conflict(with: event.mode, on: event.object, by: event.thread) {
      cause(Int(sections[section].opening), of: place)
    } else if locks.place(of: event.object, by: event.thread) == nil {
      demote(event.object)
    }
  }

  private mutating func enter(
    _ lock: ObjectID, _ thread: ThreadID, _ mode: LockMode, depth: Int = 1, at place: Int
  ) {
    if locks.conflict(with: mode, on: lock, by: thread) != nil { return demote(lock) }
    if let hold = locks.place(of: lock, by: thread) {
      let isRecursive = tables.objects.kind(of: lock) != .semaphore
      if !isRecursive || locks.holds[thread.index][hold].mode != mode { return demote(lock) }
      locks.holds[thread.index][hold].depth += depth
      return
    }
    let section = open(lock, by: thread, mode, at: place)
    locks.add(
      LockUse.Hold(lock: lock, mode: mode, depth: depth, section: section), to: thread)
  }

  private mutating func leave(_ event: Event, at place: Int) {
    guard event.isEffective, let hold = locks.place(of: event.object, by: event.thread) else {
      return demote(event.object)
    }
    locks.holds[event.thread.index][hold].depth -= 1
    guard locks.holds[event.thread.index][hold].depth == 0 else { return }
    close(locks.remove(at: hold, of: event.thread).section, at: place)
  }

  /// The lock that a wait on a condition gives up at its beginning, and takes again at its end.
  mutating func handLock(_ event: Event, at place: Int) {
    guard tables.objects.kind(of: event.object) == .condition else { return }
    guard event.isPending else {
      guard let (lock, depth) = locks.suspended.removeValue(forKey: event.thread) else { return }
      if disciplines[lock.index] == .sections {
        enter(lock, event.thread, .exclusive, depth: depth, at: place)
      } else {
        follow(lock, at: place)
      }
      return
    }
    guard
      let lock = event.lock.ifPresent ?? tables.objects[event.object].lock?.ifPresent
    else { return }
    if disciplines[lock.index] != .sections {
      locks.suspended[event.thread] = (lock, 1)
      return follow(lock, at: place)
    }
    guard let hold = locks.place(of: lock, by: event.thread) else { return demote(event.object) }
    let removed = locks.remove(at: hold, of: event.thread)
    if removed.mode == .shared { demote(lock) }
    locks.suspended[event.thread] = (lock, removed.depth)
    close(removed.section, at: place)
  }
}
