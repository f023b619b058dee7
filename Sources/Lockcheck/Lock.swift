internal import LockcheckLive
internal import LockcheckTrace
internal import Synchronization

/// Lets one thread at a time in.
///
/// ```swift
/// let lock = Lock(name: "accounts")
/// lock.withLock { balance += 1 }
/// ```
///
/// Only the thread that took it may give it back, as with Foundation's `NSLock`, whose methods it
/// also has. `Lock(handover: true)` is Python's: any thread may release it. It is not recursive: a
/// thread that takes it twice waits for itself (see ``RLock``).
///
/// Taking it when it is free, and giving it back when nobody waits, is one atomic step each and costs
/// no system call. A thread that has to wait looks on for a moment, then sleeps. Who comes by just as
/// it becomes free may get it before those who wait.
public final class Lock: Sendable {
  let mutex = FutexMutex()
  let traced: Traced
  private let isHandover: Bool
  /// The session in which the present hold was recorded.
  private let holdSession = Atomic<UInt32>(0)
  /// Orders the events of a lock that two threads might release at once.
  private let handoverGuard = FutexMutex()

  /// Makes a free lock.
  ///
  /// - Parameters:
  ///   - handover: Whether any thread may release it.
  ///   - name: What reports call it.
  ///   - class: What locks it is one of, where several of them are taken together.
  ///   - level: Its place, from 0, in the order in which locks of its class are to be taken: each higher than
  ///     those that are held. The live checks report what goes against it.
  public init(
    handover: Bool = false, name: String? = nil, class: String? = nil, level: Int? = nil
  ) {
    isHandover = handover
    var details = ObjectDetails(class: `class`, level: level)
    if handover { details.handover = true }
    traced = Traced(.lock, name: name, details: details)
  }

  deinit { traced.recordDestroy() }

  /// What reports call it.
  public var name: String? {
    get { traced.label.get() }
    set { traced.rename(newValue) }
  }

  /// Whether any thread holds it. Out of date as soon as it is known, unless the caller is the holder.
  public var isLocked: Bool {
    traced.look()
    return mutex.isLocked
  }

  /// Takes the lock, however long that takes.
  ///
  /// A thread that holds it already waits for itself for ever; under another policy than
  /// `MisusePolicy.record` it traps.
  public func lock() {
    let me = ThreadNumber.current
    step(me)
    if Traced.isOn {
      recordedLock(me)
    } else if !mutex.tryLock(me) {
      waitForLock(me)
    }
  }

  /// Takes the lock if it is free.
  ///
  /// - Returns: Whether the caller holds it now.
  public func lockIfAvailable() -> Bool {
    traced.step(.acquire, attempt: .try)
    let isFree = mutex.tryLock(.current)
    if Traced.isOn {
      if isFree {
        recordAcquire(.try)
      } else {
        traced.recordUnordered(.acquire, attempt: .try, result: .failed)
      }
    }
    return isFree
  }

  /// Takes the lock, but waits no longer than `timeout`; nil is for ever.
  ///
  /// - Returns: Whether the caller holds it now.
  /// - Throws: `negativeTimeout`; under `MisusePolicy.throw`, `relock` when the caller holds the
  ///   lock already and would wait for itself for ever; and under `DeadlockPolicy.throw`, `deadlock`.
  public func lock(timeout: Duration?) throws(MisuseError) -> Bool {
    let deadline = try Deadline(after: timeout)
    if deadline == .never, !isHandover, mutex.isHeld(by: .current),
      MisusePolicy.current != .record
    {
      if Traced.isOn { traced.recordUnordered(.acquire, isPending: true) }
      try misuse(.relock).raise()
    }
    let isMine = lock(until: deadline)
    if !isMine, deadline == .never { throw misuse(.deadlock) }
    return isMine
  }

  /// Gives the lock back.
  ///
  /// A lock that the caller does not hold stays as it is (`releaseNotHeld`).
  public func unlock() {
    let me = ThreadNumber.current
    traced.step(.release)
    if Traced.isOn {
      recordedUnlock(me)
    } else if !mutex.unlock(me), !isHandover || !mutex.unlockForAnyone() {
      misuse(.releaseNotHeld).report()
    }
  }

  /// Holds the lock while `body` runs.
  @inlinable public func withLock<R: ~Copyable, E: Error>(
    _ body: () throws(E) -> R
  ) throws(E) -> R {
    lock()
    defer { unlock() }
    return try body()
  }
}

extension Lock {
  /// Takes the lock if that can be done before `deadline`.
  package func lock(within duration: Duration) -> Bool { lock(until: Deadline(within: duration)) }

  /// Whether some thread may be asleep waiting for the lock.
  package var isContended: Bool { mutex.isContended }

