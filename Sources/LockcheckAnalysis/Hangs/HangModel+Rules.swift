/// The rules of `Docs/reordering.md`, as moves.
extension HangModel {
  /// Whether the thread's next step can be done.
  func permission(_ number: Int, of thread: Int, in state: HangState) -> HangPermission {
    permission(steps[number], of: thread, in: state)
  }

  func permission(_ step: HangStep, of thread: Int, in state: HangState) -> HangPermission {
    if step.hasNeeds, let needs = needs[step.place] {
      for need in needs where !isDone(need, in: state) { return .other }
    }
    switch step.action {
    case .silent, .fork: return .open
    case .unknown: return .other
    case .join:
      let child = Int(step.object)
      if step.isLastWord {
        return ends[child] && head(of: child, in: state) == nil ? .other : .shut
      }
      return state.done[child] >= step.count ? .open : step.canWait ? .shut : .other
    // Where the child had done everything in the trace as well, it was still about to end.
    case .joinGivenUp:
      let child = Int(step.object)
      let all = Int32(starts[child + 1] - starts[child])
      return state.done[child] < all || step.count == all ? .open : .other
    case .joinRefused: return state.done[Int(step.object)] == step.count ? .open : .other
    default: break
    }
    let permission = permissionOfObject(step, thread, state)
    if permission == .shut, !step.canWait { return .other }
    if permission == .open, step.lock >= 0 {
      // However a wait ends, the lock is taken again before.
      let ofLock = permissionOfLock(step, thread, state)
      if ofLock != .open { return step.action == .samePast ? .other : ofLock }
    }
    // What would go on, where the trace ends, goes on in a way that nobody knows.
    return permission == .open && step.isLastWord ? .other : permission
  }

  func permissionOfObject(
    _ step: HangStep, _ thread: Int, _ state: HangState
  ) -> HangPermission {
    let thread = isHandover[Int(step.object)] ? 0 : Int32(thread)
    if step.action == .mark { return .open }
    if step.action == .samePast {
      return state.pasts[Int(step.object)] == step.turn ? .open : .other
    }
    switch state.objects[Int(step.object)] {
    case .plain: return .other
    case .variable(let writer): return step.sees && writer != step.source ? .other : .open
    case .lock(let lock): return ofLock(lock, step, thread)
    case .permits(let permits): return ofPermits(permits, step)
    case .flag(let flag): return ofFlag(flag, step, thread)
    case .condition(let entries): return ofCondition(entries, step, thread)
    case .barrier(let barrier):
      if step.action == .arrive || barrier.letsThrough(thread) { return .open }
      // Who has not come yet would come first, and others may go on by that.
      return barrier.waiting.contains { $0[0] == thread } ? .shut : .other
    case .queue(let queue): return ofQueue(queue, step)
    }
  }

  private func ofLock(_ lock: HangLock, _ step: HangStep, _ thread: Int32) -> HangPermission {
    let isFree =
      isHandover[Int(step.object)]
      ? lock.owner == -1
      : lock.isFree(for: thread) && (!lock.isHeld(by: thread) || step.count > 0)
    switch step.action {
    case .acquire: return isFree ? .open : .shut
    case .acquireShared: return lock.isFreeToShare(for: thread) ? .open : .shut
    case .acquireGivenUp:
      return lock.owner != -1 || !lock.sharers.isEmpty ? .open : .other
    case .acquireSharedGivenUp: return lock.owner != -1 ? .open : .other
    case .release, .releaseShared: return lock.isHeld(by: thread) ? .open : .other
    default: return .other
    }
  }

  private func ofPermits(_ permits: Int64, _ step: HangStep) -> HangPermission {
    switch step.action {
    case .take: permits >= Int64(step.count) ? .open : .shut
    case .takeGivenUp: permits < Int64(step.count) ? .open : .other
    // `source` is the bound, where there is one.
    case .give:
      step.source < 0 || permits + Int64(step.count) <= Int64(step.source) ? .open : .other
    default: .other
    }
  }

  private func ofFlag(_ flag: HangFlag, _ step: HangStep, _ thread: Int32) -> HangPermission {
    switch step.action {
    case .beginFlag, .set, .clear: .open
    case .awaitFlag: flag.letsThrough(thread) ? .open : .shut
    case .awaitFlagGivenUp: flag.isUp ? .other : .open
    default: .other
    }
  }

  private func ofCondition(
    _ entries: [Int32], _ step: HangStep, _ thread: Int32
  ) -> HangPermission {
    switch step.action {
    case .beginWait: entries.contains(thread) ? .other : .open
    case .endWait: HangCondition.isWoken(thread, entries) ? .open : .shut
    case .endWaitGivenUp: entries.contains(thread) ? .open : .other
    case .notify: .open
    default: .other
    }
  }

