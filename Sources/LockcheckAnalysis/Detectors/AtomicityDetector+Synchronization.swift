import LockcheckTrace

/// The edges that synchronization makes: those of happens-before, kind by kind, as
/// ``HappensBefore`` has them.
extension AtomicityDetector {
  /// Takes note of an event that is neither an access nor the border of a block.
  mutating func synchronize(_ event: Event, at index: Int, in run: borrowing Run) {
    meet(event.thread)
    switch event.operation {
    case .acquire:
      if openCount > 0, event.isEffective { acquire(event, event.object, at: index, in: run) }
    case .release:
      if openCount > 0, event.isEffective { release(event, event.object, at: index, in: run) }
    case .fork: fork(event.child, by: event.thread)
    case .join: join(event, at: index, in: run)
    case .wait: wait(event, at: index, in: run)
    case .notify:
      guard event.isEffective else { return }
      let gift = give(event, at: index, in: run)
      edges.conditions[event.object, default: ConditionClocks()].notify(gift, count: event.count)
    case .set:
      edges.flags[event.object, default: FlagClock()].raise(give(event, at: index, in: run))
    case .clear: edges.flags[event.object]?.lower()
    default: useQueue(event, at: index, in: run)
    }
  }

  private mutating func give(
    _ event: Event, at index: Int, in run: borrowing Run
  ) -> BlockMarks {
    BlockMarks(mark(event, at: index, in: run))
  }
}

// MARK: - Locks and semaphores

extension AtomicityDetector {
  private mutating func acquire(
    _ event: Event, _ lock: ObjectID, at index: Int, in run: borrowing Run
  ) {
    guard lock.index < edges.locks.count else { return }
    take(edges.locks[lock.index].exclusive, event, at: index, in: run)
    let isSemaphore = run.tables.objects.kind(of: lock) == .semaphore
    guard event.mode == .exclusive || isSemaphore else { return }
    take(edges.locks[lock.index].shared, event, at: index, in: run)
    if !isSemaphore { edges.locks[lock.index].shared.removeAll() }
  }

  private mutating func release(
    _ event: Event, _ lock: ObjectID, at index: Int, in run: borrowing Run
  ) {
    let mark = mark(event, at: index, in: run)
    if mark.blocks == .none, lock.index >= edges.locks.count { return }
    edges.reach(lock)
    let isSemaphore = run.tables.objects.kind(of: lock) == .semaphore
    if event.mode == .shared || isSemaphore {
      edges.locks[lock.index].shared.add(mark)
    } else {
      edges.locks[lock.index].exclusive = mark
    }
  }
}

// MARK: - Waits

extension AtomicityDetector {
  private mutating func wait(_ event: Event, at index: Int, in run: borrowing Run) {
    switch run.tables.objects.kind(of: event.object) {
    case .condition: waitOnCondition(event, at: index, in: run)
    case .barrier: waitAtBarrier(event, at: index, in: run)
    default:
      if event.isEffective, let gift = edges.flags[event.object]?.gift {
        take(gift, event, at: index, in: run)
      }
    }
  }

  private mutating func waitOnCondition(_ event: Event, at index: Int, in run: borrowing Run) {
    let lock = run.conditionLock(of: event)
    if event.isPending {
      edges.conditions[event.object, default: ConditionClocks()].wait(event.thread)
      if lock.isPresent { release(event, lock, at: index, in: run) }
      return
    }
    if let gift = edges.conditions[event.object]?.wake(event.thread), event.isEffective {
      take(gift, event, at: index, in: run)
    }
    if lock.isPresent { acquire(event, lock, at: index, in: run) }
  }

  private mutating func waitAtBarrier(_ event: Event, at index: Int, in run: borrowing Run) {
    let parties = run.tables.objects[event.object].parties
    // Taken out, so that it is changed where it is and not copied.
    var barrier =
      edges.barriers.removeValue(forKey: event.object) ?? BarrierClocks(parties: parties)
    // Who did not have to wait has one event, which is both its arrival and its departure.
    let isArrival = event.isPending || !barrier.isWaiting(event.thread)
    var late: (early: [ThreadID], gift: BlockMarks) = ([], BlockMarks())
    if isArrival { late = barrier.arrive(event.thread, give(event, at: index, in: run)) }
    if !event.isPending {
      let gift = barrier.leave(event.thread, isBroken: event.result != .success)
      if event.isEffective { take(gift, event, at: index, in: run) }
      if isArrival {
        // One transaction: what it learned by leaving, the others learn from its arrival.
        let all = give(event, at: index, in: run)
        barrier.amend(all)
        late.gift.join(all)
      }
    }
    for thread in late.early { takeLate(late.gift, by: thread) }
    edges.barriers[event.object] = barrier
  }
}

// MARK: - Queues

extension AtomicityDetector {
  private mutating func useQueue(_ event: Event, at index: Int, in run: borrowing Run) {
    guard !event.isPending else { return }
    var queue = edges.queues.removeValue(forKey: event.object) ?? QueueClocks()
    defer { edges.queues[event.object] = queue }
    if event.result == .error {
      take(queue.closed, event, at: index, in: run)
      return
    }
    guard event.result == .success else { return }
    let details = run.tables.objects[event.object]
    let capacity = details.capacity ?? 0
    switch event.operation {
    case .put:
      take(queue.makeRoom(capacity: capacity), event, at: index, in: run)
      queue.put(event.item, give(event, at: index, in: run), order: details.order)
    case .get:
      take(queue.get(event.item, order: details.order), event, at: index, in: run)
      if capacity > 0 { queue.leaveRoom(give(event, at: index, in: run)) }
    case .taskDone: queue.done.join(give(event, at: index, in: run))
    case .queueJoin: take(queue.done, event, at: index, in: run)
    case .close: queue.closed = give(event, at: index, in: run)
    default: break
    }
  }
}
