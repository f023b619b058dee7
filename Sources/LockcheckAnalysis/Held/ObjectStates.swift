public import LockcheckTrace

/// How the objects that threads wait for stand, apart from locks: permits, flags, items, arrivals.
///
/// What it says of a wait is on the safe side: where the trace leaves open whether a waiting thread
/// has been let through already, it may have been.
public struct ObjectStates: Sendable {
  private var semaphores: [ObjectID: SemaphoreState] = [:]
  private var flags: [ObjectID: FlagState] = [:]
  private var queues: [ObjectID: QueueState] = [:]
  private var barriers: [ObjectID: BarrierState] = [:]
  private var conditions: [ObjectID: ConditionState] = [:]
  /// Who runs which task.
  private(set) var pools = PoolStates()

  init() {}

  @inline(__always)
  mutating func observe(_ event: Event, at index: Int, tables: borrowing TraceTables) {
    // Locks are not kept here, and most events are theirs.
    if event.operation == .acquire || event.operation == .release {
      guard tables.objects.kind(of: event.object) == .semaphore else { return }
    }
    update(event, at: index, tables: tables)
  }

  private mutating func update(_ event: Event, at index: Int, tables: borrowing TraceTables) {
    let object = event.object
    switch event.operation {
    case .acquire where event.isEffective, .release where event.isEffective:
      if semaphores[object] == nil { semaphores[object] = SemaphoreState(tables.objects[object]) }
      semaphores[object]?.observe(event)
    case .set: flags[object, default: FlagState()].raise(at: index)
    case .clear: flags[object]?.isRaised = false
    case .put, .get, .taskDone, .close:
      guard event.isEffective else { return }
      queues[object, default: QueueState()].observe(event, at: index)
      if tables.objects.kind(of: object) == .pool { pools.observe(event) }
    case .wait:
      switch tables.objects.kind(of: object) {
      case .barrier:
        if barriers[object] == nil {
          barriers[object] = BarrierState(parties: tables.objects[object].parties)
        }
        barriers[object]?.observe(event)
      case .condition: conditions[object, default: ConditionState()].observe(event, at: index)
      default: break
      }
    case .notify where event.isEffective:
      conditions[object]?.notify(event.count, at: index)
    default: break
    }
  }

  /// The permits of a semaphore; nil where the trace does not say how many it began with.
  public func permits(of semaphore: ObjectID, tables: borrowing TraceTables) -> Int64? {
    if let state = semaphores[semaphore] { return state.permits }
    return SemaphoreState(tables.objects[semaphore]).permits
  }

  /// How many items have been put into a queue, and how many of them dealt with.
  public func tasks(of queue: ObjectID) -> (put: UInt64, done: UInt64) {
    let state = queues[queue] ?? QueueState()
    return (state.putCount, state.doneCount)
  }

  /// Whether the thread that has been pending on `entry` can still be held up by the object alone.
  ///
  /// For a condition this is about the notify; the lock is not looked at.
  func wakeup(for entry: PendingEvents.Entry, tables: borrowing TraceTables) -> Wakeup {
    let event = entry.event
    switch (event.operation, tables.objects.kind(of: event.object)) {
    case (.acquire, .semaphore):
      guard let permits = permits(of: event.object, tables: tables) else { return .certain }
      return permits >= Int64(clamping: event.count ?? 1) ? .certain : .none
    case (.wait, .event), (.wait, .future):
      return (flags[event.object] ?? FlagState()).wakes(since: entry.index) ? .certain : .none
    case (.wait, .barrier):
      return barriers[event.object]?.letsThrough(event.thread) ?? true ? .certain : .none
    case (.wait, .condition):
      return conditions[event.object]?.wakeup(of: event.thread) ?? .none
    case (.put, .queue), (.get, .queue), (.queueJoin, .queue),
      (.put, .pool), (.get, .pool), (.queueJoin, .pool):
      let capacity = tables.objects[event.object].capacity ?? 0
      let state = queues[event.object] ?? QueueState()
      return state.letsThrough(event.operation, since: entry.index, capacity: capacity)
        ? .certain : .none
    default: return .certain
    }
  }

  /// Whether a waiting thread has been woken.
  enum Wakeup {
    /// Somebody has to do something first.
    case none
    /// It may have been, or another one was.
    case uncertain
    /// It has been, or nothing says that it has to wait.
    case certain
  }
}

/// The permits of a semaphore.
private struct SemaphoreState: Sendable {
  private(set) var permits: Int64?
  private var bound: Int64?

  init(_ details: ObjectDetails) {
    permits = details.value.map { Int64(clamping: $0) }
    bound = details.bound.map { Int64(clamping: $0) }
  }

  mutating func observe(_ event: Event) {
    guard let permits else { return }
    let count = Int64(clamping: event.count ?? 1)
    if event.operation == .acquire {
      self.permits = permits.subtractingReportingOverflow(count).partialValue
    } else {
      let sum = permits.addingReportingOverflow(count)
      // Past the bound it is refused, or ought to be.
      self.permits = min(sum.overflow ? .max : sum.partialValue, bound ?? .max)
    }
  }
}

/// The flag of an event.
private struct FlagState: Sendable {
  var isRaised = false
  private var lastSet = -1

  mutating func raise(at index: Int) {
    isRaised = true
    lastSet = index
  }

  /// A set wakes everyone who is waiting, even if a clear follows at once.
  func wakes(since index: Int) -> Bool { isRaised || lastSet > index }
}