  private func ofQueue(_ queue: HangQueue, _ step: HangStep) -> HangPermission {
    switch step.action {
    case .put: queue.isClosed ? .other : queue.isFull ? .shut : .open
    case .putGivenUp: !queue.isClosed && queue.isFull ? .open : .other
    case .putRefused: queue.isClosed ? .open : .other
    case .get:
      queue.items.first.map { $0 == step.source ? .open : .other }
        ?? (queue.isClosed ? .other : .shut)
    case .getGivenUp: queue.items.isEmpty && !queue.isClosed ? .open : .other
    case .getRefused: queue.items.isEmpty && queue.isClosed ? .open : .other
    case .taskDone: queue.openTasks > 0 ? .open : .other
    case .joinQueue: queue.openTasks == 0 ? .open : .shut
    case .joinQueueGivenUp: queue.openTasks > 0 ? .open : .other
    case .close: .open
    default: .other
    }
  }

  /// What the lock of a condition says to the beginning or the end of a wait.
  func permissionOfLock(_ step: HangStep, _ thread: Int, _ state: HangState) -> HangPermission {
    let number = Int(step.lock)
    if isUnclear[number] { return state.pasts[number] == step.lockTurn ? .open : .other }
    guard case .lock(let lock) = state.objects[number] else { return .other }
    let thread = isHandover[number] ? 0 : Int32(thread)
    if step.action == .beginWait { return lock.isHeld(by: thread) ? .open : .other }
    return lock.owner == -1 && lock.sharers.isEmpty ? .open : .shut
  }

  /// Does the thread's next step.
  func perform(_ number: Int, of thread: Int, _ state: inout HangState) {
    let step = steps[number]
    state.done[thread] += 1
    guard step.action.isOnObject, step.object >= 0 else { return }
    notePast(of: step.object, step.turn, &state)
    if step.lock >= 0 { notePast(of: step.lock, step.lockTurn, &state) }
    let object = Int(step.object)
    let who = isHandover[object] ? 0 : Int32(thread)
    // Taken out, so that what it holds is changed in its place.
    let stand = state.objects[object]
    state.objects[object] = .plain
    state.objects[object] = Self.moved(stand, by: step, who)
    if step.lock >= 0 { hand(Int(step.lock), step, thread, &state) }
  }

  private func notePast(of object: Int32, _ turn: Int32, _ state: inout HangState) {
    guard isWatched[Int(object)] else { return }
    let isSame = state.pasts[Int(object)] == turn
    state.pasts[Int(object)] = isSame ? turn + 1 : -1
  }

  private func hand(_ number: Int, _ step: HangStep, _ thread: Int, _ state: inout HangState) {
    guard case .lock(var lock) = state.objects[number] else { return }
    state.objects[number] = .plain
    let thread = isHandover[number] ? 0 : Int32(thread)
    if step.action == .beginWait {
      lock.sharers.removeAll { $0 == thread }
      if lock.owner == thread { (lock.owner, lock.depth) = (-1, 0) }
    } else {
      lock.acquire(thread, levels: max(1, step.count))
    }
    state.objects[number] = .lock(lock)
  }

  private static func moved(
    _ stand: consuming HangObject, by step: HangStep, _ thread: Int32
  ) -> HangObject {
    switch stand {
    case .plain: return .plain
    case .variable(let writer): return .variable(step.writes ? step.place : writer)
    case .lock(var lock):
      switch step.action {
      case .acquire: lock.acquire(thread)
      case .acquireShared: lock.share(thread)
      case .release: lock.release(thread, shared: false)
      case .releaseShared: lock.release(thread, shared: true)
      default: break
      }
      return .lock(lock)
    case .permits(let permits):
      switch step.action {
      case .take: return .permits(permits - Int64(step.count))
      case .give: return .permits(permits + Int64(step.count))
      default: return .permits(permits)
      }
    case .flag(var flag):
      switch step.action {
      case .set: flag.set()
      case .clear: flag.isUp = false
      case .beginFlag: flag.begin(thread)
      case .awaitFlag, .awaitFlagGivenUp: flag.end(thread)
      default: break
      }
      return .flag(flag)
    case .condition(var entries):
      switch step.action {
      case .notify: HangCondition.notify(step.count, &entries)
      case .beginWait: entries.append(thread)
      case .endWait: HangCondition.end(thread, isWoken: true, &entries)
      case .endWaitGivenUp: HangCondition.end(thread, isWoken: false, &entries)
      default: break
      }
      return .condition(entries)
    case .barrier(var barrier):
      if step.action == .arrive { barrier.arrive(thread) } else { barrier.leave(thread) }
      return .barrier(barrier)
    case .queue(var queue):
      switch step.action {
      case .put:
        queue.items.append(step.place)
        queue.openTasks += 1
      case .get: if !queue.items.isEmpty { queue.items.removeFirst() }
      case .taskDone: queue.openTasks -= 1
      case .close: queue.isClosed = true
      default: break
      }
      return .queue(queue)
    }
  }
}

extension HangStep {
  /// Whether it looks at its variable.
  var sees: Bool { action == .read || action == .update }
  /// Whether later reads see it.
  var writes: Bool { action == .write || action == .update }
}