  func lock(until deadline: Deadline) -> Bool {
    let me = ThreadNumber.current
    let attempt = Attempt(until: deadline)
    if deadline == .never { step(me) } else { traced.step(.acquire, attempt: .timed) }
    if mutex.tryLock(me) {
      if Traced.isOn { recordAcquire(attempt) }
      return true
    }
    if Traced.isOn { traced.recordUnordered(.acquire, isPending: true, attempt: attempt) }
    let isMine = block(me, until: deadline)
    if Traced.isOn {
      if isMine {
        recordAcquire(attempt)
      } else {
        let result = Outcome(unwokenUntil: deadline)
        traced.recordUnordered(.acquire, attempt: attempt, result: result)
      }
    }
    return isMine
  }

  /// Under a scheduler, a lock that the thread holds itself is no gate: it runs into it.
  private func step(_ me: ThreadNumber) {
    if mutex.isHeld(by: me) { traced.step(.acquire) } else { traced.step(taking: mutex) }
  }

  /// Waits, known to the live checks once it takes longer than a moment.
  private func block(_ me: ThreadNumber, until deadline: Deadline) -> Bool {
    guard Traced.isChecking else { return mutex.lockSlowly(me, until: deadline) }
    if !isHandover { traced.noteAcquire(mayWait: deadline == .never, isTaken: false) }
    if mutex.tryLockPatiently(me) { return true }
    return traced.block(until: deadline, blockers: { [self] in blockers }) {
      mutex.lockSlowly(me, until: deadline)
    }
  }

  /// Who could give it back to somebody who waits.
  private var blockers: LiveBlockers {
    let owner = mutex.owner
    if owner == .none { return .nobody }
    return isHandover ? .anyone : .all([owner.rawValue])
  }

  @inline(never)
  private func waitForLock(_ me: ThreadNumber) {
    if !isHandover, mutex.isHeld(by: me), MisusePolicy.current != .record {
      misuse(.relock).trap()
    }
    _ = block(me, until: .never)
  }

  @inline(never)
  private func recordedLock(_ me: ThreadNumber) {
    if !mutex.tryLock(me) {
      traced.recordUnordered(.acquire, isPending: true)
      waitForLock(me)
    }
    recordAcquire(.blocking)
  }

  private func recordAcquire(_ attempt: Attempt) {
    if isHandover { handoverGuard.lock(.current) }
    let session = traced.recordAcquire(attempt: attempt, hasOwner: !isHandover)
    holdSession.store(session, ordering: .relaxed)
    if isHandover { handoverGuard.unlock(.current) }
  }

  @inline(never)
  private func recordedUnlock(_ me: ThreadNumber) {
    if isHandover {
      handoverGuard.lock(me)
      let isHeld = mutex.isLocked
      if isHeld {
        recordRelease()
        _ = mutex.unlockForAnyone()
      }
      handoverGuard.unlock(me)
      if isHeld { return }
    } else if mutex.isHeld(by: me) {
      recordRelease()
      mutex.unlock(me)
      return
    }
    traced.recordUnordered(.release, result: .error)
    misuse(.releaseNotHeld).report()
  }

  private func recordRelease() {
    traced.recordRelease(takenIn: holdSession.load(ordering: .relaxed))
    holdSession.store(0, ordering: .relaxed)
  }

  /// Whether the trace that is being written has the acquire of the present hold.
  var holdsInTrace: Bool {
    let session = Traced.session
    return session != 0 && holdSession.load(ordering: .relaxed) == session
  }

  private func misuse(_ code: MisuseError.Code) -> MisuseError {
    MisuseError(code, traced.label.described(as: "lock"))
  }

  // MARK: For conditions

  /// Whether the calling thread may wait on a condition of this lock.
  var isUsable: Bool { isHandover ? mutex.isLocked : mutex.isHeld(by: .current) }

  /// Gives the lock up for a wait, which the condition records.
  ///
  /// - Returns: What ``resume(_:)`` needs to hold it as before.
  func suspend() -> Suspension {
    if !isHandover { traced.noteRelease() }
    let suspension = Suspension(session: holdSession.load(ordering: .relaxed))
    holdSession.store(0, ordering: .relaxed)
    if !mutex.unlock(.current) { _ = mutex.unlockForAnyone() }
    return suspension
  }

  /// Takes the lock again after a wait, which the condition records.
  func resume(_ suspension: Suspension) {
    let me = ThreadNumber.current
    traced.step(taking: mutex)
    if !mutex.tryLock(me) { _ = block(me, until: .never) }
    if !isHandover { traced.noteAcquire(mayWait: true) }
    holdSession.store(suspension.session, ordering: .relaxed)
  }
}

extension Lock {
  /// Takes the lock if it is free: `NSLock`'s name for ``lockIfAvailable()``.
  public func `try`() -> Bool { lockIfAvailable() }
}
