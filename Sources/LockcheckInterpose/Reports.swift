public import CLockcheckInterpose
import CLockcheckShims
import Glibc
import LockcheckRecorder
import LockcheckTrace

/// What programs say about locks and threads of their own, through `lockcheck.h`.
enum Reports {
  static func record(_ event: borrowing lockcheck_event, frame: UInt) {
    let kept = errno
    defer { errno = kept }
    guard
      let operation = unsafe Operation(
        rawValue: UInt8(truncatingIfNeeded: event.operation.rawValue))
    else { return }
    if operation == .begin || operation == .end {
      return RecordedObject.append(.done(operation), frame: frame)
    }
    let result = unsafe event.result
    let isPending = result == LOCKCHECK_PENDING
    let form = unsafe EventForm(
      operation, mode: event.mode == LOCKCHECK_SHARED ? .shared : .exclusive,
      isPending: isPending,
      attempt: Event.Attempt(rawValue: UInt8(truncatingIfNeeded: event.attempt.rawValue))
        ?? .blocking,
      result: isPending
        ? .success
        : Event.Result(rawValue: UInt8(truncatingIfNeeded: result.rawValue)) ?? .error)
    guard let object = unsafe event.object,
      let kind = unsafe ObjectKind(event.kind), kind.allows(operation),
      let instance = unsafe Instances.at(object, as: kind, frame: frame)
    else { return }
    if kind == .condition, let lock = unsafe event.lock,
      let lockKind = unsafe ObjectKind(event.lock_kind),
      let held = unsafe Instances.at(lock, as: lockKind, frame: frame)
    {
      return unsafe instance.pointee.object.append(
        form, under: held.pointee.object, isHeld: true, frame: frame)
    }
    let isOrdered =
      result == LOCKCHECK_DONE || isPending && (operation == .wait || operation == .put)
    unsafe instance.pointee.object.append(
      form, argument: event.argument, order: isOrdered ? .ofObject : .ofThread, frame: frame)
  }

  static func declare(
    _ object: UnsafeRawPointer, _ kind: ObjectKind, name: UnsafePointer<CChar>?, size: UInt64,
    frame: UInt
  ) {
    var details = ObjectDetails()
    if size != .max {
      switch kind {
      case .semaphore: details.value = size
      case .queue: details.capacity = size
      case .barrier: details.parties = size
      default: break
      }
    }
    unsafe Instances.beginAnew(object, as: kind, details: details, frame: frame)
    if let name = unsafe name {
      unsafe Instances.known(at: object)?.pointee.object.rename(String(cString: name))
    }
  }
}

extension ObjectKind {
  /// Nil where there is none like this.
  init?(_ kind: lockcheck_kind) {
    self.init(rawValue: UInt8(truncatingIfNeeded: kind.rawValue))
    if self == .undetermined { return nil }
  }
}

/// What `lockcheck_record` of `lockcheck.h` does.
@c(lockcheck_record) public func reportEvent(_ event: UnsafePointer<lockcheck_event>) {
  let frame = lc_frame_address()
  if Interposer.isOn(frame) { unsafe Reports.record(event.pointee, frame: frame) }
}

/// What `lockcheck_declare` of `lockcheck.h` does.
@c(lockcheck_declare) public func reportObject(
  _ object: UnsafeRawPointer, _ kind: lockcheck_kind, _ name: UnsafePointer<CChar>?,
  _ size: UInt64
) {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame), let kind = ObjectKind(kind) else { return }
  unsafe Reports.declare(object, kind, name: name, size: size, frame: frame)
}

/// What `lockcheck_forget` of `lockcheck.h` does.
@c(lockcheck_forget) public func reportEnd(_ object: UnsafeRawPointer) {
  let frame = lc_frame_address()
  if Interposer.isOn(frame) { unsafe Instances.end(object, frame: frame) }
}

/// What `lockcheck_make_thread` of `lockcheck.h` does.
@c(lockcheck_make_thread) public func reportFork(
  _ name: UnsafePointer<CChar>?
) -> UnsafeMutableRawPointer? {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return nil }
  let thread = unsafe RecordedThread(name: name.map { unsafe String(cString: $0) })
  thread.recordFork(frame: frame)
  return unsafe Unmanaged.passRetained(thread).toOpaque()
}

/// What `lockcheck_enter_thread` of `lockcheck.h` does.
@c(lockcheck_enter_thread) public func reportStart(_ thread: UnsafeMutableRawPointer?) {
  guard let thread = unsafe thread else { return }
  unsafe Unmanaged<RecordedThread>.fromOpaque(thread).takeUnretainedValue().enter()
}

/// What `lockcheck_leave_thread` of `lockcheck.h` does.
@c(lockcheck_leave_thread) public func reportExit(_ thread: UnsafeMutableRawPointer?) {
  guard let thread = unsafe thread else { return }
  unsafe Unmanaged<RecordedThread>.fromOpaque(thread).takeUnretainedValue().leave()
}

/// What `lockcheck_join_thread` of `lockcheck.h` does.
@c(lockcheck_join_thread) public func reportJoin(
  _ thread: UnsafeMutableRawPointer?, _ attempt: lockcheck_attempt, _ result: lockcheck_result
) {
  let frame = lc_frame_address()
  guard let thread = unsafe thread else { return }
  let known = unsafe Unmanaged<RecordedThread>.fromOpaque(thread)
  let isPending = result == LOCKCHECK_PENDING
  if Interposer.isOn(frame) {
    unsafe known.takeUnretainedValue().recordJoin(
      isPending: isPending,
      attempt: Event.Attempt(rawValue: UInt8(truncatingIfNeeded: attempt.rawValue)) ?? .blocking,
      result: isPending
        ? .success
        : Event.Result(rawValue: UInt8(truncatingIfNeeded: result.rawValue)) ?? .error,
      frame: frame)
  }
  if result == LOCKCHECK_DONE { unsafe known.release() }
}
