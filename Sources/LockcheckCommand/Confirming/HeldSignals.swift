import Glibc

/// The command was told to end.
struct Interruption: Error {
  /// The signal that told it.
  let signal: CInt

  /// Ends the process as the signal would have ended it: a shell sees that, and does not go on.
  func end() -> Never {
    Glibc.signal(signal, SIG_DFL)
    var alone = sigset_t()
    unsafe sigemptyset(&alone)
    unsafe sigaddset(&alone, signal)
    unsafe pthread_sigmask(SIG_UNBLOCK, &alone, nil)
    raise(signal)
    exit(128 + signal)
  }
}

/// Signals that wait until they are asked for, so that a program that was started is never left behind.
struct HeldSignals {
  private let held: sigset_t
  /// What was held before: the program is to have it so.
  let original: sigset_t

  /// Runs `body` while they are held.
  static func during<Value>(_ body: (HeldSignals) throws -> Value) throws -> Value {
    let signals = HeldSignals()
    defer { signals.release() }
    return try body(signals)
  }

  private init() {
    var (held, original) = (sigset_t(), sigset_t())
    unsafe sigemptyset(&held)
    // Where it is ignored, the system keeps nothing of a child that ends.
    signal(SIGCHLD, SIG_DFL)
    unsafe sigaddset(&held, SIGCHLD)
    for signal in [SIGINT, SIGTERM, SIGHUP] where !Self.isIgnored(signal) {
      unsafe sigaddset(&held, signal)
    }
    unsafe pthread_sigmask(SIG_BLOCK, &held, &original)
    self.held = held
    self.original = original
  }

  private func release() {
    var original = original
    unsafe pthread_sigmask(SIG_SETMASK, &original, nil)
  }

  /// Waits until a child has ended, stopped or gone on, or the time is over.
  ///
  /// - Throws: ``Interruption`` where the command was told to end meanwhile.
  func waitForChild(_ limit: Duration) throws(Interruption) {
    var held = held
    let (seconds, atto) = limit.components
    var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(atto / 1_000_000_000))
    let signal = unsafe sigtimedwait(&held, nil, &time)
    if signal > 0, signal != SIGCHLD { throw Interruption(signal: signal) }
  }

  /// Whoever started the command may have told it not to listen: `nohup`, or a shell with `&`.
  private static func isIgnored(_ signal: CInt) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(signal, nil, &action) == 0 else { return false }
    let handler = unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
    let ignoring = unsafe unsafeBitCast(SIG_IGN, to: Int.self)
    return handler == ignoring
  }
}
