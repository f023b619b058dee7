public import CLockcheckInterpose
import CLockcheckShims
import Glibc
import LockcheckRecorder
import LockcheckTrace

typealias MutexPointer = UnsafeMutablePointer<pthread_mutex_t>

/// Mutexes, as they are recorded.
///
/// An acquire stands after the real lock was got and a release before it is given up, so that the trace
/// has the holds of a mutex in their true order. What does not have to wait is one event.
enum Mutexes {
  /// What `mutex` is, made known now where it was initialized by the compiler.
  @inline(__always)
  static func instance(of mutex: MutexPointer, frame: UInt) -> Instances.Reference? {
    unsafe Instances.at(mutex, as: kind(of: mutex), frame: frame)
  }

  /// A new one, that has just been initialized: whatever stood at its address has ended.
  static func begin(_ mutex: MutexPointer, frame: UInt) {
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    unsafe Instances.end(mutex)
    _ = unsafe Instances.begin(
      UInt(bitPattern: mutex), as: kind(of: mutex), details: ObjectDetails(), frame: frame)
  }

  private static func kind(of mutex: MutexPointer) -> ObjectKind {
    unsafe lc_mutex_type(mutex) == Int32(PTHREAD_MUTEX_RECURSIVE) ? .rlock : .lock
  }

  /// Takes it, by a blocking call or one that gives up in time.
  @inline(__always)
  static func lock(
    _ mutex: MutexPointer, attempt: Event.Attempt, frame: UInt, real: () -> Int32
  ) -> Int32 {
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    guard let instance = unsafe instance(of: mutex, frame: frame) else { return real() }
    var result = unsafe lc_real_pthread_mutex_trylock(mutex)
    if result == EBUSY {
      let pending = EventForm(
        .acquire, mode: .exclusive, isPending: true, attempt: attempt, result: .success)
      unsafe instance.pointee.object.append(pending, order: .ofThread, frame: frame)
      result = real()
    }
    unsafe acquired(instance, attempt, result, frame: frame)
    return result
  }

  /// Takes it if that can be done at once.
  @inline(__always)
  static func tryLock(_ mutex: MutexPointer, frame: UInt) -> Int32 {
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    let result = unsafe lc_real_pthread_mutex_trylock(mutex)
    if let instance = unsafe instance(of: mutex, frame: frame) {
      unsafe acquired(instance, .try, result, frame: frame)
    }
    return result
  }

  /// Records what came of an attempt.
  @inline(__always)
  private static func acquired(
    _ instance: Instances.Reference, _ attempt: Event.Attempt, _ result: Int32, frame: UInt
  ) {
    let outcome = outcome(of: result)
    let form = EventForm(
      .acquire, mode: .exclusive, isPending: false, attempt: attempt, result: outcome)
    if outcome == .success {
      let session = unsafe instance.pointee.object.append(form, order: .ofHolder, frame: frame)
      unsafe instance.pointee.noteAcquire(in: session)
    } else {
      unsafe instance.pointee.object.append(form, order: .ofThread, frame: frame)
    }
  }

  /// What a result of the C library says. A robust mutex whose owner has died was got.
  static func outcome(of result: Int32) -> Event.Result {
    switch result {
    case 0, EOWNERDEAD: .success
    case EBUSY: .failed
    case ETIMEDOUT: .timeout
    default: .error
    }
  }

  /// Gives it back.
  @inline(__always)
  static func unlock(_ mutex: MutexPointer, frame: UInt) -> Int32 {
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    guard let instance = unsafe instance(of: mutex, frame: frame) else {
      return unsafe lc_real_pthread_mutex_unlock(mutex)
    }
    if unsafe lc_mutex_owner(mutex) == lc_own_tid() {
      let session = unsafe instance.pointee.noteRelease()
      unsafe instance.pointee.object.appendRelease(.exclusive, takenIn: session, frame: frame)
      return unsafe lc_real_pthread_mutex_unlock(mutex)
    }
    return unsafe unlockOfAnother(mutex, instance, frame: frame)
  }

  /// A mutex that the thread does not hold: types that check refuse it, the others give it up in their
  /// holder's name.
  @inline(never)
  private static func unlockOfAnother(
    _ mutex: MutexPointer, _ instance: Instances.Reference, frame: UInt
  ) -> Int32 {
    let isChecked = unsafe lc_mutex_type(mutex) != Int32(PTHREAD_MUTEX_NORMAL)
    let form = EventForm(
      .release, mode: .exclusive, isPending: false, attempt: .blocking,
      result: isChecked ? .error : .success)
    unsafe instance.pointee.object.append(
      form, order: isChecked ? .ofThread : .ofHolder, frame: frame)
    return unsafe lc_real_pthread_mutex_unlock(mutex)
  }
}

@c(pthread_mutex_init) public func interposeMutexInit(
  _ mutex: UnsafeMutablePointer<pthread_mutex_t>,
  _ attributes: UnsafePointer<pthread_mutexattr_t>?
) -> Int32 {
  let frame = lc_frame_address()
  let result = unsafe lc_real_pthread_mutex_init(mutex, attributes)
  if result == 0, Interposer.isOn(frame) { unsafe Mutexes.begin(mutex, frame: frame) }
  return result
}

@c(pthread_mutex_destroy) public func interposeMutexDestroy(
  _ mutex: UnsafeMutablePointer<pthread_mutex_t>
) -> Int32 {
  let frame = lc_frame_address()
  let result = unsafe lc_real_pthread_mutex_destroy(mutex)
  if result == 0, Interposer.isOn(frame) { unsafe Instances.end(mutex) }
  return result
}

@c(pthread_mutex_lock) public func interposeMutexLock(
  _ mutex: UnsafeMutablePointer<pthread_mutex_t>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_mutex_lock(mutex) }
  return unsafe Mutexes.lock(mutex, attempt: .blocking, frame: frame) {
    unsafe lc_real_pthread_mutex_lock(mutex)
  }
}

@c(pthread_mutex_trylock) public func interposeMutexTrylock(
  _ mutex: UnsafeMutablePointer<pthread_mutex_t>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_mutex_trylock(mutex) }
  return unsafe Mutexes.tryLock(mutex, frame: frame)
}

@c(pthread_mutex_unlock) public func interposeMutexUnlock(
  _ mutex: UnsafeMutablePointer<pthread_mutex_t>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_mutex_unlock(mutex) }
  return unsafe Mutexes.unlock(mutex, frame: frame)
}
