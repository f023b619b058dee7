internal import Glibc
internal import LockcheckLive
internal import LockcheckTrace
internal import Synchronization

/// A thread whose beginning, end, maker and joiners are recorded.
///
/// ```swift
/// let worker = CheckedThread(name: "worker") { try work() }
/// worker.start()
/// worker.join()
/// ```
///
/// The process waits at its end for every thread that is not a daemon. An error that the body throws
/// ends the thread; standard error says so, and ``error`` keeps it.
public final class CheckedThread: @unchecked Sendable {
  /// What a thread has come to.
  private enum Phase { case fresh, running, ended }

  /// Whether the process may end while it runs.
  public let isDaemon: Bool
  private let label: Label
  private let mutex = FutexMutex()
  /// 1 from the thread's start to its end.
  private let running = FutexWord()
  // All below is touched only while `mutex` is held.
  private var phase = Phase.fresh
  private var body: (@Sendable () throws -> Void)?
  private var joiners = WaitQueue()
  private var thrown: (any Error)?
  private var number: UInt64?
  private var runner = ThreadNumber.none
  private var traced: TracedThread?

  /// Describes a thread; ``start()`` starts it.
  ///
  /// - Parameters:
  ///   - name: What reports call it; without one, `Thread-1 (serve)` and so on, after the function.
  ///   - isDaemon: Whether the process may end while it runs; nil is as on the thread that makes it.
  ///   - function: The function that makes it.
  ///   - body: What it does.
  public init(
    name: String? = nil, isDaemon: Bool? = nil, function: String = #function,
    _ body: @escaping @Sendable () throws -> Void
  ) {
    self.isDaemon = isDaemon ?? Self.current?.isDaemon ?? false
    self.body = body
    label = Label(name ?? ThreadRegistry.makeName(in: function))
  }

  /// The thread that the caller runs on; nil on the main thread and others that were not made here.
  public static var current: CheckedThread? { ThreadRegistry.thread(.current) }

  /// What reports call it: as it was when the thread was started.
  public var name: String {
    get { label.get() ?? "" }
    set { label.set(newValue) }
  }

  /// A number that no other thread of this process has or will have; nil until it is started.
  public var id: UInt64? { mutex.withLock { number } }

  /// Whether it has been started and has not ended.
  public var isAlive: Bool {
    mutex.withLock { traced }?.look()
    return mutex.withLock { phase == .running }
  }

  /// The error that its body threw; nil before its end and where it threw none.
  public var error: (any Error)? {
    mutex.withLock { traced }?.look()
    return mutex.withLock { thrown }
  }

  /// Starts the thread. A second start does nothing (`startedTwice`).
  ///
  /// A process that can have no more threads traps.
  public func start() {
    TracedThread.stepFork()
    launch()
  }

  /// Starts the thread, which is no step of its own: something that is one does it.
  func launch() {
    let id = ThreadRegistry.makeID()
    let name = self.name
    let isFirst = mutex.withLock {
      guard phase == .fresh else { return false }
      phase = .running
      running.bits.store(1, ordering: .relaxed)
      number = id
      return true
    }
    guard isFirst else { return MisuseError(.startedTwice, "thread '\(name)'").report() }
    // Also while nothing is recorded: a recording that begins later then knows the thread.
    let traced = TracedThread(name: name)
    mutex.withLock { self.traced = traced }
    traced.recordFork()
    if !isDaemon { ThreadRegistry.await(self, id) }
    if traced.spawn(isDaemon: isDaemon, { [self] in run(id, name) }) { return }
    let refusal = PlatformThread.spawn { [self] in
      PlatformThread.setName(name)
      run(id, name)
    }
    if refusal != 0 {
      fatalError("lockcheck: thread '\(name)' cannot be started: \(describe(errno: refusal))")
    }
  }

  /// Waits until the thread has ended, however long that takes.
  ///
  /// Returns at once for a thread that has not been started (`joinBeforeStart`) and for the calling
  /// thread itself (`joinOfItself`).
  public func join() {
    if let misuse = joinMisuse { return misuse.report() }
    _ = join(until: .never)
  }

