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
  /// Touched only while `mutex` is held, and never across a call that could come back here: so no two
  /// accesses overlap, and what looking out for that costs is saved.
  @exclusivity(unchecked) private var state: State

  private struct State: ~Copyable {
    var available: UInt64
    var waiters = WaitQueue()
    /// The session that the next count belongs to.
    var session: UInt32 = 0
    /// Permits that were out when the session began: their return is not in its trace, where nobody
    /// took them.
    var untracedPermits: UInt64 = 0
  }

  init(_ kind: String, value: Int, isBounded: Bool, name: String?) {
    guard value >= 0 else { fatalError("lockcheck: \(kind): the value \(value) is negative") }
    self.kind = kind
    self.isBounded = isBounded
    initial = UInt64(value)
    unsafe state = State(available: initial)
    var details = ObjectDetails()
    details.value = initial
    if isBounded { details.bound = initial }
    traced = Traced(.semaphore, name: name, details: details)
  }

  deinit { traced.recordDestroy() }

  /// Permits that nobody has. Out of date as soon as it is known.
  var value: Int {
    traced.look()
    return mutex.withLock { unsafe Int(clamping: state.available) }
  }

  /// How many threads wait. Out of date as soon as it is known.
  var waitingCount: Int {
    traced.look()
    return mutex.withLock { unsafe state.waiters.count }
  }

  func acquireIfAvailable() -> Bool {
    traced.step(.acquire, attempt: .try)
    let me = ThreadNumber.current
    mutex.lock(me)
    defer { mutex.unlock(me) }
    if Traced.isOn { beginSession() }
    guard unsafe state.available > 0 else {
      if Traced.isOn { traced.record(.acquire, attempt: .try, result: .failed) }
      return false
    }
    unsafe state.available -= 1
    if Traced.isOn { traced.record(.acquire, attempt: .try) }
    return true
  }

  func acquire(timeout: Duration?) throws(MisuseError) -> Bool {
    let deadline = try Deadline(after: timeout)
    let isMine = acquire(until: deadline)
    if !isMine, deadline == .never {
      throw MisuseError(.deadlock, traced.label.described(as: kind))
    }
    return isMine
  }

  func acquire(until deadline: Deadline) -> Bool {
    traced.step(.acquire, attempt: Attempt(until: deadline))
    let me = ThreadNumber.current
    mutex.lock(me)
    if Traced.isOn { beginSession() }
    guard unsafe state.available > 0 else { return acquireSlowly(me, until: deadline) }
    unsafe state.available -= 1
    if Traced.isOn { traced.record(.acquire, attempt: Attempt(until: deadline)) }
    mutex.unlock(me)
    return true
  }

  /// Waits. The caller holds the guard, which is given up.
  @inline(never)
  private func acquireSlowly(_ me: ThreadNumber, until deadline: Deadline) -> Bool {
    let attempt = Attempt(until: deadline)
    if Traced.isOn { traced.record(.acquire, isPending: true, attempt: attempt) }
    let waiter = Waiter(me)
    unsafe state.waiters.append(waiter)
    mutex.unlock(me)

    let isWoken = traced.block(waiter, until: deadline)
    if isWoken, !Traced.isOn { return true }

    mutex.lock(me)
    defer { mutex.unlock(me) }
    let isMine = unsafe isWoken || !state.waiters.remove(waiter)
    if Traced.isOn {
      let result = isMine ? .success : Outcome(unwokenUntil: deadline)
      traced.record(.acquire, attempt: attempt, result: result)
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
    traced.step(.release)
    let me = ThreadNumber.current
    var left = UInt64(count)
    mutex.lock(me)
    if Traced.isOn { beginSession() }
    // Who waits has taken a permit that is not there: a bound counts what is there.
    let (sum, overflow) = unsafe state.available.addingReportingOverflow(left)
    if overflow || (isBounded && sum > initial) {
      if Traced.isOn { traced.record(.release, argument: left) }
      mutex.unlock(me)
      MisuseError(.semaphoreOverrun, traced.label.described(as: kind)).report()
      return 0
    }
    if Traced.isOn { recordRelease(left) }
    if unsafe state.waiters.isEmpty {
      unsafe state.available = sum
      mutex.unlock(me)
      return 0
    }
    var wakeups = Wakeups()
    var woken = 0
    while left > 0, let waiter = unsafe state.waiters.popFirst() {
      wakeups.add(waiter)
      woken += 1
      left -= 1
    }
    unsafe state.available += left
    mutex.unlock(me)
    wakeups.wake()
    return woken
  }

  @inline(never)
  private func recordRelease(_ count: UInt64) {
    let untraced = unsafe min(count, state.untracedPermits)
    unsafe state.untracedPermits -= untraced
    if count > untraced { traced.record(.release, argument: count - untraced) }
  }

  /// Takes stock when the trace that is being written is not the one of the last operation.
  @inline(never)
  private func beginSession() {
    let current = Traced.session
    guard unsafe current != state.session else { return }
    unsafe state.session = current
    let available = unsafe state.available
    unsafe state.untracedPermits = available < initial ? initial - available : 0
  }
}
