internal import LockcheckLive
internal import LockcheckTrace
internal import Synchronization

/// Lets one thread at a time in, as often as that thread likes.
///
/// The thread that holds it may take it again; it is free once it has been given back as often as it
/// was taken. Otherwise it is like ``Lock``, and it has the methods of Foundation's
/// `NSRecursiveLock`, too.
public final class RLock: @unchecked Sendable {
  let mutex = FutexMutex()
  let traced: Traced
  /// How often the holder has taken it. Only the holder touches it, as all below.
  private var depth = 0
  /// How many of those times, the last ones, are in the trace of ``holdSession``.
  private var tracedDepth = 0
  private var holdSession: UInt32 = 0

  /// Makes a free lock.
  ///
  /// - Parameters:
  ///   - name: What reports call it.
  ///   - class: What locks it is one of, where several of them are taken together.
  ///   - level: Its place, from 0, in the order in which locks of its class are to be taken: each higher than
  ///     those that are held. The live checks report what goes against it.
  public init(name: String? = nil, class: String? = nil, level: Int? = nil) {
    traced = Traced(
      .rlock, name: name, details: ObjectDetails(class: `class`, level: level))
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

  /// Takes the lock, at once if the caller holds it already.
  public func lock() {
    let me = ThreadNumber.current
    step(me)
    if !enter(me) {
      if Traced.isOn { traced.recordUnordered(.acquire, isPending: true) }
      _ = block(me, until: .never)
      depth = 1
    }
    if Traced.isOn { recordAcquire(.blocking) }
  }

  /// Takes the lock if it is free or the caller's already.
  ///
  /// - Returns: Whether the caller has taken it.
  public func lockIfAvailable() -> Bool {
    traced.step(.acquire, attempt: .try)
    let isMine = enter(.current)
    if Traced.isOn {
      if isMine {
        recordAcquire(.try)
      } else {
        traced.recordUnordered(.acquire, attempt: .try, result: .failed)
      }
    }
    return isMine
  }

  /// Takes the lock, but waits no longer than `timeout`; nil is for ever.
  ///
  /// - Returns: Whether the caller has taken it.
  /// - Throws: `negativeTimeout`; and under `DeadlockPolicy.throw`, `deadlock`.
  public func lock(timeout: Duration?) throws(MisuseError) -> Bool {
    let deadline = try Deadline(after: timeout)
    let isMine = lock(until: deadline)
    if !isMine, deadline == .never {
      throw MisuseError(.deadlock, traced.label.described(as: "recursive lock"))
    }
    return isMine
  }

  /// Gives the lock back once.
  ///
  /// A lock that the caller does not hold stays as it is (`releaseNotHeld`).
  public func unlock() {
    let me = ThreadNumber.current
    traced.step(.release)
    guard mutex.isHeld(by: me) else {
      if Traced.isOn { traced.recordUnordered(.release, result: .error) }
      MisuseError(.releaseNotHeld, traced.label.described(as: "recursive lock")).report()
      return
    }
    if Traced.isOn { recordRelease() }
    depth -= 1
    if depth == 0 { mutex.unlock(me) }
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

extension RLock {
  /// Takes the lock if that can be done within `duration`.
  package func lock(within duration: Duration) -> Bool { lock(until: Deadline(within: duration)) }

  func lock(until deadline: Deadline) -> Bool {
    let me = ThreadNumber.current
    let attempt = Attempt(until: deadline)
    if deadline == .never { step(me) } else { traced.step(.acquire, attempt: .timed) }
    if !enter(me) {
      if Traced.isOn { traced.recordUnordered(.acquire, isPending: true, attempt: attempt) }
      guard block(me, until: deadline) else {
        if Traced.isOn {
          let result = Outcome(unwokenUntil: deadline)
          traced.recordUnordered(.acquire, attempt: attempt, result: result)
        }
        return false
      }
      depth = 1
    }
    if Traced.isOn { recordAcquire(attempt) }
    return true
  }

  /// Under a scheduler, a lock that the thread holds itself is no gate.
  private func step(_ me: ThreadNumber) {
    if mutex.isHeld(by: me) { traced.step(.acquire) } else { traced.step(taking: mutex) }
  }

  /// Waits, known to the live checks once it takes longer than a moment.
  private func block(_ me: ThreadNumber, until deadline: Deadline) -> Bool {
    guard Traced.isChecking else { return mutex.lockSlowly(me, until: deadline) }
    traced.noteAcquire(mayWait: deadline == .never, isTaken: false)
    if mutex.tryLockPatiently(me) { return true }
    return traced.block(until: deadline, blockers: { [self] in blockers }) {
      mutex.lockSlowly(me, until: deadline)
    }
  }

  /// Who could give it back to somebody who waits.
  private var blockers: LiveBlockers {
    let owner = mutex.owner
    return owner == .none ? .nobody : .all([owner.rawValue])
  }

  /// Takes it without waiting.
  private func enter(_ me: ThreadNumber) -> Bool {
    if mutex.isHeld(by: me) {
      depth += 1
      return true
    }
    guard mutex.tryLock(me) else { return false }
    depth = 1
    return true
  }

  @inline(never)
  private func recordAcquire(_ attempt: Attempt) {
    let session = traced.recordAcquire(attempt: attempt)
    if holdSession != session || depth == 1 { tracedDepth = 0 }
    holdSession = session
    if session != 0 { tracedDepth += 1 }
  }

  @inline(never)
  private func recordRelease() {
    guard holdsInTrace else { return traced.noteRelease() }
    tracedDepth -= 1
    traced.recordRelease(takenIn: holdSession)
  }

  /// Whether the trace that is being written has an acquire that is still open.
  var holdsInTrace: Bool { tracedDepth > 0 && holdSession != 0 && holdSession == Traced.session }

  // MARK: For conditions

  /// Whether the calling thread may wait on a condition of this lock.
  var isUsable: Bool { mutex.isHeld(by: .current) }

  /// Gives the lock up altogether for a wait, which the condition records.
  ///
  /// - Returns: What ``resume(_:)`` needs to take it as often again.
  func suspend() -> Suspension {
    let suspension = Suspension(
      depth: depth, tracedDepth: tracedDepth, session: holdSession)
    for _ in 0..<depth { traced.noteRelease() }
    depth = 0
    mutex.unlock(.current)
    return suspension
  }

  /// Takes the lock again after a wait, as often as before.
  func resume(_ suspension: Suspension) {
    let me = ThreadNumber.current
    traced.step(taking: mutex)
    if !mutex.tryLock(me) { _ = block(me, until: .never) }
    for _ in 0..<suspension.depth { traced.noteAcquire(mayWait: true) }
    depth = suspension.depth
    tracedDepth = suspension.tracedDepth
    holdSession = suspension.session
  }
}

extension RLock {
  /// Takes the lock if it is free or the caller's already: `NSRecursiveLock`'s name for
  /// ``lockIfAvailable()``.
  public func `try`() -> Bool { lockIfAvailable() }
}
