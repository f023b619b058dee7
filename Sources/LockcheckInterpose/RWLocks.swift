import CLockcheckInterpose
import CLockcheckShims
import Glibc
import LockcheckRecorder
import LockcheckTrace

/// Read-write locks, as they are recorded.
enum RWLocks {
  typealias Pointer = UnsafeMutablePointer<pthread_rwlock_t>

  static func begin(_ lock: Pointer, frame: UInt) {
    unsafe lc_note_change(lock, frame)
    unsafe Instances.beginAnew(lock, as: .rwlock, details: details(of: lock), frame: frame)
  }

  private static func details(of lock: Pointer) -> ObjectDetails {
    var details = ObjectDetails()
    details.preference = unsafe lc_rwlock_prefers_writers(lock) ? .writer : .reader
    return details
  }

  @inline(__always)
  private static func instance(of lock: Pointer, frame: UInt) -> Instances.Reference? {
    if let known = unsafe Instances.known(at: lock), unsafe known.pointee.kind == .rwlock {
      return unsafe known
    }
    return unsafe Instances.begin(
      UInt(bitPattern: lock), as: .rwlock, details: details(of: lock), frame: frame)
  }

  /// Takes it; a try waits for nobody.
  @inline(__always)
  static func lock(
    _ lock: Pointer, _ mode: LockMode, _ call: LibraryCall, attempt: Event.Attempt,
    isTimeValid: Bool = true, frame: UInt, real: () -> Int32
  ) -> Int32 {
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    guard let instance = unsafe instance(of: lock, frame: frame) else { return real() }
    unsafe lc_note_use(lock, frame)
    var result = EINVAL
    if isTimeValid {
      result =
        unsafe mode == .shared
        ? lc_real_pthread_rwlock_tryrdlock(lock) : lc_real_pthread_rwlock_trywrlock(lock)
    }
    if result != 0, attempt != .try {
      if unsafe mayWait(lock, result) {
        unsafe instance.pointee.object.append(
          .pendingAcquire(mode, attempt: attempt), order: .ofThread, frame: frame)
      }
      result = real()
    }
    unsafe acquired(instance, mode, attempt, result, frame: frame)
    if result != 0 { unsafe Refusals.note(call, result, on: instance, frame: frame) }
    return result
  }

  /// Whether the wait for it is to be known: who writes already is refused, and who shares it with other
  /// processes may wait for one that nobody here sees.
  @inline(never)
  private static func mayWait(_ lock: Pointer, _ result: Int32) -> Bool {
    unsafe result == EBUSY && !lc_rwlock_is_shared(lock) && lc_rwlock_writer(lock) != lc_own_tid()
  }

  private static func acquired(
    _ instance: Instances.Reference, _ mode: LockMode, _ attempt: Event.Attempt, _ result: Int32,
    frame: UInt
  ) {
    guard mode == .shared else {
      return unsafe instance.pointee.acquired(attempt, Outcome.of(result), frame: frame)
    }
    let outcome = Outcome.of(result)
    let form = EventForm(
      .acquire, mode: .shared, isPending: false, attempt: attempt, result: outcome)
    let isMine = outcome == .success
    let session = unsafe instance.pointee.object.append(
      form, order: isMine ? .ofObject : .ofThread, frame: frame)
    if isMine { unsafe instance.pointee.noteSharedAcquire(in: session) }
  }

  /// Gives it back: the C library knows who writes; all others read.
  @inline(__always)
  static func unlock(_ lock: Pointer, frame: UInt) -> Int32 {
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    if let instance = unsafe instance(of: lock, frame: frame) {
      if unsafe lc_rwlock_writer(lock) == lc_own_tid() {
        unsafe instance.pointee.released(frame: frame)
      } else if unsafe lc_rwlock_is_free(lock) || lc_rwlock_writer(lock) != 0 {
        let mode: LockMode = unsafe lc_rwlock_writer(lock) != 0 ? .exclusive : .shared
        unsafe instance.pointee.object.append(
          .done(.release, mode: mode), order: .ofObject, frame: frame)
      } else {
        let session = unsafe instance.pointee.noteSharedRelease()
        unsafe instance.pointee.object.appendRelease(
          .shared, takenIn: session, order: .ofObject, frame: frame)
      }
    }
    return unsafe lc_real_pthread_rwlock_unlock(lock)
  }
}
