import LockcheckTrace

/// Who waits on a condition, and what notifies have given them.
struct ConditionClocks<Clock: Gift>: Sendable {
  /// One wait, by a number of its own: a thread waits again and again.
  private struct Wait {
    var number: Int
    var gift: Clock?
  }

  private var waiters: [ThreadID: Wait] = [:]
  /// Those that no notify has been counted against, in order of arrival, from `head` on; and waits that
  /// are over by now.
  private var queue: [(thread: ThreadID, number: Int)] = []
  private var head = 0
  private var count = 0
  private var last = Clock()

  /// - Complexity: Constant, amortized, as with the others.
  mutating func wait(_ thread: ThreadID) {
    if queue.count > 2 * waiters.count + 32 { compact() }
    waiters[thread] = Wait(number: count, gift: nil)
    queue.append((thread, count))
    count += 1
  }

  mutating func notify(_ gift: Clock, count: UInt64?) {
    last = gift
    var left = count ?? .max
    while left > 0, head < queue.count {
      let (thread, number) = queue[head]
      head += 1
      guard waiters[thread]?.number == number else { continue }
      waiters[thread]?.gift = gift
      left -= 1
    }
  }

  /// Drops from the queue what has been notified or is over.
  private mutating func compact() {
    queue.removeFirst(head)
    queue.removeAll { waiters[$0.thread]?.number != $0.number }
    head = 0
  }

  /// What the thread learns as its wait ends: from the notify that is counted against it, in order
  /// of arrival, or, where the recorder's platform wakes in another order, from the last one.
  mutating func wake(_ thread: ThreadID) -> Clock {
    waiters.removeValue(forKey: thread)?.gift ?? last
  }

  /// The same condition with other gifts.
  func map<Other>(_ change: (Clock) -> Other) -> ConditionClocks<Other> {
    var other = ConditionClocks<Other>()
    other.waiters = waiters.mapValues { .init(number: $0.number, gift: $0.gift.map(change)) }
    other.queue = queue
    other.head = head
    other.count = count
    other.last = change(last)
    return other
  }
}

/// The rounds of a barrier.
struct BarrierClocks<Clock: Gift>: Sendable {
  private struct Round {
    /// What everybody who has come gives.
    var gift = Clock()
    var arrived: UInt64 = 0
    var left: UInt64 = 0
    /// Somebody gave up, which ends the round for all.
    var isBroken = false
    /// Who left, as the trace has it, before everybody had come: where a recorder leaves pending
    /// events out, the arrival of those who had to wait stands where they left.
    var early: [ThreadID] = []
  }

  private let parties: UInt64?
  /// Who has arrived and not left, by the round.
  private var waiting: [ThreadID: Int] = [:]
  private var rounds: [Int: Round] = [:]
  private var last = 0

  init(parties: UInt64?) { self.parties = parties }

  /// The thread has come to the barrier.
  ///
  /// - Returns: Those who left already, and learn now what everybody gave; nobody as a rule.
  mutating func arrive(
    _ thread: ThreadID, _ gift: Clock
  ) -> (early: [ThreadID], gift: Clock) {
    var round = rounds[last] ?? Round()
    // Nobody leaves before everybody has come. Where it is not known how many that is, or the round
    // has been given up, who comes after a departure is of the next round.
    if round.arrived == parties || (round.left > 0 && (parties == nil || round.isBroken)) {
      if round.left == round.arrived { rounds[last] = nil }
      last += 1
      round = Round()
    }
    round.gift.join(gift)
    round.arrived += 1
    waiting[thread] = last
    var early: [ThreadID] = []
    if round.arrived == parties { swap(&early, &round.early) }
    rounds[last] = round
    return (early, round.gift)
  }

  /// Whether the thread has come and not left.
  func isWaiting(_ thread: ThreadID) -> Bool { waiting[thread] != nil }

  /// The thread leaves; what it learns.
  mutating func leave(_ thread: ThreadID, isBroken: Bool) -> Clock {
    guard let number = waiting.removeValue(forKey: thread), var round = rounds[number] else {
      return Clock()
    }
    round.left += 1
    round.isBroken = round.isBroken || isBroken
    if let parties, round.arrived < parties, !isBroken { round.early.append(thread) }
    rounds[number] = round.left == round.arrived && number < last ? nil : round
    return round.gift
  }

  /// Adds to what the thread gave that came last.
  mutating func amend(_ gift: Clock) { rounds[last]?.gift.join(gift) }

  /// The same barrier with other gifts.
  func map<Other>(_ change: (Clock) -> Other) -> BarrierClocks<Other> {
    var other = BarrierClocks<Other>(parties: parties)
    other.waiting = waiting
    other.rounds = rounds.mapValues { round in
      .init(
        gift: change(round.gift), arrived: round.arrived, left: round.left,
        isBroken: round.isBroken, early: round.early)
    }
    other.last = last
    return other
  }
}

/// The flag of an event, and who raised it.
struct FlagClock<Clock: Gift>: Sendable {
  private var isRaised = false
  /// What the set that raised the flag last gives to the waits that return because of it. It
  /// outlives the flag: who was waiting already is woken by a set even if a clear follows at once.
  private(set) var gift = Clock()

  /// A set. Where the flag is up already, no wait returns because of it.
  mutating func raise(_ gift: Clock) {
    if !isRaised { self.gift = gift }
    isRaised = true
  }

  /// A clear.
  mutating func lower() { isRaised = false }

  /// The same flag with another gift.
  func map<Other>(_ change: (Clock) -> Other) -> FlagClock<Other> {
    var other = FlagClock<Other>()
    other.isRaised = isRaised
    other.gift = change(gift)
    return other
  }
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
    // Taken out, so that it is changed where it is and not copied.
    var barrier = barriers.removeValue(forKey: event.object) ?? BarrierClocks(parties: parties)
    // Who did not have to wait has one event, which is both its arrival and its departure.
    if event.isPending || !barrier.isWaiting(event.thread) {
      let late = barrier.arrive(event.thread, give(event.thread, now))
      for thread in late.early { take(late.gift, by: thread, at: now) }
    }
    if !event.isPending {
      let gift = barrier.leave(event.thread, isBroken: event.result != .success)
      if event.isEffective { take(gift, by: event.thread, at: now) }
    }
    barriers[event.object] = barrier
  }
}
