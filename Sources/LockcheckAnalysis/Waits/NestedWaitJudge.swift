import LockcheckFindings
import LockcheckTrace

/// Says whether waits at one place may hang because their wakers need a lock that is held.
struct NestedWaitJudge {
  /// What comes of a pattern.
  enum Judgment {
    case hang(Finding)
    case ruledOut(RuledOut)
  }

  /// How each waker stands to one instance of the wait and one lock.
  private struct Standing {
    var needing: [Waker.Wake] = []
    var free: [ThreadID] = []
    /// An acquire that has to come before the wait.
    var past: Moment?
    /// Whether there are wakes that were not kept.
    var isUnknown = false
  }

  private let wait: WaitUnderLocks
  private let wakers: [Waker]
  private let locks: LockEpochs

  init(_ wait: WaitUnderLocks, _ wakers: [Waker], _ locks: LockEpochs) {
    self.wait = wait
    self.wakers = wakers
    self.locks = locks
  }

  /// Nil where there is no pattern at all.
  func judgment(in run: borrowing Run) -> Judgment? {
    var ruledOut: RuledOut?
    for instance in wait.instances {
      let own = run.conditionLock(of: instance.wait.event)
      for lock in run.held.locks(of: wait.key.held) where lock.object != own {
        let standing = standing(instance, lock, in: run)
        if canHang(standing, in: run) {
          return wait.key.isBounded
            ? .ruledOut(pattern(.boundedAttempt, instance, standing, in: run))
            : .hang(finding(instance, lock, standing, in: run))
        }
        ruledOut = ruledOut ?? obstacle(instance, lock, standing, in: run)
      }
    }
    return ruledOut.map { .ruledOut($0) }
  }

  private func standing(
    _ instance: WaitUnderLocks.Instance, _ lock: HeldLock, in run: borrowing Run
  ) -> Standing {
    var standing = Standing()
    let waiter = wait.key.thread
    for waker in wakers {
      if waker.thread == waiter {
        if canWakeItself(in: run) { standing.free.append(waiter) }
        continue
      }
      let known = instance.known[waker.thread]
      guard let wake = waker.first(after: known) else {
        standing.isUnknown = standing.isUnknown || waker.isTruncated
        continue
      }
      let needsExclusive = lock.mode == .shared
      func acquire(after start: Moment) -> Moment? {
        locks.first(waker.thread, lock.object, after: start, exclusively: needsExclusive)
          .flatMap { $0 < wake.moment ? $0 : nil }
      }
      if acquire(after: max(known, wake.owed)) != nil {
        standing.needing.append(wake)
      } else {
        standing.free.append(waker.thread)
        if standing.past == nil { standing.past = acquire(after: 0) }
      }
    }
    return standing
  }

  /// Whether what the thread does itself can be what ends its wait: a flag or an item stays, while a
  /// notify does not, and nobody arrives twice.
  private func canWakeItself(in run: borrowing Run) -> Bool {
    switch run.tables.objects.kind(of: wait.key.channel.object) {
    case .event, .queue: true
    default: false
    }
  }

  private func canHang(_ standing: Standing, in run: borrowing Run) -> Bool {
    guard !standing.needing.isEmpty, !standing.isUnknown else { return false }
    let object = wait.key.channel.object
    guard run.tables.objects.kind(of: object) == .barrier else { return standing.free.isEmpty }
    // Of a barrier all parties have to come, not only one.
    guard let parties = run.tables.objects[object].parties else { return standing.free.isEmpty }
    return UInt64(standing.free.count) + 1 < parties
  }

  private func obstacle(
    _ instance: WaitUnderLocks.Instance, _ lock: HeldLock, _ standing: Standing,
    in run: borrowing Run
  ) -> RuledOut? {
    if !standing.needing.isEmpty, let free = standing.free.first {
      return pattern(.wakerWithoutLock(free), instance, standing, in: run)
    }
    if standing.needing.isEmpty, let past = standing.past {
      return pattern(
        .ordered(earlier: Int(past) - 1, later: instance.wait.index), instance, standing, in: run)
    }
    return nil
  }

  private func pattern(
    _ reason: RuledOut.Reason, _ instance: WaitUnderLocks.Instance, _ standing: Standing,
    in run: borrowing Run
  ) -> RuledOut {
    RuledOut(
      .nestedMonitor, reason,
      steps: [instance.wait.step(in: run)] + standing.needing.map { $0.notice.step(in: run) })
  }

  private func finding(
    _ instance: WaitUnderLocks.Instance, _ lock: HeldLock, _ standing: Standing,
    in run: borrowing Run
  ) -> Finding {
    var finding = Finding(
      .nestedMonitor, .possible, .wakerNeedsLock(lock: lock.object),
      steps: [instance.wait.step(in: run)] + standing.needing.map { $0.notice.step(in: run) },
      objects: [wait.key.channel.object, lock.object], assumes: run.assumptions)
    finding.occurrenceCount = wait.count
    return finding
  }
}
