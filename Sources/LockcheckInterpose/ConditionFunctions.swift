public import CLockcheckInterpose
import CLockcheckShims
import Glibc
import LockcheckTrace

/// Stands in front of `pthread_cond_init`.
@c(pthread_cond_init) public func interposeCondInit(
  _ condition: UnsafeMutablePointer<pthread_cond_t>,
  _ attributes: UnsafePointer<pthread_condattr_t>?
) -> Int32 {
  let frame = lc_frame_address()
  let result = unsafe lc_real_pthread_cond_init(condition, attributes)
  if result == 0, Interposer.isOn(frame) {
    unsafe lc_note_change(condition, frame)
    unsafe Instances.beginAnew(condition, as: .condition, frame: frame)
  }
  return result
}

/// The C library waits for those whom a notify has woken, and for ever for others.
@c(pthread_cond_destroy) public func interposeCondDestroy(
  _ condition: UnsafeMutablePointer<pthread_cond_t>
) -> Int32 {
  let frame = lc_frame_address()
  if Interposer.isOn(frame) {
    unsafe lc_note_change(condition, frame)
    unsafe Conditions.end(condition, frame: frame)
  }
  return unsafe lc_real_pthread_cond_destroy(condition)
}

/// Stands in front of `pthread_cond_wait`.
@c(pthread_cond_wait) public func interposeCondWait(
  _ condition: UnsafeMutablePointer<pthread_cond_t>, _ mutex: UnsafeMutablePointer<pthread_mutex_t>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else {
    return unsafe lc_real_pthread_cond_wait(condition, mutex)
  }
  return unsafe Conditions.wait(
    LC_COND_WAIT, condition, mutex, frame: frame, outcome: Outcome.of)
}

/// Stands in front of `pthread_cond_timedwait`.
@c(pthread_cond_timedwait) public func interposeCondTimedwait(
  _ condition: UnsafeMutablePointer<pthread_cond_t>, _ mutex: UnsafeMutablePointer<pthread_mutex_t>,
  _ end: UnsafePointer<timespec>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else {
    return unsafe lc_real_pthread_cond_timedwait(condition, mutex, end)
  }
  return unsafe Conditions.wait(
    LC_COND_TIMEDWAIT, condition, mutex, end: end, frame: frame, outcome: Outcome.of)
}

/// Stands in front of `pthread_cond_clockwait`.
@c(pthread_cond_clockwait) public func interposeCondClockwait(
  _ condition: UnsafeMutablePointer<pthread_cond_t>, _ mutex: UnsafeMutablePointer<pthread_mutex_t>,
  _ clock: clockid_t, _ end: UnsafePointer<timespec>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else {
    return unsafe lc_real_pthread_cond_clockwait(condition, mutex, clock, end)
  }
  return unsafe Conditions.wait(
    LC_COND_CLOCKWAIT, condition, mutex, clock: clock, end: end, frame: frame, outcome: Outcome.of)
}

/// Stands in front of `pthread_cond_signal`.
@c(pthread_cond_signal) public func interposeCondSignal(
  _ condition: UnsafeMutablePointer<pthread_cond_t>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_cond_signal(condition) }
  unsafe Conditions.notify(condition, count: 1, frame: frame)
  let result = unsafe lc_real_pthread_cond_signal(condition)
  unsafe lc_note_last_use(condition, frame)
  return result
}

/// Stands in front of `pthread_cond_broadcast`.
@c(pthread_cond_broadcast) public func interposeCondBroadcast(
  _ condition: UnsafeMutablePointer<pthread_cond_t>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_cond_broadcast(condition) }
  unsafe Conditions.notify(condition, count: Conditions.all, frame: frame)
  let result = unsafe lc_real_pthread_cond_broadcast(condition)
  unsafe lc_note_last_use(condition, frame)
  return result
}
