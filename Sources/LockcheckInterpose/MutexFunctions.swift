public import CLockcheckInterpose
import CLockcheckShims
import Glibc
import LockcheckTrace

/// Stands in front of `pthread_mutex_init`.
@c(pthread_mutex_init) public func interposeMutexInit(
  _ mutex: UnsafeMutablePointer<pthread_mutex_t>,
  _ attributes: UnsafePointer<pthread_mutexattr_t>?
) -> Int32 {
  let frame = lc_frame_address()
  let result = unsafe lc_real_pthread_mutex_init(mutex, attributes)
  guard Interposer.isOn(frame) else { return result }
  if result == 0 {
    unsafe Mutexes.begin(mutex, frame: frame)
  } else {
    unsafe Refusals.note(.mutexInit, result, frame: frame)
  }
  return result
}

/// Stands in front of `pthread_mutex_destroy`.
@c(pthread_mutex_destroy) public func interposeMutexDestroy(
  _ mutex: UnsafeMutablePointer<pthread_mutex_t>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_mutex_destroy(mutex) }
  return unsafe Mutexes.destroy(mutex, frame: frame)
}

/// Stands in front of `pthread_mutex_lock`.
@c(pthread_mutex_lock) public func interposeMutexLock(
  _ mutex: UnsafeMutablePointer<pthread_mutex_t>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_mutex_lock(mutex) }
  return unsafe Mutexes.lock(mutex, .mutexLock, attempt: .blocking, frame: frame) {
    unsafe lc_real_pthread_mutex_lock(mutex)
  }
}

/// Stands in front of `pthread_mutex_trylock`.
@c(pthread_mutex_trylock) public func interposeMutexTrylock(
  _ mutex: UnsafeMutablePointer<pthread_mutex_t>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_mutex_trylock(mutex) }
  return unsafe Mutexes.tryLock(mutex, .mutexTrylock, frame: frame)
}

/// Stands in front of `pthread_mutex_unlock`.
@c(pthread_mutex_unlock) public func interposeMutexUnlock(
  _ mutex: UnsafeMutablePointer<pthread_mutex_t>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe Mutexes.unlockUnasked(mutex, frame: frame) }
  return unsafe Mutexes.unlock(mutex, frame: frame)
}

/// Stands in front of `pthread_mutex_timedlock`.
@c(pthread_mutex_timedlock) public func interposeMutexTimedlock(
  _ mutex: UnsafeMutablePointer<pthread_mutex_t>, _ end: UnsafePointer<timespec>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_mutex_timedlock(mutex, end) }
  return unsafe Mutexes.lock(mutex, .mutexTimedlock, attempt: .timed, frame: frame) {
    unsafe lc_real_pthread_mutex_timedlock(mutex, end)
  }
}

/// Stands in front of `pthread_mutex_clocklock`.
@c(pthread_mutex_clocklock) public func interposeMutexClocklock(
  _ mutex: UnsafeMutablePointer<pthread_mutex_t>, _ clock: clockid_t,
  _ end: UnsafePointer<timespec>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else {
    return unsafe lc_real_pthread_mutex_clocklock(mutex, clock, end)
  }
  return unsafe Mutexes.lock(mutex, .mutexClocklock, attempt: .timed, frame: frame) {
    unsafe lc_real_pthread_mutex_clocklock(mutex, clock, end)
  }
}