/// What is in a queue.
private struct QueueState: Sendable {
  private(set) var putCount: UInt64 = 0
  private(set) var doneCount: UInt64 = 0
  private var getCount: UInt64 = 0
  private var isClosed = false
  /// When everything put had last been dealt with.
  private var lastIdle = -1

  mutating func observe(_ event: Event, at index: Int) {
    switch event.operation {
    case .put: putCount += 1
    case .get: getCount += 1
    // One that overruns counts for nothing, so that it is not held against a later, rightful one.
    case .taskDone: if doneCount < putCount { doneCount += 1 }
    default: isClosed = true
    }
    if doneCount >= putCount { lastIdle = index }
  }

  func letsThrough(_ operation: Operation, since index: Int, capacity: UInt64) -> Bool {
    switch operation {
    case .put: isClosed || capacity == 0 || putCount < getCount &+ capacity
    case .get: isClosed || putCount > getCount
    default: doneCount >= putCount || lastIdle > index
    }
  }
}

/// The rounds of a barrier.
private struct BarrierState: Sendable {
  private struct Round {
    var arrived: UInt64 = 0
    var left: UInt64 = 0
    /// Somebody gave up, which ends the round for all.
    var isBroken = false
  }

  private let parties: UInt64?
  /// Who has arrived and not left, by the round.
  private var waiting: [ThreadID: Int] = [:]
  private var rounds: [Int: Round] = [0: Round()]
  private var last = 0

  init(parties: UInt64?) { self.parties = parties }

  mutating func observe(_ event: Event) {
    // Who did not have to wait has one event, which is both its arrival and its departure.
    if event.isPending || waiting[event.thread] == nil { arrive(event.thread) }
    if !event.isPending { leave(event.thread, isBroken: event.result != .success) }
  }

  private mutating func arrive(_ thread: ThreadID) {
    var round = rounds[last] ?? Round()
    // Nobody leaves before everybody has come. Where it is not known how many that is, or the round
    // has been given up, who comes after a departure is of the next round.
    if round.arrived == parties || (round.left > 0 && (parties == nil || round.isBroken)) {
      if round.left == round.arrived { rounds[last] = nil }
      last += 1
      round = Round()
    }
    round.arrived += 1
    rounds[last] = round
    waiting[thread] = last
  }

  private mutating func leave(_ thread: ThreadID, isBroken: Bool) {
    guard let number = waiting.removeValue(forKey: thread), var round = rounds[number] else {
      return
    }
    round.left += 1
    round.isBroken = round.isBroken || isBroken
    rounds[number] = round.left == round.arrived && number < last ? nil : round
  }

  func letsThrough(_ thread: ThreadID) -> Bool {
    guard let parties, let number = waiting[thread], let round = rounds[number] else { return true }
    return round.arrived >= parties || round.left > 0 || round.isBroken
  }
}

/// Who waits on a condition, and how many of them notifies have woken.
///
/// Which waiter a notify wakes is the platform's choice. So wakeups are counted, and a waiter that
/// goes on uses up the oldest one that it can have had, which leaves as much as possible to those who
/// still wait.
private struct ConditionState: Sendable {
  /// Wakeups given at one moment.
  private struct Batch {
    var index: Int
    var left: Int
  }

  /// Since when each waiter waits.
  private var waiters: [ThreadID: Int] = [:]
  /// By moment; none of them is used up.
  private var batches: [Batch] = []
  /// When everyone was woken who waited then.
  private var lastForAll = -1

  mutating func observe(_ event: Event, at index: Int) {
    if event.isPending {
      waiters[event.thread] = index
    } else if let since = waiters.removeValue(forKey: event.thread) {
      if event.isEffective { use(since: since) }
      if waiters.isEmpty { batches.removeAll() }
    }
  }

  mutating func notify(_ count: UInt64?, at index: Int) {
    guard !waiters.isEmpty else { return }
    if batches.count > 2 * waiters.count + 8 { merge() }
    let woken = Int(clamping: min(count ?? .max, UInt64(waiters.count)))
    if woken > 0 { batches.append(Batch(index: index, left: woken)) }
    if woken == waiters.count { lastForAll = index }
  }

  /// Uses up the oldest wakeup after `index`.
  private mutating func use(since index: Int) {
    var place = batches.startIndex
    var end = batches.endIndex
    while place < end {
      let middle = place + (end - place) / 2
      if batches[middle].index > index { end = middle } else { place = middle + 1 }
    }
    guard place < batches.endIndex else { return }
    batches[place].left -= 1
    if batches[place].left == 0 { batches.remove(at: place) }
  }

  /// Puts batches together that every waiter can, or no waiter can, have had.
  private mutating func merge() {
    let arrivals = waiters.values.sorted()
    var merged: [Batch] = []
    var place = 0
    for batch in batches {
      let before = place
      while place < arrivals.count, arrivals[place] < batch.index { place += 1 }
      if place == before, !merged.isEmpty {
        merged[merged.count - 1].left += batch.left
      } else {
        merged.append(batch)
      }
    }
    batches = merged
  }

  func wakeup(of thread: ThreadID) -> ObjectStates.Wakeup {
    guard let since = waiters[thread] else { return .none }
    if lastForAll > since { return .certain }
    return (batches.last?.index ?? -1) > since ? .uncertain : .none
  }
}