  /// Waits until the thread has ended, but no longer than `timeout`; nil is for ever. It can be
  /// repeated.
  ///
  /// - Returns: Whether it has ended.
  /// - Throws: `negativeTimeout`; under `MisusePolicy.throw`, `joinBeforeStart` and `joinOfItself`;
  ///   and under `DeadlockPolicy.throw`, `deadlock`.
  public func join(timeout: Duration?) throws(MisuseError) -> Bool {
    let deadline = try Deadline(after: timeout)
    if let misuse = joinMisuse {
      try misuse.raise()
      return false
    }
    let hasEnded = join(until: deadline)
    if !hasEnded, deadline == .never { throw MisuseError(.deadlock, "thread '\(name)'") }
    return hasEnded
  }
}

extension CheckedThread {
  /// Lets the calling thread sleep; not for a duration of nothing or less.
  ///
  /// It is the system's sleep, but for a thread under a scheduler, for which time passes at once.
  public static func sleep(for duration: Duration) {
    guard duration > .zero else { return }
    let word = FutexWord()
    let deadline = Deadline(within: duration)
    Control.aboutToSleep()
    while word.wait(while: 0, until: deadline) {}
  }

  /// Lets other threads go on: for loops that wait until another thread has done something.
  public static func yield() { if !Control.yield() { sched_yield() } }
}

extension CheckedThread {
  /// Waits at the end of the process.
  func joinAtExit() { if isAlive { _ = join(until: .never) } }

  private var joinMisuse: MisuseError? {
    let (isMine, isFresh) = mutex.withLock { (runner == .current, phase == .fresh) }
    if isMine { return MisuseError(.joinOfItself, "thread '\(name)'") }
    if isFresh { return MisuseError(.joinBeforeStart, "thread '\(name)'") }
    return nil
  }

  /// Waits for the end of a thread that has been started and is not the caller.
  ///
  /// - Returns: Whether it has ended: not, past the deadline and in a deadlock.
  func join(until deadline: Deadline) -> Bool {
    let me = ThreadNumber.current
    let attempt = Attempt(until: deadline)
    let known = mutex.withLock { traced }
    known?.stepJoin(attempt, of: running)
    mutex.lock(me)
    defer { mutex.unlock(me) }
    var hasEnded = phase == .ended
    if !hasEnded {
      if Traced.isOn { traced?.recordJoin(isPending: true, attempt: attempt) }
      let waiter = Waiter(me)
      joiners.append(waiter)
      mutex.unlock(me)
      let isWoken =
        traced?.block(waiter, until: deadline, blockers: { [self] in blockers })
        ?? waiter.block(until: deadline)
      mutex.lock(me)
      hasEnded = isWoken || !joiners.remove(waiter)
    }
    if Traced.isOn {
      let result = hasEnded ? .success : Outcome(unwokenUntil: deadline)
      traced?.recordJoin(attempt: attempt, result: result)
    }
    return hasEnded
  }

  /// Who could end the wait of a thread that joins this one.
  private var blockers: LiveBlockers {
    mutex.withLock { phase == .ended ? .nobody : .all([runner.rawValue]) }
  }

  /// What the new thread does.
  private func run(_ id: UInt64, _ name: String) {
    let me = ThreadNumber.current
    let traced = mutex.withLock {
      runner = me
      return self.traced
    }
    ThreadRegistry.begin(self, me)
    traced?.enter()
    let failure = runBody()
    if let failure, !Control.fail(failure) {
      writeToStandardError("lockcheck: thread '\(name)' ended with an error: \(failure)")
    }
    traced?.stepExit()
    traced?.leave()
    ThreadRegistry.end(me)
    finish(failure)
    ThreadRegistry.release(id)
  }

  /// Runs the body. What it kept alive ends with this call, on its own thread, before the thread's
  /// last event.
  private func runBody() -> (any Error)? {
    let body = mutex.withLock { () -> (@Sendable () throws -> Void)? in
      defer { self.body = nil }
      return self.body
    }
    do {
      try body?()
      return nil
    } catch {
      return error
    }
  }

  private func finish(_ failure: (any Error)?) {
    let me = ThreadNumber.current
    var wakeups = Wakeups()
    mutex.lock(me)
    thrown = failure
    phase = .ended
    running.bits.store(0, ordering: .releasing)
    runner = .none
    wakeups.add(from: &joiners)
    mutex.unlock(me)
    wakeups.wake()
  }
}
