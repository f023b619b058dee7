/// What happens at the moment that a deadlock is found: whatever it says, standard error is told first.
public enum DeadlockPolicy: Sendable, Hashable {
  /// The thread goes on, and blocks.
  case log
  /// A method that is declared `throws` throws to its caller; the others trap.
  case `throw`
  /// The process ends with a message.
  case trap
  /// The process ends with this status, once its recordings are closed. What `atexit` registered does
  /// not run: the process might wait there for a thread that is stuck.
  case exit(Int32)
}

/// What happens after a report of the watchdog or of the lock order.
public enum ReportPolicy: Sendable, Hashable {
  /// The process goes on.
  case log
  /// The process ends as by ``DeadlockPolicy/exit(_:)``.
  case exit(Int32)
}

/// What the live checks look at, and what they do about it.
public struct CheckSettings: Sendable, Hashable {
  /// What happens when threads can never go on.
  public var onDeadlock: DeadlockPolicy = .log
  /// What happens when locks are taken in an order that looks like a deadlock, or against their levels.
  public var onLockOrder: ReportPolicy = .log
  /// What happens after the watchdog has reported a thread.
  public var onStall: ReportPolicy = .log
  /// How long a thread may be blocked before the watchdog reports it; nil is for ever.
  public var watchdog: Duration?
  /// The signal on which standard error is told who holds what and who waits for what.
  public var dumpSignal: Int32?
  /// Whether threads that no primitive here has met are left out of account. As long as there is one, it
  /// could wake whoever waits for anything but a lock or a thread, and such a wait is not said to last
  /// for ever.
  public var ignoresUnknownThreads = false

  /// The default settings: everything is reported, nothing stops the program, no watchdog.
  public init() {}
}
