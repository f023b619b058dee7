import CLockcheckInterpose
import CLockcheckShims
import Glibc
import LockcheckRecorder
import LockcheckTrace

/// Semaphores, as they are recorded: a permit is given before the real one is, and taken after it.
enum Semaphores {
  typealias Pointer = UnsafeMutablePointer<sem_t>

  /// As ``Interposer/isOn(_:)``, and not where Dispatch uses one for what it is recorded as itself.
  @inline(__always) static func isOn(_ frame: UInt) -> Bool {
    Interposer.isOn(frame) && !lc_is_in_dispatch(lc_return_address(frame))
  }

  static func begin(_ semaphore: Pointer, value: UInt64, frame: UInt) {
    unsafe lc_note_change(UnsafeRawPointer(semaphore), frame)
    unsafe Instances.beginAnew(
      UnsafeRawPointer(semaphore), as: .semaphore, details: details(value), frame: frame)
  }

  private static func details(_ value: UInt64) -> ObjectDetails {
    var details = ObjectDetails()
    details.value = value
    return details
  }

  /// One that was made before the recording, or by another process, has the permits that it has now.
  private static func instance(of semaphore: Pointer, frame: UInt) -> Instances.Reference? {
    if let known = unsafe Instances.known(at: UnsafeRawPointer(semaphore)),
      unsafe known.pointee.kind == .semaphore
    {
      return unsafe known
    }
    var value: Int32 = 0
    guard unsafe sem_getvalue(semaphore, &value) == 0 else { return nil }
    return unsafe Instances.begin(
      UInt(bitPattern: semaphore), as: .semaphore, details: details(UInt64(max(0, value))),
      frame: frame)
  }

  /// A semaphore with a name: the same one each time that it is opened.
  static func opened(_ semaphore: Pointer, frame: UInt) {
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    guard let instance = unsafe instance(of: semaphore, frame: frame) else { return }
    unsafe instance.pointee.noteSharedAcquire(in: 0)
  }

  static func closed(_ semaphore: Pointer, frame: UInt) {
    guard let instance = unsafe Instances.known(at: UnsafeRawPointer(semaphore)) else { return }
    _ = unsafe instance.pointee.noteSharedRelease()
    if unsafe instance.pointee.uses == 0 {
      unsafe Instances.end(UnsafeRawPointer(semaphore), frame: frame)
    }
  }

  /// Takes a permit; a try waits for nobody. An interrupted wait has ended without one.
  @inline(__always)
  static func wait(
    _ call: lc_wait_call, _ semaphore: Pointer, clock: clockid_t = 0,
    end: UnsafePointer<timespec>? = nil, attempt: Event.Attempt, frame: UInt
  ) -> Int32 {
    let kept = lc_errno()
    // As the real one, which would not be asked where a permit is there.
    if attempt != .try { pthread_testcancel() }
    let instance = unsafe instance(of: semaphore, frame: frame)
    unsafe lc_note_use(UnsafeRawPointer(semaphore), frame)
    var (result, error) = (Int32(-1), EAGAIN)
    if unsafe EndOfWait.isValid(end, call == LC_SEM_CLOCKWAIT ? clock : CLOCK_REALTIME) {
      result = unsafe lc_real_sem_trywait(semaphore)
      error = result == 0 ? 0 : errno
    }
    if error == EAGAIN, attempt != .try {
      var wait = unsafe lc_wait()
      unsafe wait.call = call
      unsafe wait.subject = UnsafeMutableRawPointer(semaphore)
      unsafe wait.clock = clock
      unsafe wait.end = end
      unsafe wait.attempt = attempt.rawValue
      unsafe wait.frame = frame
      // Others than threads of this process may give permits to one that is shared.
      if let instance = unsafe instance, unsafe !lc_semaphore_is_shared(semaphore) {
        unsafe wait.instance = UnsafeMutableRawPointer(instance)
        unsafe instance.pointee.object.append(
          .pendingAcquire(attempt: attempt), order: .ofThread, frame: frame)
      }
      result = unsafe lc_wait_through(&wait)
      error = result == 0 ? 0 : errno
    }
    unsafe acquired(instance, attempt, Outcome.of(error), frame: frame)
    if error != 0 { unsafe Refusals.note(call, error, on: instance, frame: frame) }
    errno = error == 0 ? kept : error
    return result
  }

  private static func acquired(
    _ instance: Instances.Reference?, _ attempt: Event.Attempt, _ result: Event.Result, frame: UInt
  ) {
    guard let instance = unsafe instance else { return }
    let form = EventForm(
      .acquire, mode: .exclusive, isPending: false, attempt: attempt, result: result)
    unsafe instance.pointee.object.append(
      form, order: result == .success ? .ofObject : .ofThread, frame: frame)
  }

  /// Gives a permit.
  @inline(__always)
  static func post(_ semaphore: Pointer, frame: UInt) -> Int32 {
    let kept = lc_errno()
    var value: Int32 = 0
    let isFull = unsafe sem_getvalue(semaphore, &value) == 0 && value == Int32.max
    unsafe lc_note_use(UnsafeRawPointer(semaphore), frame)
    let instance = unsafe instance(of: semaphore, frame: frame)
    if !isFull, let instance = unsafe instance {
      unsafe instance.pointee.object.append(.done(.release), order: .ofObject, frame: frame)
    }
    errno = kept
    let result = unsafe lc_real_sem_post(semaphore)
    if result != 0 { unsafe Refusals.note(.semPost, errno, on: instance, frame: frame) }
    return result
  }
}
