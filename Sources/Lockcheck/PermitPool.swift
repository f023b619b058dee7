internal import LockcheckTrace

/// A number of permits that threads take and give back: what both semaphores are made of.
///
/// A permit that is given back while threads wait goes to the one that has waited longest, without
/// passing through the count, so that nobody can overtake it and a wait that times out in the same
/// moment either has the permit or has left the queue.
final class PermitPool: @unchecked Sendable {
  let traced: Traced
  private let kind: String
  private let initial: UInt64
  private let isBounded: Bool
  private let mutex = FutexMutex()
  // All below is touched only while `mutex` is held.
  private var available: UInt64
  private var waiters = WaitQueue()
  /// The session that the next count belongs to.
  private var session: UInt32 = 0
  /// Permits that were out when the session began: their return is not in its trace, where nobody
  /// took them.
  private var untracedPermits: UInt64 = 0

  init(_ kind: String, value: Int, isBounded: Bool, name: String?) {
    guard value >= 0 else { fatalError("lockcheck: \(kind): the value \(value) is negative") }
    self.kind = kind
    self.isBounded = isBounded
    initial = UInt64(value)
    available = initial
    var details = ObjectDetails()
    details.value = initial
    if isBounded { details.bound = initial }
    traced = Traced(.semaphore, name: name, details: details)
  }

  deinit { traced.recordDestroy() }

  /// Permits that nobody has. Out of date as soon as it is known.
  var value: Int {
    let me = ThreadNumber.current
    mutex.lock(me)
    defer { mutex.unlock(me) }
    return Int(clamping: available)
  }

  /// How many threads wait. Out of date as soon as it is known.
  var waitingCount: Int {
    let me = ThreadNumber.current
    mutex.lock(me)
    defer { mutex.unlock(me) }
    return waiters.count
  }

  func acquireIfAvailable() -> Bool {
    let me = ThreadNumber.current
    mutex.lock(me)
    defer { mutex.unlock(me) }
    if Traced.isOn { beginSession() }
    guard available > 0 else {
      if Traced.isOn { traced.record(.acquire, attempt: .try, result: .failed) }
      return false
    }
    available -= 1
    if Traced.isOn { traced.record(.acquire, attempt: .try) }
    return true
  }

  func acquire(until deadline: Deadline) -> Bool {
    let me = ThreadNumber.current
    let attempt = Attempt(until: deadline)
    mutex.lock(me)
    if Traced.isOn { beginSession() }
    if available > 0 {
      available -= 1
      if Traced.isOn { traced.record(.acquire, attempt: attempt) }
      mutex.unlock(me)
      return true
    }
    if Traced.isOn { traced.record(.acquire, isPending: true, attempt: attempt) }
    let waiter = Waiter(me)
    waiters.append(waiter)
    mutex.unlock(me)

    let isWoken = waiter.block(until: deadline)
    if isWoken, !Traced.isOn { return true }

    mutex.lock(me)
    defer { mutex.unlock(me) }
    let isMine = isWoken || !waiters.remove(waiter)
    if Traced.isOn {
      traced.record(.acquire, attempt: attempt, result: isMine ? .success : .timeout)
    }
    return isMine
  }

  /// Gives `count` permits back.
  ///
  /// - Returns: How many waiting threads got one.
  func release(_ count: Int) -> Int {
    guard count >= 1 else {
      MisuseError(.countTooSmall, "\(traced.label.described(as: kind)): release(\(count))").report()
      return 0
    }
    let me = ThreadNumber.current
    var wakeups = Wakeups()
    var left = UInt64(count)
    mutex.lock(me)
    if Traced.isOn { beginSession() }
    // Who waits has taken a permit that is not there: a bound counts what is there.
    let (sum, overflow) = available.addingReportingOverflow(left)
    if overflow || (isBounded && sum > initial) {
      if Traced.isOn { traced.record(.release, argument: left) }
      mutex.unlock(me)
      MisuseError(.semaphoreOverrun, traced.label.described(as: kind)).report()
      return 0
    }
    if Traced.isOn { recordRelease(left) }
    var woken = 0
    while left > 0, let waiter = waiters.popFirst() {
      wakeups.add(waiter)
      woken += 1
      left -= 1
    }
    available += left
    mutex.unlock(me)
    wakeups.wake()
    return woken
  }

  private func recordRelease(_ count: UInt64) {
    let untraced = min(count, untracedPermits)
    untracedPermits -= untraced
    if count > untraced { traced.record(.release, argument: count - untraced) }
  }

  /// Takes stock when the trace that is being written is not the one of the last operation.
  private func beginSession() {
    let current = Traced.session
    guard current != session else { return }
    session = current
    untracedPermits = available < initial ? initial - available : 0
  }
}
