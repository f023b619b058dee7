public import CLockcheckInterpose
import LockcheckRecorder
import LockcheckTrace

/// Waits that a thread can be cancelled in: whoever clears up behind it goes on as if the wait had ended in
/// an error.
enum Waits {
  /// The thread does not come back from a wait that it began.
  static func cancelled(_ wait: borrowing lc_wait) {
    let attempt = unsafe Event.Attempt(rawValue: wait.attempt) ?? .blocking
    let frame = unsafe wait.frame
    switch unsafe wait.call {
    case LC_COND_WAIT, LC_COND_TIMEDWAIT, LC_COND_CLOCKWAIT, LC_CND_WAIT, LC_CND_TIMEDWAIT:
      return unsafe Conditions.endWait(ConditionWait(wait), attempt, .error, frame: frame)
    default: break
    }
    guard let subject = unsafe wait.instance else { return }
    switch unsafe wait.call {
    case LC_SEM_WAIT, LC_SEM_TIMEDWAIT, LC_SEM_CLOCKWAIT:
      let instance = unsafe subject.assumingMemoryBound(to: Instance.self)
      let form = EventForm(
        .acquire, mode: .exclusive, isPending: false, attempt: attempt, result: .error)
      unsafe instance.pointee.object.append(form, order: .ofThread, frame: frame)
    default:
      let thread = unsafe Unmanaged<RecordedThread>.fromOpaque(subject).takeUnretainedValue()
      thread.recordJoin(attempt: attempt, result: .error, frame: frame)
    }
  }
}

/// `lc_wait_cancelled`, for the half of the library that is written in C.
@c(lc_wait_cancelled) public func waitCancelled(_ wait: UnsafeMutablePointer<lc_wait>) {
  unsafe Waits.cancelled(wait.pointee)
}
