internal import LockcheckTrace

/// Lets threads wait until another one says that something has changed.
///
/// ```swift
/// condition.withLock {
///   condition.wait { !items.isEmpty }
///   return items.removeFirst()
/// }
/// ```
///
/// It belongs to a lock, which a thread must hold to wait or to notify. A wait gives the lock up, all
/// levels of a recursive one, and takes it back before it returns. Waiters are woken in order of
/// arrival, and only by ``notify(_:)`` and ``notifyAll()``; but between the notify and the return
/// another thread may get the lock first, so look at the predicate again, as ``wait(until:)`` does.
///
/// It has the methods of Foundation's `NSCondition`, too.
public final class Condition: @unchecked Sendable {
  private let associated: AssociatedLock
  private let traced: Traced
  private let mutex = FutexMutex()
  /// Touched only while `mutex` is held, and never across a call that could come back here: so no two
  /// accesses overlap, and what looking out for that costs is saved.
  @exclusivity(unchecked) private var waiters = WaitQueue()

  /// Makes a condition with a recursive lock of its own.
  ///
  /// - Parameter name: What reports call it; the lock is called the same with `.lock` behind it.
  public convenience init(name: String? = nil) {
    self.init(lock: RLock(name: name.map { $0 + ".lock" }), name: name)
  }

  /// Makes a condition of a lock that several may share.
  ///
  /// - Parameter name: What reports call it.
  public convenience init(lock: Lock, name: String? = nil) {
    self.init(.plain(lock), name: name)
  }

  /// Makes a condition of a recursive lock that several may share.
  ///
  /// - Parameter name: What reports call it.
  public convenience init(lock: RLock, name: String? = nil) {
    self.init(.recursive(lock), name: name)
  }

  private init(_ associated: AssociatedLock, name: String?) {
    self.associated = associated
    var details = ObjectDetails()
    if Traced.isOn { details.lock = associated.id }
    traced = Traced(.condition, name: name, details: details)
  }

  deinit { traced.recordDestroy() }

  /// What reports call it.
  public var name: String? {
    get { traced.label.get() }
    set { traced.rename(newValue) }
  }

  /// How many threads wait to be notified. Out of date as soon as it is known, unless the caller holds
  /// the lock.
  public var waitingCount: Int {
    traced.look()
    return mutex.withLock { unsafe waiters.count }
  }

  // MARK: Waiting

  /// Waits until it is notified. The caller holds the lock; without it, the call returns at once
  /// (`conditionWithoutLock`).
  public func wait() {
    guard associated.isUsable else { return refuse(.wait).report() }
    _ = wait(until: .never)
  }

  /// Waits until it is notified, but no longer than `timeout`; nil is for ever.
  ///
  /// - Returns: False when it was not notified in time.
  /// - Throws: `negativeTimeout`; under `MisusePolicy.throw`, `conditionWithoutLock`; and under
  ///   `DeadlockPolicy.throw`, `deadlock`, with the lock held again.
  public func wait(timeout: Duration?) throws(MisuseError) -> Bool {
    let deadline = try Deadline(after: timeout)
    guard associated.isUsable else {
      try refuse(.wait).raise()
      return false
    }
    let isNotified = wait(until: deadline)
    if !isNotified, deadline == .never { throw MisuseError(.deadlock, described) }
    return isNotified
  }

  /// Waits until `predicate` is true: it is asked first, and again after each notify, under the lock.
  ///
  /// Without the lock the call returns at once (`conditionWithoutLock`).
  public func wait<E: Error>(until predicate: () throws(E) -> Bool) throws(E) {
    guard associated.isUsable else { return refuse(.wait).report() }
    while try !predicate() { _ = wait(until: .never) }
  }

  /// Waits until `predicate` is true, but no longer than `timeout` in all; nil is for ever.
  ///
  /// - Returns: What `predicate` said last.
  /// - Throws: `negativeTimeout`; under `MisusePolicy.throw`, `conditionWithoutLock`; and under
  ///   `DeadlockPolicy.throw`, `deadlock`, with the lock held again.
  public func wait(
    timeout: Duration?, until predicate: () -> Bool
  ) throws(MisuseError) -> Bool {
    let deadline = try Deadline(after: timeout)
    guard associated.isUsable else {
      try refuse(.wait).raise()
      return false
    }
    let isMet = wait(until: deadline, for: predicate)
    if !isMet, deadline == .never { throw MisuseError(.deadlock, described) }
    return isMet
  }

  /// As the one whose predicate cannot throw.
  ///
  /// - Throws: What `predicate` throws, too; the caller then holds the lock.
  public func wait(timeout: Duration?, until predicate: () throws -> Bool) throws -> Bool {
    let deadline = try Deadline(after: timeout)
    guard associated.isUsable else {
      try refuse(.wait).raise()
      return false
    }
    let isMet = try wait(until: deadline, for: predicate)
    if !isMet, deadline == .never { throw MisuseError(.deadlock, described) }
    return isMet
  }

  // MARK: Notifying

  /// Wakes those who have waited longest, at most `count` of them. They go on when the lock is free.
  ///
  /// The caller holds the lock; without it, nobody is woken (`conditionWithoutLock`). A negative
  /// `count` wakes nobody, either (`countTooSmall`).
  ///
  /// - Complexity: Linear in the number of threads woken.
  public func notify(_ count: Int = 1) {
    guard count >= 0 else {
      return MisuseError(.countTooSmall, "\(described): notify(\(count))").report()
    }
    wake(upTo: count)
  }

