public import CLockcheckInterpose
import CLockcheckShims
import Glibc
import LockcheckTrace

/// Stands in front of `pthread_rwlock_init`.
@c(pthread_rwlock_init) public func interposeRWLockInit(
  _ lock: UnsafeMutablePointer<pthread_rwlock_t>,
  _ attributes: UnsafePointer<pthread_rwlockattr_t>?
) -> Int32 {
  let frame = lc_frame_address()
  let result = unsafe lc_real_pthread_rwlock_init(lock, attributes)
  if result == 0, Interposer.isOn(frame) { unsafe RWLocks.begin(lock, frame: frame) }
  return result
}

/// Stands in front of `pthread_rwlock_destroy`.
@c(pthread_rwlock_destroy) public func interposeRWLockDestroy(
  _ lock: UnsafeMutablePointer<pthread_rwlock_t>
) -> Int32 {
  let frame = lc_frame_address()
  if Interposer.isOn(frame) {
    unsafe lc_note_change(lock, frame)
    unsafe Instances.end(lock, frame: frame)
  }
  return unsafe lc_real_pthread_rwlock_destroy(lock)
}

/// Stands in front of `pthread_rwlock_unlock`.
@c(pthread_rwlock_unlock) public func interposeRWLockUnlock(
  _ lock: UnsafeMutablePointer<pthread_rwlock_t>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_rwlock_unlock(lock) }
  return unsafe RWLocks.unlock(lock, frame: frame)
}

/// Stands in front of `pthread_rwlock_rdlock`.
@c(pthread_rwlock_rdlock) public func interposeRWLockRead(
  _ lock: UnsafeMutablePointer<pthread_rwlock_t>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_rwlock_rdlock(lock) }
  return unsafe RWLocks.lock(lock, .shared, .rwlockRdlock, attempt: .blocking, frame: frame) {
    unsafe lc_real_pthread_rwlock_rdlock(lock)
  }
}

/// Stands in front of `pthread_rwlock_tryrdlock`.
@c(pthread_rwlock_tryrdlock) public func interposeRWLockTryRead(
  _ lock: UnsafeMutablePointer<pthread_rwlock_t>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_rwlock_tryrdlock(lock) }
  return unsafe RWLocks.lock(lock, .shared, .rwlockTryrdlock, attempt: .try, frame: frame) {
    unsafe lc_real_pthread_rwlock_tryrdlock(lock)
  }
}

/// Stands in front of `pthread_rwlock_timedrdlock`.
@c(pthread_rwlock_timedrdlock) public func interposeRWLockTimedRead(
  _ lock: UnsafeMutablePointer<pthread_rwlock_t>, _ end: UnsafePointer<timespec>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_rwlock_timedrdlock(lock, end) }
  return unsafe RWLocks.lock(
    lock, .shared, .rwlockTimedrdlock, attempt: .timed, isTimeValid: EndOfWait.isValid(end),
    frame: frame
  ) {
    unsafe lc_real_pthread_rwlock_timedrdlock(lock, end)
  }
}

/// Stands in front of `pthread_rwlock_clockrdlock`.
@c(pthread_rwlock_clockrdlock) public func interposeRWLockClockRead(
  _ lock: UnsafeMutablePointer<pthread_rwlock_t>, _ clock: clockid_t,
  _ end: UnsafePointer<timespec>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else {
    return unsafe lc_real_pthread_rwlock_clockrdlock(lock, clock, end)
  }
  return unsafe RWLocks.lock(
    lock, .shared, .rwlockClockrdlock, attempt: .timed, isTimeValid: EndOfWait.isValid(end, clock),
    frame: frame
  ) {
    unsafe lc_real_pthread_rwlock_clockrdlock(lock, clock, end)
  }
}

/// Stands in front of `pthread_rwlock_wrlock`.
@c(pthread_rwlock_wrlock) public func interposeRWLockWrite(
  _ lock: UnsafeMutablePointer<pthread_rwlock_t>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_rwlock_wrlock(lock) }
  return unsafe RWLocks.lock(lock, .exclusive, .rwlockWrlock, attempt: .blocking, frame: frame) {
    unsafe lc_real_pthread_rwlock_wrlock(lock)
  }
}

/// Stands in front of `pthread_rwlock_trywrlock`.
@c(pthread_rwlock_trywrlock) public func interposeRWLockTryWrite(
  _ lock: UnsafeMutablePointer<pthread_rwlock_t>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_rwlock_trywrlock(lock) }
  return unsafe RWLocks.lock(lock, .exclusive, .rwlockTrywrlock, attempt: .try, frame: frame) {
    unsafe lc_real_pthread_rwlock_trywrlock(lock)
  }
}

/// Stands in front of `pthread_rwlock_timedwrlock`.
@c(pthread_rwlock_timedwrlock) public func interposeRWLockTimedWrite(
  _ lock: UnsafeMutablePointer<pthread_rwlock_t>, _ end: UnsafePointer<timespec>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_rwlock_timedwrlock(lock, end) }
  return unsafe RWLocks.lock(
    lock, .exclusive, .rwlockTimedwrlock, attempt: .timed, isTimeValid: EndOfWait.isValid(end),
    frame: frame
  ) {
    unsafe lc_real_pthread_rwlock_timedwrlock(lock, end)
  }
}

/// Stands in front of `pthread_rwlock_clockwrlock`.
@c(pthread_rwlock_clockwrlock) public func interposeRWLockClockWrite(
  _ lock: UnsafeMutablePointer<pthread_rwlock_t>, _ clock: clockid_t,
  _ end: UnsafePointer<timespec>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else {
    return unsafe lc_real_pthread_rwlock_clockwrlock(lock, clock, end)
  }
  return unsafe RWLocks.lock(
    lock, .exclusive, .rwlockClockwrlock, attempt: .timed,
    isTimeValid: EndOfWait.isValid(end, clock), frame: frame
  ) {
    unsafe lc_real_pthread_rwlock_clockwrlock(lock, clock, end)
  }
}
