internal import LockcheckLive
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
  /// Touched only while `mutex` is held, and never across a call that could come back here: so no two
  /// accesses overlap, and what looking out for that costs is saved.
  @exclusivity(unchecked) private var state = State()

  /// Makes a free lock.
  ///
  /// - Parameters:
  ///   - name: What reports call it.
  ///   - class: What locks it is one of, where several of them are taken together.
  ///   - level: Its place, from 0, in the order in which locks of its class are to be taken: each higher than
  ///     those that are held. The live checks report what goes against it.
  public init(name: String? = nil, class: String? = nil, level: Int? = nil) {
    var details = ObjectDetails(class: `class`, level: level)
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
  public var isLocked: Bool {
    traced.look()
    return mutex.withLock { unsafe !state.holds.isEmpty }
  }

  /// How many threads wait. Out of date as soon as it is known.
  public var waitingCount: Int {
    traced.look()
    return mutex.withLock { unsafe state.writers.count + state.readers.count }
  }

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
  /// - Throws: `negativeTimeout`; and under `DeadlockPolicy.throw`, `deadlock`.
  public func lock(timeout: Duration?) throws(MisuseError) -> Bool {
    try acquire(.exclusive, timeout: timeout)
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
  /// - Throws: `negativeTimeout`; and under `DeadlockPolicy.throw`, `deadlock`.
  public func lockShared(timeout: Duration?) throws(MisuseError) -> Bool {
    try acquire(.shared, timeout: timeout)
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
  private func acquire(_ mode: LockMode, timeout: Duration?) throws(MisuseError) -> Bool {
    let deadline = try Deadline(after: timeout)
    let isMine = acquire(mode, until: deadline)
    if !isMine, deadline == .never {
      throw MisuseError(.deadlock, traced.label.described(as: "read-write lock"))
    }
    return isMine
  }

  /// Who keeps a thread out that waits, each of whom has to go: all holders, and for a reader behind
  /// writers, these. Takes the guard.
  private func blockers(of waiter: Waiter) -> LiveBlockers {
    mutex.withLock {
      guard waiter.isQueued else { return .nobody }
      if unsafe waiter.mode == .exclusive || state.holds.mode == .exclusive {
        return unsafe .all(state.holds.threads)
      }
      return unsafe .all(state.writers.threads)
    }
  }

  private func acquire(_ mode: LockMode, until deadline: Deadline) -> Bool {
    traced.step(.acquire, mode: mode, attempt: Attempt(until: deadline))
    let me = ThreadNumber.current
    mutex.lock(me)
    guard unsafe state.canEnter(mode) else { return acquireSlowly(mode, me, until: deadline) }
    enter(mode, me, Attempt(until: deadline))
    mutex.unlock(me)
    return true
  }

  /// Waits. The caller holds the guard, which is given up.
  @inline(never)
  private func acquireSlowly(
    _ mode: LockMode, _ me: ThreadNumber, until deadline: Deadline
  ) -> Bool {
    let attempt = Attempt(until: deadline)
    if Traced.isOn { traced.record(.acquire, mode: mode, isPending: true, attempt: attempt) }
    if deadline == .never, unsafe state.holds.keepOut(me, mode), MisusePolicy.current != .record {
      mutex.unlock(me)
      MisuseError(.relock, traced.label.described(as: "read-write lock")).trap()
    }
    let waiter = Waiter(me, mode: mode)
    if mode == .exclusive {
      unsafe state.writers.append(waiter)
    } else {
      unsafe state.readers.append(waiter)
    }
    mutex.unlock(me)

    if deadline == .never { traced.noteAcquire(mode: mode, mayWait: true, isTaken: false) }
    let isWoken = traced.block(waiter, until: deadline) { [self] in blockers(of: waiter) }
    if isWoken, !Traced.isOn { return true }

    mutex.lock(me)
    var wakeups = Wakeups()
    // Who was let in has a hold already: whoever let it in made it.
    var isMine = true
    if !isWoken {
      isMine =
        unsafe mode == .exclusive ? !state.writers.remove(waiter) : !state.readers.remove(waiter)
    }
    if isMine {
      if Traced.isOn { recordAcquire(mode, me, attempt) }
    } else {
      if Traced.isOn {
        let result = Outcome(unwokenUntil: deadline)
        traced.record(.acquire, mode: mode, attempt: attempt, result: result)
      }
      // A writer that gives up may have been all that kept readers out.
      unsafe state.admit(&wakeups)
    }
    mutex.unlock(me)
    wakeups.wake()
    return isMine
  }

  private func acquireIfAvailable(_ mode: LockMode) -> Bool {
    traced.step(.acquire, mode: mode, attempt: .try)
    let me = ThreadNumber.current
    mutex.lock(me)
    defer { mutex.unlock(me) }
    guard unsafe state.canEnter(mode) else {
      if Traced.isOn { traced.record(.acquire, mode: mode, attempt: .try, result: .failed) }
      return false
    }
    enter(mode, me, .try)
    return true
  }

  private func release(_ mode: LockMode) {
    traced.step(.release, mode: mode)
    let me = ThreadNumber.current
    mutex.lock(me)
    guard let hold = unsafe state.holds.removeLast(of: me, mode) else {
      if Traced.isOn { traced.record(.release, mode: mode, result: .error) }
      mutex.unlock(me)
      MisuseError(.releaseNotHeld, traced.label.described(as: "read-write lock")).report()
      return
    }
    if Traced.isOn { traced.recordRelease(mode: mode, takenIn: hold.session) }
    guard unsafe state.isAnyoneWaiting else {
      mutex.unlock(me)
      return
    }
    var wakeups = Wakeups()
    unsafe state.admit(&wakeups)
    mutex.unlock(me)
    wakeups.wake()
  }

  private func enter(_ mode: LockMode, _ me: ThreadNumber, _ attempt: Attempt) {
    unsafe state.holds.append(Hold(thread: me, mode: mode))
    if Traced.isOn { recordAcquire(mode, me, attempt) }
  }

  @inline(never)
  private func recordAcquire(_ mode: LockMode, _ me: ThreadNumber, _ attempt: Attempt) {
    let session = traced.recordAcquire(mode: mode, attempt: attempt)
    unsafe state.holds.setSession(session, ofLast: me, mode)
  }

  /// Who has the lock, and who wants it.
  private struct State: ~Copyable {
    var holds = Holds()
    var writers = WaitQueue()
    var readers = WaitQueue()

    var isAnyoneWaiting: Bool { !writers.isEmpty || !readers.isEmpty }

    /// Whether a thread that comes now is let in.
    func canEnter(_ mode: LockMode) -> Bool {
      guard let held = holds.mode else { return mode == .exclusive || writers.isEmpty }
      return mode == .shared && held == .shared && writers.isEmpty
    }

    /// Lets in whoever may go next: a writer if one waits, else all readers.
    mutating func admit(_ wakeups: inout Wakeups) {
      if holds.isEmpty, let writer = writers.popFirst() {
        holds.append(Hold(thread: writer.thread, mode: .exclusive))
        wakeups.add(writer)
      }
      guard writers.isEmpty, holds.mode != .exclusive else { return }
      while let reader = readers.popFirst() {
        holds.append(Hold(thread: reader.thread, mode: .shared))
        wakeups.add(reader)
      }
    }
  }

  /// One thread's hold. A thread that reads twice has two.
  private struct Hold {
    let thread: ThreadNumber
    let mode: LockMode
    /// The session in which it was recorded.
    var session: UInt32 = 0

    func isBy(_ thread: ThreadNumber, _ mode: LockMode) -> Bool {
      self.thread == thread && self.mode == mode
    }
  }

  /// The holds that there are, oldest first; all are of one mode. A lone one costs no allocation.
  private struct Holds {
    private var first: Hold?
    /// Empty where there is no first.
    private var others: [Hold] = []

    var isEmpty: Bool { first == nil }
    var mode: LockMode? { first?.mode }
    /// Who has one, by the kernel's numbers.
    var threads: [UInt32] { ((first.map { [$0] } ?? []) + others).map(\.thread.rawValue) }

    mutating func append(_ hold: Hold) {
      if first == nil { first = hold } else { others.append(hold) }
    }

    /// Takes out the thread's last one, so that what is recorded of its holds nests.
    mutating func removeLast(of thread: ThreadNumber, _ mode: LockMode) -> Hold? {
      if !others.isEmpty {
        if let index = others.lastIndex(where: { $0.isBy(thread, mode) }) {
          return others.remove(at: index)
        }
      }
      guard let hold = first, hold.isBy(thread, mode) else { return nil }
      first = others.isEmpty ? nil : others.removeFirst()
      return hold
    }

    /// Says in which session the thread's last one was recorded.
    mutating func setSession(
      _ session: UInt32, ofLast thread: ThreadNumber, _ mode: LockMode
    ) {
      if let index = others.lastIndex(where: { $0.isBy(thread, mode) }) {
        others[index].session = session
      } else if let hold = first, hold.isBy(thread, mode) {
        first?.session = session
      }
    }

    /// Whether the thread's own hold would keep it out for ever.
    func keepOut(_ thread: ThreadNumber, _ mode: LockMode) -> Bool {
      guard let first, mode == .exclusive || first.mode == .exclusive else { return false }
      return first.thread == thread || others.contains { $0.thread == thread }
    }
  }
}
