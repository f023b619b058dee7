import CLockcheckInterpose
import CLockcheckShims
import Glibc
import LockcheckRecorder
import LockcheckTrace

/// Threads that the program makes.
enum Threads {
  /// What a new thread is given: what the program wants it to run, and who it is.
  @safe final class Start {
    typealias Body = @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?
    typealias C11Body = @convention(c) (UnsafeMutableRawPointer?) -> Int32

    let thread: RecordedThread
    private let body: Body?
    private let c11Body: C11Body?
    private let argument: UInt
    /// The signals that the thread has blocked, one bit each.
    var signals: UInt64 = 0

    init(
      _ thread: RecordedThread, body: Body? = nil, c11Body: C11Body? = nil,
      argument: UnsafeMutableRawPointer?
    ) {
      self.thread = thread
      unsafe self.body = body
      unsafe self.c11Body = c11Body
      self.argument = UInt(bitPattern: argument)
    }

    func run() -> UnsafeMutableRawPointer? {
      guard let body = unsafe body else { return nil }
      return unsafe lc_call_body(body, UnsafeMutableRawPointer(bitPattern: argument))
    }

    func runC11() -> Int32 {
      guard let c11Body = unsafe c11Body else { return 0 }
      return unsafe lc_call_c11_body(c11Body, UnsafeMutableRawPointer(bitPattern: argument))
    }
  }

  /// Makes a thread that is known to the recording.
  ///
  /// - Parameter real: Has the C library make it, from what it is given, and returns 0 where it has.
  static func create(
    _ system: UnsafeMutablePointer<pthread_t>, attributes: UnsafePointer<pthread_attr_t>? = nil,
    body: Start.Body? = nil,
    c11Body: Start.C11Body? = nil, argument: UnsafeMutableRawPointer?, frame: UInt,
    real: (UnsafeMutableRawPointer) -> Int32
  ) -> Int32 {
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    let thread = RecordedThread(name: nil)
    thread.recordFork(frame: frame)
    let start = unsafe Start(thread, body: body, c11Body: c11Body, argument: argument)
    let context = unsafe Unmanaged.passRetained(start)
    // So that no handler runs in the thread before it is known; it goes on with the mask of this one.
    let signals = lc_block_signals()
    start.signals = unsafe lc_signals_of(attributes, signals)
    let result = unsafe real(context.toOpaque())
    lc_set_signals(signals)
    if result != 0 {
      unsafe context.release()
    } else if unsafe isJoinable(attributes) {
      unsafe JoinableThreads.put(system.pointee, thread)
    }
    return result
  }

  /// Whether somebody may join a thread that is made with these attributes.
  private static func isJoinable(_ attributes: UnsafePointer<pthread_attr_t>?) -> Bool {
    guard let attributes = unsafe attributes else { return true }
    var state: Int32 = 0
    unsafe pthread_attr_getdetachstate(attributes, &state)
    return state == Int32(PTHREAD_CREATE_JOINABLE)
  }

  /// The first act of every thread. Its end is noticed by the recorder, also where it is by `pthread_exit`.
  private static func enter(_ context: UnsafeMutableRawPointer) -> Start {
    let start = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
    start.thread.enterWithoutLeaving()
    lc_note_system_thread(UInt32(bitPattern: lc_own_tid()))
    lc_set_signals(start.signals)
    return start
  }

  /// The first function of a thread.
  static func begin(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    return unsafe enter(context).run()
  }

  /// The first function of a thread of C11's.
  static func beginC11(_ context: UnsafeMutableRawPointer?) -> Int32 {
    guard let context = unsafe context else { return 0 }
    return unsafe enter(context).runC11()
  }

  /// Waits for a thread.
  ///
  /// - Parameters:
  ///   - attempt: Whether it waits for ever, for a while or not at all.
  ///   - outcome: What the C library's answer means.
  static func join(
    _ call: lc_wait_call, _ system: pthread_t, _ value: UnsafeMutableRawPointer?,
    clock: clockid_t = 0, end: UnsafePointer<timespec>? = nil, attempt: Event.Attempt,
    frame: UInt, outcome: (Int32) -> Event.Result
  ) -> Int32 {
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    let thread = JoinableThreads.get(system)
    var wait = unsafe lc_wait()
    unsafe wait.call = call
    unsafe wait.thread = system
    unsafe wait.value = value
    unsafe wait.clock = clock
    unsafe wait.end = end
    unsafe wait.attempt = attempt.rawValue
    unsafe wait.frame = frame
    if let thread {
      unsafe wait.instance = Unmanaged.passUnretained(thread).toOpaque()
      if attempt != .try { thread.recordJoin(isPending: true, attempt: attempt, frame: frame) }
    }
    let result = unsafe lc_wait_through(&wait)
    if let thread {
      let ended = outcome(result)
      if ended == .success { JoinableThreads.forget(system, thread) }
      thread.recordJoin(attempt: attempt, result: ended, frame: frame)
    }
    if result != 0 { unsafe Refusals.note(call, result, frame: frame) }
    return result
  }
}
