import LockcheckTrace

/// Schedulable happens-before by its definition: every pair of events is asked whether a rule of
/// `Docs/rules.md` orders it, and the answers are closed under transitivity.
struct ReferenceOrder {
  private let trace: Trace
  /// For each event the events before it.
  private var past: [Set<Int>] = []

  init(_ trace: Trace) {
    self.trace = trace
    for later in trace.events.indices {
      past.append([])
      for earlier in 0..<later where isEdge(earlier, later) || isReadFrom(earlier, later) {
        past[later].formUnion(past[earlier])
        past[later].insert(earlier)
      }
    }
  }

  /// Whether the two make a race: conflicting, and unordered but for what the later one reads.
  func isRace(_ earlier: Int, _ later: Int) -> Bool {
    let (a, b) = (trace.events[earlier], trace.events[later])
    guard a.object == b.object, a.operation.isAccess, b.operation.isAccess, a.thread != b.thread
    else { return false }
    let isAtomic = { (event: Event) in event.operation != .read && event.operation != .write }
    guard writes(a) || writes(b), !(isAtomic(a) && isAtomic(b)) else { return false }
    // The edge between the two does not count; any other one does.
    return !(0..<later).contains { middle in
      (isEdge(middle, later) || (isReadFrom(middle, later) && middle != earlier))
        && (middle == earlier || past[middle].contains(earlier))
    }
  }

  private func writes(_ event: Event) -> Bool {
    [.write, .atomicWrite, .atomicUpdate].contains(event.operation)
  }

  /// Whether `later` reads what `earlier` wrote.
  private func isReadFrom(_ earlier: Int, _ later: Int) -> Bool {
    let event = trace.events[later]
    guard [.read, .atomicRead, .atomicUpdate].contains(event.operation) else { return false }
    return earlier
      == (0..<later).last { trace.events[$0].object == event.object && writes(trace.events[$0]) }
  }

  /// Whether a rule of `Docs/rules.md` orders the two by itself.
  func isEdge(_ i: Int, _ j: Int) -> Bool {
    let (a, b) = (trace.events[i], trace.events[j])
    if a.thread == b.thread { return true }
    if a.operation == .fork, a.child == b.thread { return true }
    if b.operation == .join, b.isEffective, b.child == a.thread { return true }
    if isLockEdge(a, b) { return true }
    guard a.object == b.object, a.object.isPresent else { return false }
    switch (a.operation, b.operation) {
    case (.put, .get): return a.isEffective && b.isEffective && a.item == b.item
    case (.get, .put): return makesRoom(i, j)
    case (.taskDone, .queueJoin): return b.isEffective
    case (.set, .wait): return b.isEffective && i == raisingSet(before: j)
    case (.notify, .wait): return b.isEffective && i == endingNotify(of: j)
    case (.wait, .wait): return isSameRound(i, j)
    case (.atomicWrite, .atomicRead), (.atomicWrite, .atomicUpdate),
      (.atomicUpdate, .atomicRead), (.atomicUpdate, .atomicUpdate):
      return i
        == (0..<j).last { index in
          let event = trace.events[index]
          return event.object == b.object
            && [.atomicWrite, .atomicUpdate].contains(event.operation)
        }
    default: return false
    }
  }

  func isLockEdge(_ a: Event, _ b: Event) -> Bool {
    let isWait = { (event: Event) in event.operation == .wait && event.lock.isPresent }
    let given = isWait(a) && a.isPending ? a.lock : a.operation == .release ? a.object : .absent
    let taken =
      isWait(b) && !b.isPending
      ? b.lock : b.operation == .acquire && b.isEffective ? b.object : .absent
    guard given.isPresent, given == taken else { return false }
    return a.mode == .exclusive || b.mode == .exclusive
      || trace.tables.objects.kind(of: given) == .semaphore
  }

  private func makesRoom(_ get: Int, _ put: Int) -> Bool {
    let queue = trace.events[put].object
    guard let capacity = trace.tables.objects[queue].capacity, capacity > 0 else { return false }
    func number(_ index: Int) -> Int {
      (0..<index).count { other in
        let event = trace.events[other]
        return event.object == queue && event.operation == trace.events[index].operation
          && event.isEffective
      }
    }
    return trace.events[get].isEffective && trace.events[put].isEffective
      && number(get) + Int(capacity) == number(put)
  }

  private func raisingSet(before wait: Int) -> Int? {
    var isUp = false
    var raising: Int?
    for index in 0..<wait where trace.events[index].object == trace.events[wait].object {
      if trace.events[index].operation == .set {
        if !isUp { raising = index }
        isUp = true
      } else if trace.events[index].operation == .clear {
        isUp = false
      }
    }
    return raising
  }

  private func endingNotify(of wait: Int) -> Int? {
    var queue: [(thread: ThreadID, notify: Int?)] = []
    for index in 0..<wait where trace.events[index].object == trace.events[wait].object {
      let event = trace.events[index]
      if event.operation == .notify {
        var left = event.count ?? .max
        for place in queue.indices where queue[place].notify == nil && left > 0 {
          queue[place].notify = index
          left -= 1
        }
      } else if event.isPending {
        queue.append((event.thread, nil))
      } else {
        queue.removeAll { $0.thread == event.thread }
      }
    }
    return queue.first { $0.thread == trace.events[wait].thread }?.notify
  }

  /// Whether `i` arrives at the barrier in the round in which `j` leaves it.
  private func isSameRound(_ i: Int, _ j: Int) -> Bool {
    let object = trace.events[i].object
    guard trace.tables.objects.kind(of: object) == .barrier, !trace.events[j].isPending else {
      return false
    }
    let parties = Int(trace.tables.objects[object].parties!)
    var arrivals: [Int] = []
    var waiting: Set<ThreadID> = []
    for index in 0...j where trace.events[index].object == object {
      let event = trace.events[index]
      if event.isPending || !waiting.contains(event.thread) { arrivals.append(index) }
      if event.isPending { waiting.insert(event.thread) } else { waiting.remove(event.thread) }
    }
    let mine = arrivals.lastIndex { trace.events[$0].thread == trace.events[j].thread }!
    guard let theirs = arrivals.firstIndex(of: i) else { return false }
    return mine / parties == theirs / parties
  }
}
