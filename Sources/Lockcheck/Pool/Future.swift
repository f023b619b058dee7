internal import LockcheckLive
internal import LockcheckTrace

/// The place of a result that is not there yet.
///
/// ```swift
/// let size = try pool.submit { try measure(file) }
/// print(try size.result())   // waits; throws what the task threw
/// ```
///
/// It is done once: with a value, with the error that its task threw, or by ``cancel()``. It stays so,
/// and everybody who waits then or later gets the same.
public final class Future<Value: Sendable>: @unchecked Sendable {
  /// What a future is done with.
  public typealias Outcome = Result<Value, any Error>

  private enum Phase {
    case open
    case running(by: ThreadNumber)
    case done(Outcome)
  }

  private let traced: Traced
  /// Those who could run its task; nil where it has none.
  private let workers: PoolRoster?
  private let mutex = FutexMutex()
  // All below is touched only while `mutex` is held.
  private var phase = Phase.open
  private var waiters = WaitQueue()
  private var callbacks: [@Sendable (Outcome) -> Void] = []
  /// Between those who leave a callback and who calls it.
  private var callbackOrder: HiddenOrder?

  /// Makes a future that ``complete(with:)`` is to give its result.
  ///
  /// - Parameter name: What reports call it.
  public init(name: String? = nil) {
    traced = Traced(.future, name: name)
    workers = nil
  }

  /// Makes the future of a task of that pool.
  init(pool: PoolCore) {
    var details = ObjectDetails()
    details.pool = pool.traced.id
    traced = Traced(.future, name: nil, details: details)
    workers = pool.roster
  }

  deinit { traced.recordDestroy() }

  /// What reports call it.
  public var name: String? {
    get { traced.label.get() }
    set { traced.rename(newValue) }
  }

  /// The number that the trace knows it by.
  var id: ObjectID { traced.id }

  /// Whether the result is there. Out of date as soon as it is known, where it is not.
  ///
  /// Who sees it there is recorded like one whose wait did not have to wait.
  public var isDone: Bool {
    traced.look()
    return mutex.withLock {
      guard case .done = phase else { return false }
      if Traced.isRecording { traced.record(.wait, attempt: .try) }
      return true
    }
  }

  /// Whether a worker has begun the task and is not through with it. Out of date as soon as it is known.
  public var isRunning: Bool {
    traced.look()
    return mutex.withLock { if case .running = phase { true } else { false } }
  }

  /// Whether it was cancelled.
  public var isCancelled: Bool {
    traced.look()
    return mutex.withLock {
      guard case .done(.failure(let error)) = phase else { return false }
      return error as? FutureError == .cancelled
    }
  }

  /// How many threads wait. Out of date as soon as it is known.
  public var waitingCount: Int {
    traced.look()
    return mutex.withLock { waiters.count }
  }

  // MARK: Waiting

  /// Waits for the result, however long that takes.
  ///
  /// - Throws: What the task threw; `FutureError.cancelled`; and under `DeadlockPolicy.throw`,
  ///   `FutureError.deadlock`.
  public func result() throws -> Value { try result(timeout: nil) }

  /// Waits for the result, but no longer than `timeout`; nil is for ever.
  ///
  /// - Throws: What the task threw; `FutureError`: `timeout`, `cancelled`, `negativeTimeout`, and under
  ///   `DeadlockPolicy.throw`, `deadlock`.
  public func result(timeout: Duration?) throws -> Value {
    guard let outcome = try outcome(timeout) else { throw FutureError.timeout }
    return try outcome.get()
  }

  /// Waits until the result is there, whatever it is.
  public func wait() { _ = outcome(until: .never) }

  /// Waits until the result is there, but no longer than `timeout`; nil is for ever.
  ///
  /// - Returns: False when there was none in time.
  /// - Throws: `negativeTimeout`; and under `DeadlockPolicy.throw`, `deadlock`.
  public func wait(timeout: Duration?) throws(FutureError) -> Bool {
    try outcome(timeout) != nil
  }

  // MARK: Being done

