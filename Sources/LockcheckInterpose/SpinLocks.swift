public import CLockcheckInterpose
import CLockcheckShims
import Glibc
import LockcheckRecorder
import LockcheckTrace
import Synchronization

/// Spin locks, as they are recorded: as mutexes, save that the C library does not say who holds one.
enum SpinLocks {
  typealias Pointer = UnsafeMutablePointer<pthread_spinlock_t>

  @inline(__always)
  static func lock(_ lock: Pointer, attempt: Event.Attempt, frame: UInt) -> Int32 {
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    guard let instance = unsafe Instances.at(UnsafeRawPointer(lock), as: .lock, frame: frame) else {
      return unsafe attempt == .try
        ? lc_real_pthread_spin_trylock(lock) : lc_real_pthread_spin_lock(lock)
    }
    unsafe lc_note_use(UnsafeRawPointer(lock), frame)
    var result = unsafe lc_real_pthread_spin_trylock(lock)
    if result == EBUSY, attempt == .blocking {
      unsafe instance.pointee.object.append(.pendingAcquire(), order: .ofThread, frame: frame)
      result = unsafe lc_real_pthread_spin_lock(lock)
    }
    unsafe instance.pointee.acquired(attempt, Outcome.of(result), frame: frame)
    if result == 0 { unsafe instance.pointee.owner.store(lc_own_tid(), ordering: .relaxed) }
    return result
  }

  @inline(__always)
  static func unlock(_ lock: Pointer, frame: UInt) -> Int32 {
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    guard let instance = unsafe Instances.known(at: UnsafeRawPointer(lock)) else {
      return unsafe lc_real_pthread_spin_unlock(lock)
    }
    if unsafe instance.pointee.owner.load(ordering: .relaxed) == lc_own_tid() {
      unsafe instance.pointee.owner.store(0, ordering: .relaxed)
      unsafe instance.pointee.released(frame: frame)
    } else {
      unsafe instance.pointee.object.append(.done(.release), order: .ofObject, frame: frame)
    }
    return unsafe lc_real_pthread_spin_unlock(lock)
  }
}

/// Stands in front of `pthread_spin_init`.
@c(pthread_spin_init) public func interposeSpinInit(
  _ lock: UnsafeMutablePointer<pthread_spinlock_t>, _ isShared: Int32
) -> Int32 {
  let frame = lc_frame_address()
  let result = unsafe lc_real_pthread_spin_init(lock, isShared)
  if result == 0, Interposer.isOn(frame) {
    unsafe lc_note_change(UnsafeRawPointer(lock), frame)
    unsafe Instances.beginAnew(UnsafeRawPointer(lock), as: .lock, frame: frame)
  }
  return result
}

/// Stands in front of `pthread_spin_destroy`.
@c(pthread_spin_destroy) public func interposeSpinDestroy(
  _ lock: UnsafeMutablePointer<pthread_spinlock_t>
) -> Int32 {
  let frame = lc_frame_address()
  if Interposer.isOn(frame) {
    unsafe lc_note_change(UnsafeRawPointer(lock), frame)
    unsafe Instances.end(UnsafeRawPointer(lock), frame: frame)
  }
  return unsafe lc_real_pthread_spin_destroy(lock)
}

/// Stands in front of `pthread_spin_lock`.
@c(pthread_spin_lock) public func interposeSpinLock(
  _ lock: UnsafeMutablePointer<pthread_spinlock_t>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_spin_lock(lock) }
  return unsafe SpinLocks.lock(lock, attempt: .blocking, frame: frame)
}

/// Stands in front of `pthread_spin_trylock`.
@c(pthread_spin_trylock) public func interposeSpinTrylock(
  _ lock: UnsafeMutablePointer<pthread_spinlock_t>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_spin_trylock(lock) }
  return unsafe SpinLocks.lock(lock, attempt: .try, frame: frame)
}

/// Stands in front of `pthread_spin_unlock`.
@c(pthread_spin_unlock) public func interposeSpinUnlock(
  _ lock: UnsafeMutablePointer<pthread_spinlock_t>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_spin_unlock(lock) }
  return unsafe SpinLocks.unlock(lock, frame: frame)
}
