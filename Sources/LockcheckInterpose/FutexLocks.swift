public import CLockcheckInterpose
import CLockcheckShims
import Glibc
import LockcheckRecorder
import LockcheckTrace

/// Locks that the kernel keeps for a word of the program's (`FUTEX_LOCK_PI`), as far as it is asked: Swift's `Mutex`
/// takes a free one and gives back one that nobody waits for without a call.
///
/// What had to wait is recorded from there on: whoever has got it that way is made to ask the kernel when it gives
/// it back. A hold that began without a call is known by who waits for it, and by its end only.
enum FutexLocks {
  /// How often another may have got the lock while a wait for it is written down.
  private static let turns = 16

  /// - Returns: The kernel's answer.
  static func call(_ call: UnsafePointer<lc_futex_call>, frame: UInt) -> Int {
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    guard let word = unsafe call.pointee.word,
      let instance = unsafe Instances.at(word, as: .lock, frame: frame)
    else { return unsafe lc_ask_for_futex(call) }
    lc_note_system_thread(UInt32(bitPattern: lc_own_tid()))
    switch unsafe call.pointee.operation {
    case LC_FUTEX_UNLOCK: return unsafe unlock(call, instance, word, frame: frame)
    case LC_FUTEX_TRYLOCK: return unsafe lock(call, instance, word, .try, frame: frame)
    default:
      let attempt = unsafe call.pointee.is_timed ? Event.Attempt.timed : .blocking
      unsafe announce(instance, word, attempt, frame: frame)
      return unsafe lock(call, instance, word, attempt, frame: frame)
    }
  }

  /// Records that the thread is about to wait, and for whom. The holder's end of it is seen from there on.
  private static func announce(
    _ instance: Instances.Reference, _ word: UnsafeMutablePointer<UInt32>,
    _ attempt: Event.Attempt, frame: UInt
  ) {
    for _ in 0..<turns {
      let known = unsafe lc_futex_load(word)
      guard known & LC_FUTEX_HOLDER != 0 else { return }
      unsafe instance.pointee.object.appendPendingAcquire(
        attempt, holder: lc_thread_of_system(known & LC_FUTEX_HOLDER), frame: frame)
      if unsafe lc_futex_watch(word, known) { return }
    }
    unsafe instance.pointee.object.append(
      .pendingAcquire(attempt: attempt), order: .ofThread, frame: frame)
  }

  private static func lock(
    _ call: UnsafePointer<lc_futex_call>, _ instance: Instances.Reference,
    _ word: UnsafeMutablePointer<UInt32>, _ attempt: Event.Attempt, frame: UInt
  ) -> Int {
    let answer = unsafe lc_ask_for_futex(call)
    switch Int32(-answer) {
    case 0:
      unsafe instance.pointee.acquired(attempt, .success, frame: frame)
      unsafe instance.pointee.noteCaller(holds: true)
      unsafe lc_futex_watch_own(word)
    case EDEADLK:
      // It waits for ever, but for the kernel, which has looked who waits for whom: Swift's runtime ends the program.
      break
    default:
      unsafe instance.pointee.acquired(attempt, Outcome.of(Int32(-answer)), frame: frame)
    }
    return answer
  }

  /// What was taken without a call counts as tried and got here: it had no place in the order of locks before. What
  /// the code of the program gives back by itself, where that is seen, has been recorded by now.
  private static func unlock(
    _ call: UnsafePointer<lc_futex_call>, _ instance: Instances.Reference,
    _ word: UnsafeMutablePointer<UInt32>, frame: UInt
  ) -> Int {
    if unsafe lc_futex_load(word) & LC_FUTEX_HOLDER == UInt32(bitPattern: lc_own_tid()),
      unsafe !instance.pointee.wasCallers()
    {
      if unsafe !instance.pointee.isCallers() {
        unsafe instance.pointee.acquired(.try, .success, frame: frame)
      }
      unsafe instance.pointee.noteCaller(holds: false)
      unsafe instance.pointee.released(frame: frame)
    }
    return unsafe lc_ask_for_futex(call)
  }
}

/// `lc_futex_lock`, for the half of the library that is written in C.
@c(lc_futex_lock) public func futexLock(_ call: UnsafePointer<lc_futex_call>, _ frame: UInt) -> Int
{
  guard !lc_is_in_dispatch(lc_return_address(frame)) else {
    return unsafe lc_ask_for_futex(call)
  }
  return unsafe FutexLocks.call(call, frame: frame)
}
