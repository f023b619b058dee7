internal import LockcheckTrace

/// Lets many readers in, or one writer.
///
/// ```swift
/// let table = RWLock(name: "table")
/// table.withSharedLock { read() }
/// table.withLock { write() }
/// ```
///
/// Writers go first: a reader that comes while a writer waits stands behind it, so that readers who
/// keep coming cannot keep a writer out for ever; writers who keep coming can do that to readers.
/// Hence a thread that reads, and reads again inside, hangs when a writer has come in between; and a
/// reader that asks for the exclusive lock waits for itself.
///
/// A thread that would wait for itself traps under another policy than `MisusePolicy.record`.
///
/// Those who wait are let in in order of arrival: one writer, or all the readers.
public final class RWLock: @unchecked Sendable {
  private let mutex = FutexMutex()
  private let traced: Traced
  // All below is touched only while `mutex` is held.
  private var holders: [Hold] = []
  private var writers = WaitQueue()
  private var readers = WaitQueue()

  /// One thread's hold. A thread that reads twice has two.
  private struct Hold {
    let thread: ThreadNumber
    let mode: LockMode
    /// The session in which it was recorded.
    var session: UInt32 = 0
  }

  /// Makes a free lock.
  ///
  /// - Parameter name: What reports call it.
  public init(name: String? = nil) {
    var details = ObjectDetails()
    details.preference = .writer
    traced = Traced(.rwlock, name: name, details: details)
  }

  deinit { traced.recordDestroy() }

  /// What reports call it.
  public var name: String? {
    get { traced.label.get() }
    set { traced.rename(newValue) }
  }

  /// Whether any thread holds it, shared or exclusive. Out of date as soon as it is known.
  public var isLocked: Bool { withGuard { !holders.isEmpty } }

  /// How many threads wait. Out of date as soon as it is known.
  public var waitingCount: Int { withGuard { writers.count + readers.count } }

  // MARK: Exclusive

  /// Takes the exclusive lock, however long that takes.
  public func lock() { _ = acquire(.exclusive, until: .never) }

  /// Takes the exclusive lock if nobody holds any.
  ///
  /// - Returns: Whether the caller holds it now.
  public func lockIfAvailable() -> Bool { acquireIfAvailable(.exclusive) }

  /// Takes the exclusive lock, but waits no longer than `timeout`; nil is for ever.
  ///
  /// - Returns: Whether the caller holds it now.
  /// - Throws: `negativeTimeout`.
  public func lock(timeout: Duration?) throws(MisuseError) -> Bool {
    acquire(.exclusive, until: try Deadline(after: timeout))
  }

  /// Gives the exclusive lock back. Unless the caller holds it, it stays as it is (`releaseNotHeld`).
  public func unlock() { release(.exclusive) }

  /// Holds the exclusive lock while `body` runs.
  @inlinable public func withLock<R: ~Copyable, E: Error>(
    _ body: () throws(E) -> R
  ) throws(E) -> R {
    lock()
    defer { unlock() }
    return try body()
  }

  // MARK: Shared

  /// Takes the lock together with other readers, after the writers who wait.
  public func lockShared() { _ = acquire(.shared, until: .never) }

  /// Takes the lock together with other readers if no writer holds it or waits for it.
  ///
  /// - Returns: Whether the caller holds it now.
  public func lockSharedIfAvailable() -> Bool { acquireIfAvailable(.shared) }

  /// Takes the lock together with other readers, but waits no longer than `timeout`; nil is for ever.
  ///
  /// - Returns: Whether the caller holds it now.
  /// - Throws: `negativeTimeout`.
  public func lockShared(timeout: Duration?) throws(MisuseError) -> Bool {
    acquire(.shared, until: try Deadline(after: timeout))
  }

  /// Gives a shared hold back. Unless the caller has one, nothing happens (`releaseNotHeld`).
  ///
  /// - Complexity: Linear in the number of readers.
  public func unlockShared() { release(.shared) }

  /// Holds the lock together with other readers while `body` runs.
  @inlinable public func withSharedLock<R: ~Copyable, E: Error>(
    _ body: () throws(E) -> R
  ) throws(E) -> R {
    lockShared()
    defer { unlockShared() }
    return try body()
  }
}

