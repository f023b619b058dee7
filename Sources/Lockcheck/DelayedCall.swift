/// A thread that waits a while and then does something, unless it is cancelled before.
///
/// ```swift
/// let warning = DelayedCall(after: .seconds(10), name: "warning") { print("still waiting") }
/// warning.start()
/// …
/// warning.cancel()
/// ```
///
/// Python calls it `Timer`.
public final class DelayedCall: Sendable {
  private enum Phase { case waiting, fired, cancelled }

  private let thread: CheckedThread
  private let state: State

  /// What the thread and its owner share.
  private final class State: @unchecked Sendable {
    /// Raised when it is cancelled, and when the call is over.
    let isOver: Event
    private let mutex = FutexMutex()
    /// Touched only while `mutex` is held.
    private var phase = Phase.waiting

    init(name: String?) { isOver = Event(name: name.map { $0 + ".finished" }) }

    /// Goes from waiting to another phase.
    ///
    /// - Returns: False where it has done so before.
    func leaveWaiting(for next: Phase) -> Bool {
      let me = ThreadNumber.current
      mutex.lock(me)
      defer { mutex.unlock(me) }
      guard phase == .waiting else { return false }
      phase = next
      return true
    }

    var current: Phase {
      isOver.lookAt()
      let me = ThreadNumber.current
      mutex.lock(me)
      defer { mutex.unlock(me) }
      return phase
    }
  }

  /// Describes a call; ``start()`` begins the wait.
  ///
  /// - Parameters:
  ///   - delay: How long it waits; less than nothing is nothing.
  ///   - name: What reports call its thread.
  ///   - isDaemon: Whether the process may end before the call.
  ///   - body: What is called.
  public init(
    after delay: Duration, name: String? = nil, isDaemon: Bool = false,
    _ body: @escaping @Sendable () throws -> Void
  ) {
    let state = State(name: name)
    self.state = state
    thread = CheckedThread(name: name, isDaemon: isDaemon) {
      let isCancelled = try state.isOver.wait(timeout: max(delay, .zero))
      state.isOver.willChange()
      guard !isCancelled, state.leaveWaiting(for: .fired) else { return }
      defer { state.isOver.set() }
      try body()
    }
  }

  /// What reports call its thread.
  public var name: String { thread.name }

  /// Whether it was cancelled in time.
  public var isCancelled: Bool { state.current == .cancelled }

  /// Whether the call has begun.
  public var hasFired: Bool { state.current == .fired }

  /// Whether it has been started and has not ended.
  public var isAlive: Bool { thread.isAlive }

  /// The error that the call threw; nil before its end and where it threw none.
  public var error: (any Error)? { thread.error }

  /// Begins the wait. A second start does nothing (`startedTwice`).
  public func start() { thread.start() }

  /// Keeps the call from being made, as long as it has not begun.
  ///
  /// - Returns: Whether it came in time: now, or another one before.
  @discardableResult public func cancel() -> Bool {
    state.isOver.willChange()
    guard state.leaveWaiting(for: .cancelled) else { return isCancelled }
    state.isOver.set()
    return true
  }

  /// Waits until the call is over, or its cancelled wait.
  public func join() { thread.join() }

  /// Waits until the call is over, but no longer than `timeout`; nil is for ever.
  ///
  /// - Returns: Whether it is over.
  /// - Throws: `negativeTimeout`; and under `MisusePolicy.throw`, `joinBeforeStart` and `joinOfItself`.
  public func join(timeout: Duration?) throws(MisuseError) -> Bool {
    try thread.join(timeout: timeout)
  }
}
