import Glibc
import Synchronization

/// What the command found when it was started and changes for itself: the program is to have it so.
enum InheritedSignals {
  private static let ignoresPipe = Mutex(false)

  /// Looks, before anything is changed.
  static func remember() {
    var action = sigaction()
    guard unsafe sigaction(SIGPIPE, nil, &action) == 0 else { return }
    let handler = unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
    let ignoring = unsafe unsafeBitCast(SIG_IGN, to: Int.self)
    ignoresPipe.withLock { $0 = handler == ignoring }
  }

  /// Whether a closed pipe was nothing to die of.
  static var isPipeIgnored: Bool { ignoresPipe.withLock { $0 } }
}

/// Signals that are held back while a program runs, and passed on to it.
struct RunSignals {
  /// A signal that came.
  struct Arrival {
    let signal: CInt
    /// Whether the terminal sent it, to the whole group: the program has it already.
    let isFromTerminal: Bool
  }

  private let held: sigset_t
  /// What was held before: the program is to have it so.
  let original: sigset_t

  /// Those that a person or another program sends, and that the program is to get.
  private static let passedOn = [
    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGTSTP, SIGCONT, SIGWINCH,
  ]

  /// Runs `body` while they are held.
  static func during<Value>(_ also: CInt?, _ body: (RunSignals) throws -> Value) rethrows -> Value {
    let signals = RunSignals(also)
    defer { signals.release() }
    return try body(signals)
  }

  private init(_ also: CInt?) {
    var (held, original) = (sigset_t(), sigset_t())
    unsafe sigemptyset(&held)
    // Where it is ignored, the system keeps nothing of a child that ends.
    signal(SIGCHLD, SIG_DFL)
    for signal in Self.passedOn + [SIGCHLD] + [also].compactMap(\.self) {
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

  /// Waits for a signal: that a child has ended or stopped, or one to pass on.
  ///
  /// - Returns: Nil when the time is over, or something else woke the thread.
  func wait(_ limit: Duration?) -> Arrival? {
    var held = held
    var info = unsafe siginfo_t()
    let signal: CInt
    if let limit {
      let (seconds, atto) = limit.components
      var time = timespec(tv_sec: Int(max(0, seconds)), tv_nsec: Int(max(0, atto) / 1_000_000_000))
      signal = unsafe sigtimedwait(&held, &info, &time)
    } else {
      signal = unsafe sigwaitinfo(&held, &info)
    }
    guard signal > 0 else { return nil }
    // SI_KERNEL: not sent by any process.
    return unsafe Arrival(signal: signal, isFromTerminal: info.si_code == 0x80)
  }
}