  /// Wakes all who wait. They go on, one after another, when the lock is free.
  ///
  /// The caller holds the lock; without it, nobody is woken (`conditionWithoutLock`).
  ///
  /// - Complexity: Linear in the number of threads woken.
  public func notifyAll() { wake(upTo: nil) }

  // MARK: The lock

  /// Takes the condition's lock.
  public func lock() { associated.lock() }

  /// Takes the condition's lock if it is free.
  ///
  /// - Returns: Whether the caller holds it now.
  public func lockIfAvailable() -> Bool { associated.lockIfAvailable() }

  /// Takes the condition's lock, but waits no longer than `timeout`; nil is for ever.
  ///
  /// - Returns: Whether the caller holds it now.
  /// - Throws: As the lock's own method.
  public func lock(timeout: Duration?) throws(MisuseError) -> Bool {
    try associated.lock(timeout: timeout)
  }

  /// Gives the condition's lock back.
  public func unlock() { associated.unlock() }

  /// Holds the condition's lock while `body` runs.
  @inlinable public func withLock<R: ~Copyable, E: Error>(
    _ body: () throws(E) -> R
  ) throws(E) -> R {
    lock()
    defer { unlock() }
    return try body()
  }
}

extension Condition {
  /// Waits until it is notified, but no longer than `duration`, which is not negative.
  package func wait(within duration: Duration) -> Bool {
    guard associated.isUsable else {
      refuse(.wait).report()
      return false
    }
    return wait(until: Deadline(within: duration))
  }

  /// The caller holds the lock.
  private func wait(until deadline: Deadline) -> Bool {
    let me = ThreadNumber.current
    let attempt = Attempt(until: deadline)
    step(.wait, attempt: attempt)
    // A lock whose acquire is not in the trace cannot be given up there.
    let session = Traced.session
    let isRecorded = session != 0 && associated.holdsInTrace
    let waiter = Waiter(me)

    mutex.lock(me)
    if isRecorded { record(.wait, isPending: true, attempt: attempt) }
    unsafe waiters.append(waiter)
    mutex.unlock(me)
    let suspension = associated.suspend()

    var isNotified = traced.block(waiter, until: deadline)
    if !isNotified {
      mutex.lock(me)
      isNotified = unsafe !waiters.remove(waiter)
      mutex.unlock(me)
    }

    associated.resume(suspension)
    if isRecorded, Traced.session == session {
      mutex.lock(me)
      let result = isNotified ? .success : Outcome(unwokenUntil: deadline)
      record(.wait, attempt: attempt, result: result)
      mutex.unlock(me)
    }
    return isNotified
  }

  /// The caller holds the lock. Returns what the predicate said last.
  private func wait<E: Error>(
    until deadline: Deadline, for predicate: () throws(E) -> Bool
  ) throws(E) -> Bool {
    while true {
      if try predicate() { return true }
      guard wait(until: deadline) else { return try predicate() }
    }
  }

  private func wake(upTo count: Int?) {
    step(.notify)
    guard associated.isUsable else { return refuse(.notify, count: count).report() }
    let me = ThreadNumber.current
    var wakeups = Wakeups()
    mutex.lock(me)
    if Traced.isOn, associated.holdsInTrace {
      record(.notify, argument: count.map(UInt64.init))
    }
    unsafe wakeups.add(from: &waiters, upTo: count ?? .max)
    mutex.unlock(me)
    wakeups.wake()
  }

  private func step(_ operation: Operation, attempt: Attempt = .blocking) {
    switch associated {
    case .plain(let lock): traced.step(operation, under: lock.traced, attempt: attempt)
    case .recursive(let lock): traced.step(operation, under: lock.traced, attempt: attempt)
    }
  }

  /// Records what a thread without the lock asked for.
  private func refuse(_ operation: Operation, count: Int? = nil) -> MisuseError {
    if Traced.isOn {
      let me = ThreadNumber.current
      mutex.lock(me)
      if operation == .wait {
        record(.wait, isHeld: false, isPending: true)
        record(.wait, isHeld: false, result: .error)
      } else {
        record(operation, isHeld: false, result: .error, argument: count.map(UInt64.init))
      }
      mutex.unlock(me)
    }
    return MisuseError(.conditionWithoutLock, described)
  }

  private func record(
    _ operation: Operation, isHeld: Bool = true, isPending: Bool = false,
    attempt: Attempt = .blocking, result: Outcome = .success, argument: UInt64? = nil
  ) {
    switch associated {
    case .plain(let lock):
      traced.record(
        operation, under: lock.traced, isHeld: isHeld, isPending: isPending, attempt: attempt,
        result: result, argument: argument)
    case .recursive(let lock):
      traced.record(
        operation, under: lock.traced, isHeld: isHeld, isPending: isPending, attempt: attempt,
        result: result, argument: argument)
    }
  }

  private var described: String { traced.label.described(as: "condition") }
}

extension Condition {
  /// Wakes the one that has waited longest: `NSCondition`'s name for ``notify(_:)``.
  public func signal() { notify() }

  /// Wakes all who wait: `NSCondition`'s name for ``notifyAll()``.
  public func broadcast() { notifyAll() }
}
