internal import LockcheckTrace

/// A flag that threads wait for.
///
/// ``set()`` raises it and wakes all who wait; it stays up, and nobody waits any more, until
/// ``clear()``. Whoever was waiting at a set goes on, even if the flag is cleared at once.
public final class Event: @unchecked Sendable {
  private let traced: Traced
  private let mutex = FutexMutex()
  // Both are touched only while `mutex` is held, and never across a call that could come back here: so
  // no two accesses overlap, and what looking out for that costs is saved.
  @exclusivity(unchecked) private var isRaised = false
  @exclusivity(unchecked) private var waiters = WaitQueue()

  /// Makes a flag that is down.
  ///
  /// - Parameter name: What reports call it.
  public init(name: String? = nil) { traced = Traced(.event, name: name) }

  deinit { traced.recordDestroy() }

  /// What reports call it.
  public var name: String? {
    get { traced.label.get() }
    set { traced.rename(newValue) }
  }

  /// Whether the flag is up. Out of date as soon as it is known.
  ///
  /// Who sees it up is recorded like one whose wait did not have to wait: what was done before the
  /// ``set()`` comes before what it does next.
  public var isSet: Bool {
    traced.look()
    let me = ThreadNumber.current
    mutex.lock(me)
    defer { mutex.unlock(me) }
    if unsafe isRaised, Traced.isOn { traced.record(.wait, attempt: .try) }
    return unsafe isRaised
  }

  /// How many threads wait. Out of date as soon as it is known.
  public var waitingCount: Int {
    traced.look()
    return mutex.withLock { unsafe waiters.count }
  }

  /// Raises the flag and wakes all who wait.
  ///
  /// - Complexity: Linear in the number of threads woken.
  public func set() {
    traced.step(.set)
    let me = ThreadNumber.current
    var wakeups = Wakeups()
    mutex.lock(me)
    unsafe isRaised = true
    if Traced.isOn { traced.record(.set) }
    unsafe wakeups.add(from: &waiters)
    mutex.unlock(me)
    wakeups.wake()
  }

  /// Lowers the flag.
  public func clear() {
    traced.step(.clear)
    let me = ThreadNumber.current
    mutex.lock(me)
    defer { mutex.unlock(me) }
    unsafe isRaised = false
    if Traced.isOn { traced.record(.clear) }
  }

  /// Waits until the flag is up, however long that takes.
  public func wait() { _ = wait(until: .never) }

  /// Waits until the flag is up, but no longer than `timeout`; nil is for ever.
  ///
  /// - Returns: False when the flag did not go up in time.
  /// - Throws: `negativeTimeout`; and under `DeadlockPolicy.throw`, `deadlock`.
  public func wait(timeout: Duration?) throws(MisuseError) -> Bool {
    let deadline = try Deadline(after: timeout)
    let wasSet = wait(until: deadline)
    if !wasSet, deadline == .never {
      throw MisuseError(.deadlock, traced.label.described(as: "event"))
    }
    return wasSet
  }

  /// Something that goes with the flag is about to be looked at: a step of a scheduler.
  func lookAt() { traced.look() }

  /// Something that goes with the flag is about to change: a step of a scheduler.
  func willChange() { traced.step(.set) }

  private func wait(until deadline: Deadline) -> Bool {
    let me = ThreadNumber.current
    let attempt = Attempt(until: deadline)
    traced.step(.wait, attempt: attempt)
    mutex.lock(me)
    if unsafe isRaised {
      if Traced.isOn { traced.record(.wait, attempt: attempt) }
      mutex.unlock(me)
      return true
    }
    if Traced.isOn { traced.record(.wait, isPending: true, attempt: attempt) }
    let waiter = Waiter(me)
    unsafe waiters.append(waiter)
    mutex.unlock(me)

    let isWoken = traced.block(waiter, until: deadline)
    if isWoken, !Traced.isOn { return true }

    mutex.lock(me)
    defer { mutex.unlock(me) }
    let wasSet = unsafe isWoken || !waiters.remove(waiter)
    if Traced.isOn {
      let result = wasSet ? .success : Outcome(unwokenUntil: deadline)
      traced.record(.wait, attempt: attempt, result: result)
    }
    return wasSet
  }
}
