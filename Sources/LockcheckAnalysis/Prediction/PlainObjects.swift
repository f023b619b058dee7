import LockcheckTrace

/// The state of every object at one point of a schedule, as the primitives themselves keep it.
///
/// The same rules are used twice: on the trace, to learn which objects keep to them, and on a
/// schedule. Variables are not here: what an access sees is looked up by ``TraceFacts``.
struct PlainObjects {
  private(set) var locks = PlainLocks()
  private var permits: [ObjectID: UInt64] = [:]
  private var conditions: [ObjectID: PlainCondition] = [:]
  private var flags: [ObjectID: PlainFlag] = [:]
  private var barriers: [ObjectID: PlainBarrier] = [:]
  private var queues: [ObjectID: PlainQueue] = [:]

  /// The put whose item the next get of that queue takes.
  func head(of queue: ObjectID) -> Int? { queues[queue]?.head }

  /// Does what the event does to its object.
  mutating func step(_ event: Event, at index: Int, kind: ObjectKind, _ details: ObjectDetails)
    -> PermittedStep
  {
    if event.operation == .create { return .allowed }
    if event.operation == .destroy { return .withSamePast }
    guard kind.allows(event.operation) else { return .refused(.cannotHappen) }
    switch kind {
    case .lock, .rlock, .rwlock: return useLock(event, isHandover: details.handover == true)
    case .semaphore: return useSemaphore(event, details)
    case .condition: return useCondition(event)
    case .event, .future: return useFlag(event)
    case .barrier: return useBarrier(event, parties: details.parties)
    case .queue, .pool: return useQueue(event, at: index, capacity: details.capacity ?? 0)
    case .variable, .undetermined: return .allowed
    }
  }

  /// Gives up the lock of a condition as a wait begins, or takes it again as the wait ends.
  mutating func stepLock(
    _ lock: ObjectID, of wait: Event, kind: ObjectKind, _ details: ObjectDetails
  ) -> PermittedStep {
    guard kind.isLock else { return .refused(.cannotHappen) }
    let thread = details.handover == true ? .absent : wait.thread
    return wait.isPending
      ? locks.giveUpAll(lock, by: thread) : locks.takeAgain(lock, by: thread)
  }

  private mutating func useLock(_ event: Event, isHandover: Bool) -> PermittedStep {
    let thread = isHandover ? .absent : event.thread
    switch (event.operation, event.result) {
    case (_, .error): return .withSamePast
    case (.release, .success):
      return locks.release(event.object, by: thread, mode: event.mode)
    case (.acquire, .success):
      return locks.acquire(event.object, by: thread, mode: event.mode, isHandover: isHandover)
    case (.acquire, _): return locks.giveUp(on: event.object, mode: event.mode)
    default: return .refused(.cannotHappen)
    }
  }

  private mutating func useSemaphore(_ event: Event, _ details: ObjectDetails) -> PermittedStep {
    if event.result == .error { return .withSamePast }
    guard let value = details.value else {
      return event.operation == .acquire ? .withSamePast : .allowed
    }
    let there = permits[event.object] ?? value
    let count = event.count ?? 1
    switch (event.operation, event.result) {
    case (.acquire, .success):
      permits[event.object] = there - min(there, count)
      return there >= count ? .allowed : .refused(.tooFewPermits)
    case (.acquire, _): return there < count ? .allowed : .refused(.enoughPermits)
    case (.release, .success):
      let (sum, overflow) = there.addingReportingOverflow(count)
      permits[event.object] = overflow ? .max : sum
      let bound = details.bound ?? .max
      return overflow || sum > bound ? .refused(.pastBound) : .allowed
    default: return .refused(.cannotHappen)
    }
  }

  private mutating func useCondition(_ event: Event) -> PermittedStep {
    if event.operation == .notify {
      if event.result != .success { return .withSamePast }
      return conditions[event.object]?.notify(event.count) ?? .allowed
    }
    return event.isPending
      ? conditions[event.object, default: PlainCondition()].begin(event.thread)
      : conditions[event.object, default: PlainCondition()].end(event.thread, event.result)
  }

  private mutating func useFlag(_ event: Event) -> PermittedStep {
    switch event.operation {
    case .wait:
      return event.isPending
        ? flags[event.object, default: PlainFlag()].begin(event.thread)
        : flags[event.object, default: PlainFlag()].end(event.thread, event.result)
    case _ where event.result != .success: return .withSamePast
    case .set: return flags[event.object, default: PlainFlag()].set()
    default: return flags[event.object, default: PlainFlag()].clear()
    }
  }

  private mutating func useBarrier(_ event: Event, parties: UInt64?) -> PermittedStep {
    event.isPending
      ? barriers[event.object, default: PlainBarrier()].arrive(event.thread)
      : barriers[event.object, default: PlainBarrier()].leave(
        event.thread, event.result, parties: parties)
  }

  private mutating func useQueue(
    _ event: Event, at index: Int, capacity: UInt64
  ) -> PermittedStep {
    let limit = capacity == 0 ? nil : capacity
    let (queue, result) = (event.object, event.result)
    switch event.operation {
    case .put: return queues[queue, default: PlainQueue()].put(event, at: index, capacity: limit)
    case .get: return queues[queue, default: PlainQueue()].get(event)
    case .queueJoin: return queues[queue, default: PlainQueue()].join(result)
    case _ where result != .success: return .withSamePast
    case .taskDone: return queues[queue, default: PlainQueue()].taskDone()
    default: return queues[queue, default: PlainQueue()].close()
    }
  }
}
