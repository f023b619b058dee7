import LockcheckTrace

/// Who waits on a condition, and what notifies have given them.
struct ConditionClocks: Sendable {
  private var waiters: [(thread: ThreadID, gift: SyncClock?)] = []
  private var last = SyncClock()

  mutating func wait(_ thread: ThreadID) {
    waiters.removeAll { $0.thread == thread }
    waiters.append((thread, nil))
  }

  mutating func notify(_ gift: SyncClock, count: UInt64?) {
    last = gift
    var left = count ?? .max
    for place in waiters.indices where left > 0 && waiters[place].gift == nil {
      waiters[place].gift = gift
      left -= 1
    }
  }

  /// What the thread learns as its wait ends: from the notify that is counted against it, in order
  /// of arrival, or, where the recorder's platform wakes in another order, from the last one.
  mutating func wake(_ thread: ThreadID) -> SyncClock {
    guard let place = waiters.firstIndex(where: { $0.thread == thread }) else { return last }
    return waiters.remove(at: place).gift ?? last
  }
}

/// The rounds of a barrier.
struct BarrierClocks: Sendable {
  /// Who has arrived and not left, by the round.
  private var rounds: [ThreadID: Int] = [:]
  private var gifts: [Int: (gift: SyncClock, arrived: UInt64, left: UInt64)] = [:]
  private var round = 0

  /// The thread has come to the barrier.
  mutating func arrive(_ thread: ThreadID, _ gift: SyncClock, parties: UInt64?) {
    var entry = gifts[round] ?? (SyncClock(), 0, 0)
    // Nobody leaves before everybody has come: who comes after a departure is of the next round.
    if entry.left > 0 || entry.arrived == parties {
      round += 1
      entry = (SyncClock(), 0, 0)
    }
    entry.gift.join(gift)
    entry.arrived += 1
    gifts[round] = entry
    rounds[thread] = round
  }

  /// Whether the thread has come and not left.
  func isWaiting(_ thread: ThreadID) -> Bool { rounds[thread] != nil }

  /// The thread leaves; what it learns.
  mutating func leave(_ thread: ThreadID) -> SyncClock {
    guard let round = rounds.removeValue(forKey: thread), var entry = gifts[round] else {
      return SyncClock()
    }
    entry.left += 1
    gifts[round] = entry.left == entry.arrived && round < self.round ? nil : entry
    return entry.gift
  }
}

/// The flag of an event, and who raised it.
struct FlagClock: Sendable {
  private var isRaised = false
  /// What the set that raised the flag last gives to the waits that return because of it. It
  /// outlives the flag: who was waiting already is woken by a set even if a clear follows at once.
  private(set) var gift = SyncClock()

  /// A set. Where the flag is up already, no wait returns because of it.
  mutating func raise(_ gift: SyncClock) {
    if !isRaised { self.gift = gift }
    isRaised = true
  }

  /// A clear.
  mutating func lower() { isRaised = false }
}

extension HappensBefore {
  mutating func wait(
    _ event: Event, _ now: Moment, lock: ObjectID, _ tables: borrowing TraceTables
  ) {
    switch tables.objects.kind(of: event.object) {
    case .condition: waitOnCondition(event, now, lock: lock)
    case .barrier: waitAtBarrier(event, now, parties: tables.objects[event.object].parties)
    default:
      if event.isEffective, let flag = flags[event.object] {
        take(flag.gift, by: event.thread, at: now)
      }
    }
  }

  private mutating func waitOnCondition(_ event: Event, _ now: Moment, lock: ObjectID) {
    if event.isPending {
      conditions[event.object, default: ConditionClocks()].wait(event.thread)
      if lock.isPresent, hasLockEdges {
        while locks.count <= lock.index { locks.append(LockClocks()) }
        locks[lock.index].exclusive = give(event.thread, now)
      }
      return
    }
    if let gift = conditions[event.object]?.wake(event.thread), event.isEffective {
      take(gift, by: event.thread, at: now)
    }
    if lock.isPresent, lock.index < locks.count {
      take(locks[lock.index].exclusive, by: event.thread, at: now)
    }
  }

  private mutating func waitAtBarrier(_ event: Event, _ now: Moment, parties: UInt64?) {
    var barrier = barriers[event.object] ?? BarrierClocks()
    // Who did not have to wait has one event, which is both its arrival and its departure.
    if event.isPending || !barrier.isWaiting(event.thread) {
      barrier.arrive(event.thread, give(event.thread, now), parties: parties)
    }
    if !event.isPending {
      let gift = barrier.leave(event.thread)
      if event.isEffective { take(gift, by: event.thread, at: now) }
    }
    barriers[event.object] = barrier
  }
}
