public import CLockcheckInterpose
import CLockcheckShims
import Glibc
import LockcheckRecorder
import LockcheckTrace

/// Threads that the program makes, by the system's name for them, until somebody has joined them or they
/// are detached.
enum Threads {
  /// Those that can be joined. Under the recorder's lock, which the child of a fork finds free.
  private nonisolated(unsafe) static var joinable: [UInt: RecordedThread] = [:]

  private static func locked<R>(_ body: (inout [UInt: RecordedThread]) -> R) -> R {
    let thread = unsafe lc_attach()
    let isEntered = unsafe thread.map { unsafe lc_enter($0) } ?? false
    lc_lock()
    defer {
      lc_unlock()
      if isEntered, let thread = unsafe thread { unsafe lc_leave(thread) }
    }
    return unsafe body(&joinable)
  }

  /// Has the table made, while that is still safe.
  static func prepare() { locked { _ in } }

  /// What a new thread is given: what the program wants it to run, and who it is.
  @safe final class Start: Sendable {
    typealias Body = @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?

    let thread: RecordedThread
    private let body: Body
    private let argument: UInt

    init(_ thread: RecordedThread, body: @escaping Body, argument: UnsafeMutableRawPointer?) {
      self.thread = thread
      unsafe self.body = body
      self.argument = UInt(bitPattern: argument)
    }

    func run() -> UnsafeMutableRawPointer? {
      unsafe body(UnsafeMutableRawPointer(bitPattern: argument))
    }
  }

  /// Makes a thread that is known to the recording.
  static func create(
    _ system: UnsafeMutablePointer<pthread_t>, _ attributes: UnsafePointer<pthread_attr_t>?,
    _ body: @escaping Start.Body, _ argument: UnsafeMutableRawPointer?, frame: UInt
  ) -> Int32 {
    let thread = RecordedThread(name: nil)
    thread.recordFork(frame: frame)
    let start = unsafe Start(thread, body: body, argument: argument)
    let context = unsafe Unmanaged.passRetained(start)
    let result = unsafe lc_real_pthread_create(
      system, attributes, { unsafe Threads.begin($0) }, context.toOpaque())
    guard result == 0 else {
      unsafe context.release()
      return result
    }
    if unsafe isJoinable(attributes) {
      let name = unsafe UInt(system.pointee)
      locked { $0[name] = thread }
    }
    return 0
  }

  private static func isJoinable(_ attributes: UnsafePointer<pthread_attr_t>?) -> Bool {
    guard let attributes = unsafe attributes else { return true }
    var state: Int32 = 0
    unsafe pthread_attr_getdetachstate(attributes, &state)
    return state == Int32(PTHREAD_CREATE_JOINABLE)
  }

  /// The first function of every thread.
  private static func begin(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    let start = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
    start.thread.enterWithoutLeaving()
    // Its end is noticed by the recorder, also where it is by `pthread_exit`.
    return unsafe start.run()
  }

  /// Waits for a thread.
  static func join(
    _ system: pthread_t, attempt: Event.Attempt, frame: UInt, real: () -> Int32
  ) -> Int32 {
    guard let thread = locked({ $0[UInt(system)] }) else { return real() }
    thread.recordJoin(isPending: true, attempt: attempt, frame: frame)
    let result = real()
    if result == 0 { locked { $0[UInt(system)] = nil } }
    thread.recordJoin(attempt: attempt, result: Mutexes.outcome(of: result), frame: frame)
    return result
  }

  /// Forgets a thread that nobody will join.
  static func detach(_ system: pthread_t) { locked { $0[UInt(system)] = nil } }
}

@c(pthread_create) public func interposeCreate(
  _ thread: UnsafeMutablePointer<pthread_t>, _ attributes: UnsafePointer<pthread_attr_t>?,
  _ body: @escaping @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?,
  _ argument: UnsafeMutableRawPointer?
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else {
    return unsafe lc_real_pthread_create(thread, attributes, body, argument)
  }
  return unsafe Threads.create(thread, attributes, body, argument, frame: frame)
}

@c(pthread_join) public func interposeJoin(
  _ thread: pthread_t, _ value: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_join(thread, value) }
  return Threads.join(thread, attempt: .blocking, frame: frame) {
    unsafe lc_real_pthread_join(thread, value)
  }
}

@c(pthread_detach) public func interposeDetach(_ thread: pthread_t) -> Int32 {
  let frame = lc_frame_address()
  let result = lc_real_pthread_detach(thread)
  if result == 0, Interposer.isOn(frame) { Threads.detach(thread) }
  return result
}
