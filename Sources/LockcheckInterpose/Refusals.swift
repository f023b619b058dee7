import CLockcheckInterpose
import CLockcheckShims
import Glibc
import LockcheckRecorder
import LockcheckTrace

/// Answers of the C library that say that the caller should not have called like this.
///
/// What is an ordinary answer is none: that a try would have blocked, that the time is over, that a signal came.
/// That a release has no hold, or what is destroyed is in use, is told by the events of those calls.
enum Refusals {
  /// Records the refusal, if the answer is one.
  ///
  /// - Parameters:
  ///   - answer: An error number, other than 0.
  ///   - instance: What the call was about, where that is known.
  @inline(never)
  static func note(
    _ call: LibraryCall, _ answer: Int32, on instance: Instances.Reference? = nil, frame: UInt
  ) {
    guard let refusal = refusal(call, answer) else { return }
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    guard let instance = unsafe instance else {
      return RecordedObject.append(EventForm(.refused), argument: refusal.argument, frame: frame)
    }
    unsafe instance.pointee.object.append(refusal, order: .ofThread, frame: frame)
  }

  /// As ``note(_:_:on:frame:)``, of an object that has been destroyed by a call and still shows that it was.
  @inline(never)
  static func noteEnded(
    _ call: LibraryCall, _ answer: Int32, on ended: Instances.Reference, frame: UInt
  ) {
    guard let refusal = refusal(call, answer) else { return }
    unsafe ended.pointee.object.append(refusal, order: .ofObject, frame: frame)
  }

  /// As ``note(_:_:on:frame:)``, of a wait.
  @inline(never)
  static func note(
    _ wait: lc_wait_call, _ answer: Int32, on instance: Instances.Reference? = nil, frame: UInt
  ) {
    if let call = LibraryCall(wait) { unsafe note(call, answer, on: instance, frame: frame) }
  }

  private static func refusal(_ call: LibraryCall, _ answer: Int32) -> Refusal? {
    switch answer {
    case EINVAL: Refusal(call, .invalid)
    case ESRCH: Refusal(call, .noSuchThread)
    case EDEADLK: Refusal(call, .deadlock)
    case EOVERFLOW: Refusal(call, .overflow)
    case EAGAIN where call == .mutexLock || call == .rwlockRdlock: Refusal(call, .exhausted)
    default: nil
    }
  }
}

extension LibraryCall {
  /// Nil for the functions of C11, which do not say why.
  init?(_ wait: lc_wait_call) {
    switch wait {
    case LC_COND_WAIT: self = .condWait
    case LC_COND_TIMEDWAIT: self = .condTimedwait
    case LC_COND_CLOCKWAIT: self = .condClockwait
    case LC_SEM_WAIT: self = .semWait
    case LC_SEM_TIMEDWAIT: self = .semTimedwait
    case LC_SEM_CLOCKWAIT: self = .semClockwait
    case LC_JOIN: self = .threadJoin
    case LC_TRYJOIN: self = .threadTryjoin
    case LC_TIMEDJOIN: self = .threadTimedjoin
    case LC_CLOCKJOIN: self = .threadClockjoin
    default: return nil
    }
  }
}

/// The time until which a call waits.
enum EndOfWait {
  /// Whether the C library takes it. Semaphores and read-write locks look at it before anything else, so that
  /// one that is not valid must not be found out only where there is something to wait for.
  static func isValid(_ end: UnsafePointer<timespec>?, _ clock: clockid_t = CLOCK_REALTIME) -> Bool
  {
    guard let end = unsafe end else { return true }
    let nanoseconds = unsafe end.pointee.tv_nsec
    return nanoseconds >= 0 && nanoseconds < 1_000_000_000
      && (clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC)
  }
}
