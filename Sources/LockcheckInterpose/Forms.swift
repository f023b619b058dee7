import CLockcheckInterpose
import Glibc
import LockcheckRecorder
import LockcheckTrace

/// What the C library's answers say.
enum Outcome {
  /// An error number that a function returns. A robust mutex whose owner has died was got.
  @inline(__always)
  static func of(_ result: Int32) -> Event.Result {
    switch result {
    case 0, EOWNERDEAD: .success
    case EBUSY, EAGAIN: .failed
    case ETIMEDOUT: .timeout
    default: .error
    }
  }

  /// What a function of C11 returns.
  static func ofC11(_ result: Int32) -> Event.Result {
    switch result {
    case Int32(thrd_success): .success
    case Int32(thrd_busy): .failed
    case Int32(thrd_timedout): .timeout
    default: .error
    }
  }
}

extension EventForm {
  /// The thread is about to wait for a lock or a permit.
  @inline(__always)
  static func pendingAcquire(
    _ mode: LockMode = .exclusive, attempt: Event.Attempt = .blocking
  ) -> EventForm {
    EventForm(.acquire, mode: mode, isPending: true, attempt: attempt, result: .success)
  }

  /// An operation that takes effect, or has, and that nobody has to wait for.
  @inline(__always)
  static func done(_ operation: Operation, mode: LockMode = .exclusive) -> EventForm {
    EventForm(operation, mode: mode, isPending: false, attempt: .blocking, result: .success)
  }
}

extension Instance {
  /// Records what came of an attempt to take a lock that one thread holds at a time.
  @inline(__always)
  borrowing func acquired(_ attempt: Event.Attempt, _ result: Event.Result, frame: UInt) {
    let form = EventForm(
      .acquire, mode: .exclusive, isPending: false, attempt: attempt, result: result)
    if result == .success {
      noteAcquire(in: object.append(form, order: .ofHolder, frame: frame))
    } else {
      object.append(form, order: .ofThread, frame: frame)
    }
  }

  /// Records that the calling thread, which holds it, gives it back.
  @inline(__always)
  borrowing func released(frame: UInt) {
    object.appendRelease(.exclusive, takenIn: noteRelease(), frame: frame)
  }
}
