import LockcheckTrace

/// How objects stand in a ``RandomOddRun``: roughly, since not all that happens to them is possible.
struct OddObjects {
  private(set) var kinds: [ObjectKind] = []
  private var details: [ObjectDetails] = []
  /// By object: permits, or 1 for a raised flag or a closed queue.
  private var number: [Int] = []
  /// By object: what is in a queue.
  private var items: [[UInt64?]] = []
  /// By object: threads that wait, and those who need not wait any longer.
  private var waiting: [Set<ThreadID>] = []
  private var woken: [Set<ThreadID>] = []
  private var holds: [(thread: ThreadID, lock: ObjectID, mode: LockMode)] = []

  mutating func add(_ kind: ObjectKind, _ details: ObjectDetails) {
    kinds.append(kind)
    self.details.append(details)
    number.append(kind == .semaphore ? Int(details.value ?? 1) : 0)
    items.append([])
    waiting.append([])
    woken.append([])
  }

  func holdsAny(_ thread: ThreadID) -> Bool { holds.contains { $0.thread == thread } }

  func lastHeld(by thread: ThreadID) -> (lock: ObjectID, mode: LockMode)? {
    holds.last { $0.thread == thread }.map { ($0.lock, $0.mode) }
  }

  func head(of queue: ObjectID) -> UInt64? { items[queue.index].first ?? nil }

  /// Whether the thread holds the lock of a wait.
  func holds(_ wait: Event, lock: ObjectID, _ tables: TraceTables) -> Bool {
    let lock = lock.isPresent ? lock : tables.objects[wait.object].lock ?? .absent
    return holds.contains { $0.thread == wait.thread && $0.lock == lock }
  }

  private func isFree(_ lock: ObjectID, for thread: ThreadID, _ mode: LockMode) -> Bool {
    holds.allSatisfy { hold in
      hold.lock != lock || (hold.mode == .shared && mode == .shared)
        || (hold.thread == thread && kinds[lock.index] == .rlock)
    }
  }

  /// Whether the event can succeed.
  func allows(_ event: Event) -> Bool {
    let object = event.object.index
    guard event.object.isPresent else { return true }
    switch (kinds[object], event.operation) {
    case (.lock, .acquire), (.rlock, .acquire), (.rwlock, .acquire):
      return isFree(event.object, for: event.thread, event.mode)
    case (.semaphore, .acquire): return number[object] >= Int(clamping: event.count ?? 1)
    case (.semaphore, .release):
      return number[object] + Int(clamping: event.count ?? 1) <= Int(details[object].bound ?? 99)
    case (.condition, .wait):
      let lock = event.lock.ifPresent ?? details[object].lock
      return woken[object].contains(event.thread)
        && lock.map { isFree($0, for: event.thread, .exclusive) } ?? true
    case (.event, .wait), (.future, .wait):
      return number[object] == 1 || woken[object].contains(event.thread)
    case (.barrier, .wait):
      return woken[object].contains(event.thread)
        || (!waiting[object].contains(event.thread)
          && waiting[object].count + 1 == Int(details[object].parties ?? 2))
    case (.queue, .put), (.pool, .put):
      let capacity = Int(details[object].capacity ?? 0)
      return number[object] == 0 && (capacity == 0 || items[object].count < capacity)
    case (.queue, .get), (.pool, .get):
      return !items[object].isEmpty && items[object][0] == event.item
    default: return true
    }
  }

  /// Whether it can return without success: a condition's wait needs its lock all the same.
  func allows(giveUp event: Event, _ tables: TraceTables) -> Bool {
    guard event.object.isPresent, kinds[event.object.index] == .condition else { return true }
    let lock = event.lock.ifPresent ?? details[event.object.index].lock
    return lock.map { isFree($0, for: event.thread, .exclusive) } ?? true
  }

  mutating func advance(past event: Event, _ tables: TraceTables) {
    guard event.object.isPresent else { return }
    let object = event.object.index
    if event.operation == .wait { return advanceWait(event) }
    guard event.isEffective else { return }
    let count = Int(clamping: min(event.count ?? 1, 1000))
    switch (kinds[object], event.operation) {
    case (.semaphore, .acquire): number[object] -= count
    case (.semaphore, .release): number[object] += count
    case (_, .acquire): holds.append((event.thread, event.object, event.mode))
    case (_, .release):
      let own = holds.lastIndex { $0.lock == event.object && $0.thread == event.thread }
      if let place = own ?? holds.lastIndex(where: { $0.lock == event.object }) {
        holds.remove(at: place)
      }
    case (_, .notify):
      woken[object].formUnion(waiting[object].sorted().prefix(Int(clamping: event.count ?? 99)))
    case (_, .set):
      number[object] = 1
      woken[object].formUnion(waiting[object])
    case (_, .clear): number[object] = 0
    case (_, .close): number[object] = 1
    case (_, .put): items[object].append(event.item)
    case (_, .get): if !items[object].isEmpty { items[object].removeFirst() }
    default: break
    }
  }

  private mutating func advanceWait(_ event: Event) {
    let object = event.object.index
    let lock = event.lock.ifPresent ?? details[object].lock
    if event.isPending {
      waiting[object].insert(event.thread)
      if kinds[object] == .condition, let lock {
        holds.removeAll { $0.lock == lock && $0.thread == event.thread }
      }
    } else {
      let hasWaited = waiting[object].remove(event.thread) != nil
      woken[object].remove(event.thread)
      if kinds[object] == .condition, hasWaited, let lock {
        holds.append((event.thread, lock, .exclusive))
      }
      if !hasWaited, kinds[object] == .barrier {
        woken[object].formUnion(waiting[object])
        waiting[object] = []
        return
      }
    }
    guard kinds[object] == .barrier, event.isPending else { return }
    if waiting[object].count >= max(1, Int(details[object].parties ?? 2)) {
      woken[object].formUnion(waiting[object])
      waiting[object] = []
    }
  }
}
