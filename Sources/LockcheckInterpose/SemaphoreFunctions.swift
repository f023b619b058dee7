public import CLockcheckInterpose
import CLockcheckShims
import Glibc
import LockcheckTrace

/// Stands in front of `sem_init`.
@c(sem_init) public func interposeSemInit(
  _ semaphore: UnsafeMutablePointer<sem_t>, _ isShared: Int32, _ value: UInt32
) -> Int32 {
  let frame = lc_frame_address()
  let result = unsafe lc_real_sem_init(semaphore, isShared, value)
  guard Semaphores.isOn(frame) else { return result }
  if result == 0 {
    unsafe Semaphores.begin(semaphore, value: UInt64(value), frame: frame)
  } else {
    unsafe Refusals.note(.semInit, errno, frame: frame)
  }
  return result
}

/// Stands in front of `sem_destroy`.
@c(sem_destroy) public func interposeSemDestroy(_ semaphore: UnsafeMutablePointer<sem_t>) -> Int32 {
  let frame = lc_frame_address()
  if Semaphores.isOn(frame) {
    unsafe lc_note_change(UnsafeRawPointer(semaphore), frame)
    unsafe Instances.end(UnsafeRawPointer(semaphore), frame: frame)
  }
  return unsafe lc_real_sem_destroy(semaphore)
}

/// Called by `sem_open`, which has as many arguments as it likes and is written in C.
@c(lc_semaphore_opened) public func semaphoreOpened(
  _ semaphore: UnsafeMutablePointer<sem_t>, _ frame: UInt
) {
  if Semaphores.isOn(frame) { unsafe Semaphores.opened(semaphore, frame: frame) }
}

/// Stands in front of `sem_close`.
@c(sem_close) public func interposeSemClose(_ semaphore: UnsafeMutablePointer<sem_t>) -> Int32 {
  let frame = lc_frame_address()
  if Semaphores.isOn(frame) { unsafe Semaphores.closed(semaphore, frame: frame) }
  return unsafe lc_real_sem_close(semaphore)
}

/// Stands in front of `sem_wait`.
@c(sem_wait) public func interposeSemWait(_ semaphore: UnsafeMutablePointer<sem_t>) -> Int32 {
  let frame = lc_frame_address()
  guard Semaphores.isOn(frame) else { return unsafe lc_real_sem_wait(semaphore) }
  return unsafe Semaphores.wait(LC_SEM_WAIT, semaphore, attempt: .blocking, frame: frame)
}

/// Stands in front of `sem_trywait`.
@c(sem_trywait) public func interposeSemTrywait(_ semaphore: UnsafeMutablePointer<sem_t>) -> Int32 {
  let frame = lc_frame_address()
  guard Semaphores.isOn(frame) else { return unsafe lc_real_sem_trywait(semaphore) }
  return unsafe Semaphores.wait(LC_SEM_WAIT, semaphore, attempt: .try, frame: frame)
}

/// Stands in front of `sem_timedwait`.
@c(sem_timedwait) public func interposeSemTimedwait(
  _ semaphore: UnsafeMutablePointer<sem_t>, _ end: UnsafePointer<timespec>
) -> Int32 {
  let frame = lc_frame_address()
  guard Semaphores.isOn(frame) else { return unsafe lc_real_sem_timedwait(semaphore, end) }
  return unsafe Semaphores.wait(
    LC_SEM_TIMEDWAIT, semaphore, end: end, attempt: .timed, frame: frame)
}

/// Stands in front of `sem_clockwait`.
@c(sem_clockwait) public func interposeSemClockwait(
  _ semaphore: UnsafeMutablePointer<sem_t>, _ clock: clockid_t, _ end: UnsafePointer<timespec>
) -> Int32 {
  let frame = lc_frame_address()
  guard Semaphores.isOn(frame) else { return unsafe lc_real_sem_clockwait(semaphore, clock, end) }
  return unsafe Semaphores.wait(
    LC_SEM_CLOCKWAIT, semaphore, clock: clock, end: end, attempt: .timed, frame: frame)
}

/// Stands in front of `sem_post`.
@c(sem_post) public func interposeSemPost(_ semaphore: UnsafeMutablePointer<sem_t>) -> Int32 {
  let frame = lc_frame_address()
  guard Semaphores.isOn(frame) else { return unsafe lc_real_sem_post(semaphore) }
  return unsafe Semaphores.post(semaphore, frame: frame)
}
