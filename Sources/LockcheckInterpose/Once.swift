public import CLockcheckInterpose
import CLockcheckShims
import Glibc
import LockcheckRecorder
import LockcheckTrace
import Synchronization

/// Initialization that happens once, as it is recorded: a lock that whoever runs the routine holds meanwhile,
/// and that each thread that comes later takes for a moment, as one of many, the first time that it comes.
enum Once {
  typealias Control = UnsafeMutablePointer<pthread_once_t>

  /// - Parameter run: Has the C library do it.
  @inline(__always)
  static func run(
    _ control: Control, _ routine: @escaping @convention(c) () -> Void, frame: UInt,
    real: (UnsafeMutablePointer<lc_once>) -> Void
  ) {
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    let isDone = unsafe lc_once_is_done(control)
    let instance = unsafe Instances.at(UnsafeRawPointer(control), as: .rwlock, frame: frame)
    guard let instance = unsafe instance else { return unsafe runUnknown(routine, real) }
    if isDone {
      if unsafe !lc_once_is_known(instance) { unsafe pass(instance, frame: frame) }
      return
    }
    if unsafe lc_once_is_running(control) {
      unsafe instance.pointee.object.append(
        .pendingAcquire(.shared), order: .ofThread, frame: frame)
    }
    var once = unsafe lc_once()
    unsafe once.routine = routine
    unsafe once.instance = UnsafeMutableRawPointer(instance)
    unsafe once.control = UnsafeMutableRawPointer(control)
    unsafe once.frame = frame
    unsafe real(&once)
    let isKnown = unsafe lc_once_is_known(instance)
    if unsafe !once.has_run, !isKnown { unsafe pass(instance, frame: frame) }
  }

  private static func runUnknown(
    _ routine: @escaping @convention(c) () -> Void,
    _ real: (UnsafeMutablePointer<lc_once>) -> Void
  ) {
    var once = unsafe lc_once()
    unsafe once.routine = routine
    unsafe real(&once)
  }

  /// Says that the routine is through, while it is still held: the lock alone would allow that somebody passes
  /// first.
  static func tell(_ instance: Instances.Reference, at address: UInt, frame: UInt) {
    guard let done = unsafe Instances.make(.event, address: address, frame: frame) else { return }
    unsafe done.pointee.object.append(.done(.set), order: .ofObject, frame: frame)
    unsafe instance.pointee.partner.store(UInt(bitPattern: done), ordering: .releasing)
  }

  /// What the routine has done comes before whatever the thread does next.
  static func pass(_ instance: Instances.Reference, frame: UInt) {
    let session = unsafe instance.pointee.object.append(
      .done(.acquire, mode: .shared), order: .ofObject, frame: frame)
    unsafe instance.pointee.object.appendRelease(
      .shared, takenIn: session, order: .ofObject, frame: frame)
    guard
      let done = unsafe Instances.Reference(
        bitPattern: instance.pointee.partner.load(ordering: .acquiring))
    else { return }
    unsafe done.pointee.object.append(.done(.wait), order: .ofObject, frame: frame)
  }

  static func begins(_ once: borrowing lc_once) {
    guard let instance = unsafe once.instance?.assumingMemoryBound(to: Instance.self) else {
      return
    }
    unsafe instance.pointee.acquired(.blocking, .success, frame: once.frame)
  }

  static func ends(_ once: borrowing lc_once) {
    guard let instance = unsafe once.instance?.assumingMemoryBound(to: Instance.self) else {
      return
    }
    unsafe tell(instance, at: UInt(bitPattern: once.control), frame: once.frame)
    unsafe instance.pointee.released(frame: once.frame)
  }
}

/// `lc_once_begins`, for the half of the library that is written in C.
@c(lc_once_begins) public func onceBegins(_ once: UnsafeMutablePointer<lc_once>) {
  unsafe Once.begins(once.pointee)
}

/// `lc_once_ends`, for the half of the library that is written in C.
@c(lc_once_ends) public func onceEnds(_ once: UnsafeMutablePointer<lc_once>) {
  unsafe Once.ends(once.pointee)
}

/// Stands in front of `pthread_once`.
@c(pthread_once) public func interposeOnce(
  _ control: UnsafeMutablePointer<pthread_once_t>, _ routine: @escaping @convention(c) () -> Void
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_once(control, routine) }
  var result: Int32 = 0
  unsafe Once.run(control, routine, frame: frame) { once in
    result = unsafe lc_run_once(control, once)
  }
  return result
}

/// Stands in front of `call_once`.
@c(call_once) public func interposeCallOnce(
  _ flag: UnsafeMutablePointer<once_flag>, _ routine: @escaping @convention(c) () -> Void
) {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_call_once(flag, routine) }
  unsafe flag.withMemoryRebound(to: pthread_once_t.self, capacity: 1) { control in
    unsafe Once.run(control, routine, frame: frame) { once in
      unsafe lc_run_call_once(flag, once)
    }
  }
}