extension RWLock {
  private func acquire(_ mode: LockMode, until deadline: Deadline) -> Bool {
    let me = ThreadNumber.current
    let attempt = Attempt(until: deadline)
    mutex.lock(me)
    if canEnter(mode) {
      enter(mode, me, attempt)
      mutex.unlock(me)
      return true
    }
    if Traced.isOn { traced.record(.acquire, mode: mode, isPending: true, attempt: attempt) }
    if deadline == .never, waitsForItself(mode, me), MisusePolicy.current != .record {
      mutex.unlock(me)
      MisuseError(.relock, traced.label.described(as: "read-write lock")).trap()
    }
    let waiter = Waiter(me, mode: mode)
    if mode == .exclusive { writers.append(waiter) } else { readers.append(waiter) }
    mutex.unlock(me)

    let isWoken = waiter.block(until: deadline)
    if isWoken, !Traced.isOn { return true }

    mutex.lock(me)
    var wakeups = Wakeups()
    // Who was let in has a hold already: whoever let it in made it.
    var isMine = true
    if !isWoken {
      isMine = mode == .exclusive ? !writers.remove(waiter) : !readers.remove(waiter)
    }
    if isMine {
      if Traced.isOn { recordAcquire(mode, me, attempt) }
    } else {
      if Traced.isOn { traced.record(.acquire, mode: mode, attempt: attempt, result: .timeout) }
      // A writer that gives up may have been all that kept readers out.
      admit(&wakeups)
    }
    mutex.unlock(me)
    wakeups.wake()
    return isMine
  }

  private func acquireIfAvailable(_ mode: LockMode) -> Bool {
    let me = ThreadNumber.current
    mutex.lock(me)
    defer { mutex.unlock(me) }
    guard canEnter(mode) else {
      if Traced.isOn { traced.record(.acquire, mode: mode, attempt: .try, result: .failed) }
      return false
    }
    enter(mode, me, .try)
    return true
  }

  private func release(_ mode: LockMode) {
    let me = ThreadNumber.current
    var wakeups = Wakeups()
    mutex.lock(me)
    // The last one first: what is recorded of a thread's holds then nests.
    guard let index = holders.lastIndex(where: { $0.thread == me && $0.mode == mode }) else {
      if Traced.isOn { traced.record(.release, mode: mode) }
      mutex.unlock(me)
      MisuseError(.releaseNotHeld, traced.label.described(as: "read-write lock")).report()
      return
    }
    if Traced.isOn, holders[index].session != 0, holders[index].session == Traced.session {
      traced.recordRelease(mode: mode)
    }
    holders.swapAt(index, holders.count - 1)
    holders.removeLast()
    admit(&wakeups)
    mutex.unlock(me)
    wakeups.wake()
  }

  /// Whether a thread that comes now is let in.
  private func canEnter(_ mode: LockMode) -> Bool {
    guard let first = holders.first else { return mode == .exclusive || writers.isEmpty }
    return mode == .shared && first.mode == .shared && writers.isEmpty
  }

  /// Whether the thread's own hold would keep it out for ever.
  private func waitsForItself(_ mode: LockMode, _ me: ThreadNumber) -> Bool {
    holders.contains { $0.thread == me && (mode == .exclusive || $0.mode == .exclusive) }
  }

  private func enter(_ mode: LockMode, _ me: ThreadNumber, _ attempt: Attempt) {
    holders.append(Hold(thread: me, mode: mode))
    if Traced.isOn { recordAcquire(mode, me, attempt) }
  }

  /// Lets in whoever may go next: a writer if one waits, else all readers.
  private func admit(_ wakeups: inout Wakeups) {
    if holders.isEmpty, let writer = writers.popFirst() {
      holders.append(Hold(thread: writer.thread, mode: .exclusive))
      wakeups.add(writer)
    }
    guard writers.isEmpty, holders.first?.mode != .exclusive else { return }
    while let reader = readers.popFirst() {
      holders.append(Hold(thread: reader.thread, mode: .shared))
      wakeups.add(reader)
    }
  }

  private func recordAcquire(_ mode: LockMode, _ me: ThreadNumber, _ attempt: Attempt) {
    traced.record(.acquire, mode: mode, attempt: attempt)
    if let index = holders.lastIndex(where: { $0.thread == me && $0.mode == mode }) {
      holders[index].session = Traced.session
    }
  }

  private func withGuard<R>(_ body: () -> R) -> R {
    let me = ThreadNumber.current
    mutex.lock(me)
    defer { mutex.unlock(me) }
    return body()
  }
}
