import LockcheckTrace

/// What the releases of one lock, rwlock or semaphore give.
struct LockClocks: Sendable {
  /// The last exclusive release, or all releases of a semaphore.
  var exclusive = SyncClock()
  /// The shared releases since the last exclusive acquire.
  var shared = SyncClock()
}

extension HappensBefore {
  /// Whether what is given back comes before what is taken later.
  ///
  /// Where locks do not count, a semaphore counts only if it starts without a permit: one that starts
  /// with some is a lock, or lets threads in without anybody's release.
  private func counts(_ object: ObjectID, _ tables: borrowing TraceTables) -> Bool {
    if hasLockEdges { return true }
    return tables.objects.kind(of: object) == .semaphore && (tables.objects[object].value ?? 0) == 0
  }

  mutating func acquire(_ event: Event, _ now: Moment, _ tables: borrowing TraceTables) {
    guard event.object.index < locks.count else { return }
    take(locks[event.object.index].exclusive, by: event.thread, at: now)
    guard event.mode == .exclusive, !locks[event.object.index].shared.isEmpty else { return }
    take(locks[event.object.index].shared, by: event.thread, at: now)
    locks[event.object.index].shared = SyncClock()
  }

  mutating func release(_ event: Event, _ now: Moment, _ tables: borrowing TraceTables) {
    guard counts(event.object, tables) else { return }
    while locks.count <= event.object.index { locks.append(LockClocks()) }
    let gift = give(event.thread, now)
    if tables.objects.kind(of: event.object) == .semaphore {
      locks[event.object.index].exclusive.join(gift)
    } else if event.mode == .shared {
      locks[event.object.index].shared.join(gift)
    } else {
      locks[event.object.index].exclusive = gift
    }
  }
}
