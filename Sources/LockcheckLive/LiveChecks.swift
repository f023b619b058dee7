internal import CLockcheckShims
internal import Glibc
internal import LockcheckRecorder
internal import Synchronization

/// The live checks of the process: decided under one lock, acted upon outside it.
package final class LiveChecks: @unchecked Sendable {
  package static let shared = LiveChecks()

  /// Touched only under the lock of the live checks.
  private var state = LiveState()

  /// Whether they are on: one relaxed load.
  package static var isOn: Bool { @inline(__always) get { lc_is_checking() } }

  func withState<R>(_ body: (inout LiveState) -> R) -> R {
    lc_live_lock()
    defer { lc_live_unlock() }
    return body(&state)
  }

  // MARK: On and off

  /// Looks at the environment, the first time that any primitive is made.
  package static func readEnvironment() { _ = start }

  private static let start: Void = {
    if Recording.wantsChecks { shared.start(.environment()) }
  }()

  func start(_ settings: CheckSettings) {
    lc_set_live_thread_ends { LiveChecks.shared.threadEnds() }
    // The thread that turns them on counts from now on.
    LiveThread.enter()?.leave()
    lc_live_next_epoch()
    withState { $0.settings = settings }
    lc_set_mode(UInt8(LC_CHECKING), true)
    // Last, since the watcher looks at nothing while the checks are off.
    apply(settings)
  }

  func stop() { lc_set_mode(UInt8(LC_CHECKING), false) }

  func apply(_ settings: CheckSettings) {
    let needsWatcher = settings.watchdog != nil || settings.dumpSignal != nil
    let (startsWatcher, nudges) = withState { state in
      state.settings = settings
      defer { if needsWatcher { state.hasWatcher = true } }
      if state.hasWatcher { state.nudges += 1 }
      return (needsWatcher && !state.hasWatcher, state.hasWatcher)
    }
    if nudges { lc_live_request() }
    if startsWatcher { startWatcher() }
    if let signal = settings.dumpSignal {
      let error = lc_live_listen(signal)
      if error != 0 { Recording.say("signal \(signal) cannot be listened to: error \(error)") }
    }
  }

  private func startWatcher() {
    let error = lc_live_start_thread { LiveChecks.shared.watch() }
    if error != 0 { Recording.say("the watchdog cannot be started: error \(error)") }
  }

  // MARK: Waits

  /// A wait that has begun; hand it to ``end(_:)``.
  package struct Ticket: ~Copyable {
    fileprivate let wait: LiveWait
    fileprivate let outer: LiveWait?
    /// Whether the caller is to give up the wait and throw.
    package let isRefused: Bool
  }

  /// A thread is about to block. Called outside the guard of the primitive, which `blockers` may take.
  ///
  /// - Parameters:
  ///   - what: What it waits for, in words.
  ///   - isTimed: Whether the wait ends by itself.
  ///   - canThrow: Whether the method can throw.
  ///   - isIdle: Whether the thread has nothing to do, and may as well wait for ever.
  ///   - frame: The stack begins at the return address of this frame.
  ///   - blockers: Who could end the wait, asked as long as it lasts.
  ///   - refuse: Makes the thread give up though it sleeps; nil where that cannot be done.
  /// - Returns: Nil where the thread is in the live checks already, as in a signal handler.
  package func begin(
    _ what: String, isTimed: Bool, canThrow: Bool, isIdle: Bool = false, frame: UInt,
    blockers: @escaping @Sendable () -> LiveBlockers, refuse: (@Sendable () -> Void)? = nil
  ) -> Ticket? {
    guard let thread = LiveThread.enter() else { return nil }
    let wait = LiveWait(
      thread: thread.number, threadName: thread.name, what: what,
      stack: ThreadStack.number(frame: frame), since: Int64(lc_nanoseconds()), isTimed: isTimed,
      canThrow: canThrow, isIdle: isIdle, blockers: blockers, refuse: refuse)
    let (outer, verdict) = withState { state in (state.begin(wait), state.judge(wait)) }
    thread.leave()
    if let verdict { carryOut(verdict) }
    return Ticket(wait: wait, outer: outer, isRefused: verdict?.refused === wait)
  }

  /// The thread goes on.
  package func end(_ ticket: consuming Ticket) {
    let (wait, outer) = (ticket.wait, ticket.outer)
    withState { $0.end(wait, outer) }
  }

  private func carryOut(_ verdict: Verdict) {
    LiveText.write(verdict.report)
    switch verdict.policy {
    case .log: break
    case .throw:
      if let wait = verdict.refused { return wait.refuse?() ?? () }
      // Who is asleep in a method that cannot throw is only told of.
      if !verdict.hasCaller { return }
      fatalError("lockcheck: deadlock, in a method that cannot throw; see above")
    case .trap: fatalError("lockcheck: deadlock; see above")
    case .exit(let status): Self.exit(status)
    }
  }

  // MARK: Threads

  /// A thread is about to be started: until it is there, it could do anything.
  ///
  /// - Returns: For ``threadBegins(_:wasAnnounced:)``.
  package func announceThread() -> Bool {
    guard Self.isOn else { return false }
    withState { $0.announceThread() }
    return true
  }

  /// The calling thread is there, and called so by the program.
  package func threadBegins(_ name: String, wasAnnounced: Bool) {
    guard Self.isOn || wasAnnounced, let thread = LiveThread.enter() else { return }
    thread.setName(name)
    let number = thread.number
    withState { $0.beginThread(number, wasAnnounced: wasAnnounced) }
    thread.leave()
  }

  /// The calling thread will wake nobody any more: those who counted on it may be stuck.
  package func threadEnds() {
    guard LiveThread.isCurrentKnown, let thread = LiveThread.enter() else { return }
    let number = thread.number
    thread.leave()
    let verdict = withState { state in
      LiveThread.endCurrent()
      state.endThread(number)
      return Self.isOn ? state.judgeSleepers() : nil
    }
    if let verdict { carryOut(verdict) }
  }

  // MARK: Ending

  private static let isEnding = Atomic<Bool>(false)

  /// Ends the process, with its recordings closed.
  static func exit(_ status: Int32) -> Never {
    if isEnding.exchange(true, ordering: .relaxed) { while true { pause() } }
    LiveText.write("lockcheck: the process is ended with status \(status), as was asked for\n")
    Recording.closeAll()
    lc_flush_output()
    _exit(status)
  }

  func act(_ report: String, _ policy: ReportPolicy) {
    LiveText.write(report)
    if case .exit(let status) = policy { Self.exit(status) }
  }
}