  /// Has `body` called with the result: by the thread that brings it, once whoever waits has been
  /// woken, in the order in which callbacks were left here; at once where it is there already.
  public func whenDone(_ body: @escaping @Sendable (Outcome) -> Void) {
    traced.step(.wait)
    let me = ThreadNumber.current
    mutex.lock(me)
    if case .done(let outcome) = phase {
      if Traced.isRecording { traced.record(.wait) }
      mutex.unlock(me)
      return body(outcome)
    }
    callbacks.append(body)
    let order = callbackOrder ?? HiddenOrder(name: traced.label.get().map { $0 + ".callbacks" })
    callbackOrder = order
    order.step()
    mutex.unlock(me)
  }

  /// Gives it its result, by hand.
  ///
  /// - Throws: `alreadyDone`.
  public func complete(with outcome: Outcome) throws(FutureError) {
    guard finish(outcome, ifOpen: false) else { throw .alreadyDone }
  }

  /// Takes the task back if no worker has begun it.
  ///
  /// - Returns: Whether it is cancelled: now, or since before.
  @discardableResult public func cancel() -> Bool {
    finish(.failure(FutureError.cancelled), ifOpen: true) || isCancelled
  }
}

extension Future {
  /// A worker begins the task.
  ///
  /// - Returns: False where it was cancelled.
  func begin() -> Bool {
    traced.step(.set)
    return mutex.withLock {
      guard case .open = phase else { return false }
      phase = .running(by: .current)
      return true
    }
  }

  /// Gives it its result.
  ///
  /// - Parameter ifOpen: Whether to do so only while no worker has begun the task.
  /// - Returns: False where it was too late.
  @discardableResult func finish(_ outcome: Outcome, ifOpen: Bool) -> Bool {
    traced.step(.set)
    let me = ThreadNumber.current
    var wakeups = Wakeups()
    mutex.lock(me)
    switch phase {
    case .open: break
    case .running where !ifOpen: break
    default:
      mutex.unlock(me)
      return false
    }
    phase = .done(outcome)
    callbackOrder?.step()
    if Traced.isRecording { traced.record(.set) }
    wakeups.add(from: &waiters)
    let callbacks = callbacks
    self.callbacks = []
    mutex.unlock(me)
    wakeups.wake()
    for callback in callbacks { callback(outcome) }
    return true
  }

  /// Waits for the result; nil where there is none in time.
  private func outcome(_ timeout: Duration?) throws(FutureError) -> Outcome? {
    let deadline: Deadline
    do { deadline = try Deadline(after: timeout) } catch { throw .negativeTimeout }
    let outcome = outcome(until: deadline)
    if outcome == nil, deadline == .never { throw .deadlock }
    return outcome
  }

  /// Waits for the result; nil past the deadline, and where there will never be one.
  private func outcome(until deadline: Deadline) -> Outcome? {
    let me = ThreadNumber.current
    let attempt = Attempt(until: deadline)
    traced.step(.wait, attempt: attempt)
    mutex.lock(me)
    defer { mutex.unlock(me) }
    if case .done(let outcome) = phase {
      if Traced.isRecording { traced.record(.wait, attempt: attempt) }
      return outcome
    }
    if Traced.isRecording { traced.record(.wait, isPending: true, attempt: attempt) }
    let waiter = Waiter(me)
    waiters.append(waiter)
    mutex.unlock(me)
    let isWoken = traced.block(waiter, until: deadline) { [self] in blockers }
    mutex.lock(me)
    if !isWoken { _ = waiters.remove(waiter) }
    guard case .done(let outcome) = phase else {
      if Traced.isRecording {
        // Here `Outcome` is another one.
        traced.record(.wait, attempt: attempt, result: deadline == .never ? .error : .timeout)
      }
      return nil
    }
    if Traced.isRecording { traced.record(.wait, attempt: attempt) }
    return outcome
  }

  /// Who could bring the result: who runs the task; while it is in the queue, any worker; where there is
  /// no task, anybody.
  private var blockers: LiveBlockers {
    mutex.withLock {
      switch phase {
      case .done: .nobody
      case .running(let worker): .all([worker.rawValue])
      case .open: workers?.blockers ?? .anyone
      }
    }
  }
}
