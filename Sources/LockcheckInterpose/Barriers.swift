public import CLockcheckInterpose
import CLockcheckShims
import Glibc
import LockcheckRecorder
import LockcheckTrace

/// Barriers, as they are recorded: each thread's coming and going.
enum Barriers {
  typealias Pointer = UnsafeMutablePointer<pthread_barrier_t>

  static func begin(_ barrier: Pointer, parties: UInt32, frame: UInt) {
    var details = ObjectDetails()
    details.parties = UInt64(parties)
    unsafe lc_note_change(UnsafeRawPointer(barrier), frame)
    unsafe Instances.beginAnew(
      UnsafeRawPointer(barrier), as: .barrier, details: details, frame: frame)
  }

  static func wait(_ barrier: Pointer, frame: UInt) -> Int32 {
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    // One that other processes share was never made known: who comes to it is not known either.
    guard let instance = unsafe Instances.known(at: UnsafeRawPointer(barrier)) else {
      return unsafe lc_real_pthread_barrier_wait(barrier)
    }
    unsafe lc_note_use(UnsafeRawPointer(barrier), frame)
    let arrival = EventForm(
      .wait, mode: .exclusive, isPending: true, attempt: .blocking, result: .success)
    unsafe instance.pointee.object.append(arrival, order: .ofObject, frame: frame)
    let result = unsafe lc_real_pthread_barrier_wait(barrier)
    let isThrough = result == 0 || result == PTHREAD_BARRIER_SERIAL_THREAD
    let departure = EventForm(
      .wait, mode: .exclusive, isPending: false, attempt: .blocking,
      result: isThrough ? .success : .error)
    unsafe instance.pointee.object.append(departure, order: .ofObject, frame: frame)
    return result
  }

  static func isShared(_ attributes: UnsafePointer<pthread_barrierattr_t>?) -> Bool {
    var shared: Int32 = 0
    guard let attributes = unsafe attributes else { return false }
    return unsafe pthread_barrierattr_getpshared(attributes, &shared) == 0
      && shared == Int32(PTHREAD_PROCESS_SHARED)
  }
}

/// Stands in front of `pthread_barrier_init`.
@c(pthread_barrier_init) public func interposeBarrierInit(
  _ barrier: UnsafeMutablePointer<pthread_barrier_t>,
  _ attributes: UnsafePointer<pthread_barrierattr_t>?, _ parties: UInt32
) -> Int32 {
  let frame = lc_frame_address()
  let result = unsafe lc_real_pthread_barrier_init(barrier, attributes, parties)
  guard Interposer.isOn(frame) else { return result }
  if result != 0 {
    unsafe Refusals.note(.barrierInit, result, frame: frame)
  } else if unsafe !Barriers.isShared(attributes) {
    unsafe Barriers.begin(barrier, parties: parties, frame: frame)
  }
  return result
}

/// The C library waits until all that it let through have left.
@c(pthread_barrier_destroy) public func interposeBarrierDestroy(
  _ barrier: UnsafeMutablePointer<pthread_barrier_t>
) -> Int32 {
  let frame = lc_frame_address()
  if Interposer.isOn(frame) {
    unsafe lc_note_change(UnsafeRawPointer(barrier), frame)
    unsafe Instances.end(UnsafeRawPointer(barrier), frame: frame)
  }
  return unsafe lc_real_pthread_barrier_destroy(barrier)
}

/// Stands in front of `pthread_barrier_wait`.
@c(pthread_barrier_wait) public func interposeBarrierWait(
  _ barrier: UnsafeMutablePointer<pthread_barrier_t>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_barrier_wait(barrier) }
  return unsafe Barriers.wait(barrier, frame: frame)
}
