import CLockcheckInterpose
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

  /// A new one, that has just been initialized.
  static func begin(_ mutex: MutexPointer, frame: UInt) {
    unsafe lc_note_change(mutex, frame)
    unsafe Instances.beginAnew(mutex, as: kind(of: mutex), frame: frame)
  }

  /// Destroys it. One that is held or waited for may be refused.
  static func destroy(_ mutex: MutexPointer, frame: UInt) -> Int32 {
    unsafe lc_note_change(mutex, frame)
    if unsafe lc_mutex_is_destroyed(mutex), let ended = unsafe Instances.ended(at: mutex) {
      // Destroyed twice, which the C library does not mind.
      unsafe ended.pointee.object.append(.done(.destroy), order: .ofObject, frame: frame)
      return unsafe lc_real_pthread_mutex_destroy(mutex)
    }
    let result = unsafe lc_real_pthread_mutex_destroy(mutex)
    if result == 0 {
      unsafe Instances.bury(mutex)
      unsafe Instances.end(mutex, frame: frame)
    } else {
      unsafe Instances.refuseEnd(mutex, frame: frame)
    }
    return result
  }

  @inline(__always)
  private static func kind(of mutex: MutexPointer) -> ObjectKind {
    unsafe lc_mutex_type(mutex) == Int32(PTHREAD_MUTEX_RECURSIVE) ? .rlock : .lock
  }

  /// Takes it, by a blocking call or one that gives up in time.
  @inline(__always)
  static func lock(
    _ mutex: MutexPointer, _ call: LibraryCall? = nil, attempt: Event.Attempt, frame: UInt,
    real: () -> Int32
  ) -> Int32 {
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    guard let instance = unsafe instance(of: mutex, frame: frame) else { return real() }
    unsafe lc_note_use(mutex, frame)
    var result = unsafe lc_real_pthread_mutex_trylock(mutex)
    var isPending = false
    if result == EBUSY {
      if unsafe mayWait(mutex) {
        isPending = true
        unsafe instance.pointee.object.append(
          .pendingAcquire(attempt: attempt), order: .ofThread, frame: frame)
      }
      result = real()
    }
    if result == EOWNERDEAD {
      // The wait is over by another cause than a release.
      if isPending { unsafe instance.pointee.acquired(attempt, .error, frame: frame) }
      unsafe RobustMutexes.noteInherited(mutex, frame: frame)
    }
    if result == 0 {
      unsafe instance.pointee.acquired(attempt, .success, frame: frame)
    } else {
      unsafe notAcquired(mutex, instance, call, attempt, result, frame: frame)
    }
    return result
  }

  /// Records what came of an attempt that the C library did not answer with 0: a robust one may be had.
  @inline(never)
  private static func notAcquired(
    _ mutex: MutexPointer, _ instance: Instances.Reference, _ call: LibraryCall?,
    _ attempt: Event.Attempt, _ result: Int32, frame: UInt
  ) {
    if result == EINVAL, let call, let ended = unsafe destroyed(mutex) {
      return unsafe Refusals.noteEnded(call, result, on: ended, frame: frame)
    }
    unsafe instance.pointee.acquired(attempt, Outcome.of(result), frame: frame)
    if let call { unsafe Refusals.note(call, result, on: instance, frame: frame) }
  }

  /// What `mutex` was before it was destroyed, if its memory still says that it was.
  private static func destroyed(_ mutex: MutexPointer) -> Instances.Reference? {
    unsafe lc_mutex_is_destroyed(mutex) ? Instances.ended(at: mutex) : nil
  }

  /// Whether the wait for it is to be known: one that is refused to its holder is none, and who shares it
  /// with other processes may wait for one that nobody here sees.
  @inline(never)
  private static func mayWait(_ mutex: MutexPointer) -> Bool {
    if unsafe lc_mutex_is_shared(mutex) { return false }
    return unsafe lc_mutex_type(mutex) != Int32(PTHREAD_MUTEX_ERRORCHECK)
      || lc_mutex_owner(mutex) != lc_own_tid()
  }

  /// Takes it if that can be done at once.
  @inline(__always)
  static func tryLock(_ mutex: MutexPointer, _ call: LibraryCall? = nil, frame: UInt) -> Int32 {
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    unsafe lc_note_use(mutex, frame)
    let result = unsafe lc_real_pthread_mutex_trylock(mutex)
    if let instance = unsafe instance(of: mutex, frame: frame) {
      if result == EOWNERDEAD { unsafe RobustMutexes.noteInherited(mutex, frame: frame) }
      if result == 0 {
        unsafe instance.pointee.acquired(.try, .success, frame: frame)
      } else {
        unsafe notAcquired(mutex, instance, call, .try, result, frame: frame)
      }
    }
    return result
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
      unsafe instance.pointee.released(frame: frame)
      return unsafe lc_real_pthread_mutex_unlock(mutex)
    }
    return unsafe unlockOfAnother(mutex, instance, frame: frame)
  }

  /// Gives back one by a call that seems to come from this library: an allocator of the program's that this library
  /// has called may do that as its last act. What it took is in the trace, and so is this then.
  @inline(never)
  static func unlockUnasked(_ mutex: MutexPointer, frame: UInt) -> Int32 {
    if lc_is_recording(), let thread = unsafe lc_current(), unsafe thread.pointee.busy == 0,
      let known = unsafe Instances.known(at: mutex), unsafe known.pointee.kind.isLock,
      unsafe known.pointee.uses > 0, unsafe lc_mutex_owner(mutex) == lc_own_tid()
    {
      return unsafe unlock(mutex, frame: frame)
    }
    return unsafe lc_real_pthread_mutex_unlock(mutex)
  }

  /// A mutex that the thread does not hold: types that check refuse it, the others give it up in their
  /// holder's name, or do worse.
  @inline(never)
  private static func unlockOfAnother(
    _ mutex: MutexPointer, _ instance: Instances.Reference, frame: UInt
  ) -> Int32 {
    if let ended = unsafe destroyed(mutex) {
      let result = unsafe lc_real_pthread_mutex_unlock(mutex)
      unsafe Refusals.noteEnded(.mutexUnlock, result, on: ended, frame: frame)
      return result
    }
    let isChecked = unsafe lc_mutex_checks_owner(mutex)
    let form = EventForm(
      .release, mode: .exclusive, isPending: false, attempt: .blocking,
      result: isChecked ? .error : .success)
    unsafe instance.pointee.object.append(
      form, order: isChecked ? .ofThread : .ofHolder, frame: frame)
    return unsafe lc_real_pthread_mutex_unlock(mutex)
  }
}
