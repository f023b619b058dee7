import CLockcheckInterpose
import CLockcheckShims
import Glibc
import LockcheckRecorder
import LockcheckTrace

/// What a wait on a condition is about, as far as it is known.
@safe struct ConditionWait {
  /// Nil where other processes may use it: then what is recorded is that the mutex is given up and taken
  /// again.
  let condition: Instances.Reference?
  let mutex: Instances.Reference?
  /// Whether the caller holds the mutex.
  let isHeld: Bool
  /// Whether the wait gives it up: a recursive mutex that is held more than once stays held.
  let isGivenUp: Bool

  init(_ condition: Conditions.Pointer, _ mutex: MutexPointer, frame: UInt) {
    unsafe self.condition =
      unsafe lc_cond_is_shared(condition)
      ? nil : Conditions.instance(of: condition, frame: frame)
    unsafe self.mutex = unsafe Mutexes.instance(of: mutex, frame: frame)
    isHeld = unsafe lc_mutex_owner(mutex) == lc_own_tid()
    isGivenUp =
      unsafe lc_mutex_type(mutex) != Int32(PTHREAD_MUTEX_RECURSIVE)
      || lc_mutex_depth(mutex) <= 1
  }
}

extension ConditionWait {
  /// As it was noted down for a thread that may be cancelled.
  init(_ wait: borrowing lc_wait) {
    unsafe condition = wait.instance?.assumingMemoryBound(to: Instance.self)
    unsafe mutex = wait.lock?.assumingMemoryBound(to: Instance.self)
    isHeld = unsafe wait.is_held
    isGivenUp = unsafe wait.is_given_up
  }
}

/// Conditions, as they are recorded.
///
/// A wait stands twice in the trace: before the mutex is given up, and when it has been taken again.
enum Conditions {
  typealias Pointer = UnsafeMutablePointer<pthread_cond_t>

  /// What `condition` is; what it was where it was destroyed, as its memory still says.
  @inline(__always)
  static func instance(of condition: Pointer, frame: UInt) -> Instances.Reference? {
    if unsafe lc_cond_is_destroyed(condition),
      let ended = unsafe Instances.ended(at: UnsafeRawPointer(condition))
    {
      return unsafe ended
    }
    return unsafe Instances.at(UnsafeRawPointer(condition), as: .condition, frame: frame)
  }

  /// It is about to be destroyed; once more, where it has been already.
  static func end(_ condition: Pointer, frame: UInt) {
    if unsafe lc_cond_is_destroyed(condition),
      let ended = unsafe Instances.ended(at: UnsafeRawPointer(condition))
    {
      unsafe ended.pointee.object.append(.done(.destroy), order: .ofObject, frame: frame)
    }
    unsafe Instances.bury(UnsafeRawPointer(condition))
    unsafe Instances.end(UnsafeRawPointer(condition), frame: frame)
  }

  /// Waits; `result` says what the C library's answer means.
  @inline(__always)
  static func wait(
    _ call: lc_wait_call, _ condition: Pointer, _ mutex: MutexPointer, clock: clockid_t = 0,
    end: UnsafePointer<timespec>? = nil, frame: UInt, outcome: (Int32) -> Event.Result
  ) -> Int32 {
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    let about = unsafe ConditionWait(condition, mutex, frame: frame)
    unsafe lc_note_use(condition, frame)
    let attempt: Event.Attempt = unsafe end == nil ? .blocking : .timed
    beginWait(about, attempt, frame: frame)
    var wait = unsafe lc_wait()
    unsafe wait.call = call
    unsafe wait.subject = UnsafeMutableRawPointer(condition)
    unsafe wait.mutex = UnsafeMutableRawPointer(mutex)
    unsafe wait.clock = clock
    unsafe wait.end = end
    unsafe wait.attempt = attempt.rawValue
    unsafe wait.frame = frame
    unsafe wait.instance = UnsafeMutableRawPointer(about.condition)
    unsafe wait.lock = UnsafeMutableRawPointer(about.mutex)
    unsafe wait.is_held = about.isHeld
    unsafe wait.is_given_up = about.isGivenUp
    let result = unsafe lc_wait_through(&wait)
    endWait(about, attempt, outcome(result), frame: frame)
    if result != 0 { unsafe Refusals.note(call, result, on: about.condition, frame: frame) }
    return result
  }

  private static func beginWait(_ about: ConditionWait, _ attempt: Event.Attempt, frame: UInt) {
    guard let mutex = unsafe about.mutex else { return }
    guard let condition = unsafe about.condition else {
      if about.isHeld { unsafe mutex.pointee.released(frame: frame) }
      return
    }
    let form = EventForm(
      .wait, mode: .exclusive, isPending: true, attempt: attempt, result: .success)
    if about.isGivenUp {
      unsafe condition.pointee.object.append(
        form, under: mutex.pointee.object, isHeld: about.isHeld, frame: frame)
    } else {
      unsafe condition.pointee.object.append(form, order: .ofObject, frame: frame)
    }
  }

  static func endWait(
    _ about: ConditionWait, _ attempt: Event.Attempt, _ result: Event.Result, frame: UInt
  ) {
    guard let mutex = unsafe about.mutex else { return }
    guard let condition = unsafe about.condition else {
      if about.isHeld { unsafe mutex.pointee.acquired(.blocking, .success, frame: frame) }
      return
    }
    let form = EventForm(
      .wait, mode: .exclusive, isPending: false, attempt: attempt, result: result)
    if about.isGivenUp {
      unsafe condition.pointee.object.append(
        form, under: mutex.pointee.object, isHeld: about.isHeld, frame: frame)
    } else {
      unsafe condition.pointee.object.append(form, order: .ofObject, frame: frame)
    }
  }

  /// Wakes one thread that waits, or all. It need not hold the mutex.
  @inline(__always)
  static func notify(_ condition: Pointer, count: UInt64, frame: UInt) {
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    if unsafe lc_cond_is_shared(condition) { return }
    guard let instance = unsafe instance(of: condition, frame: frame) else { return }
    unsafe instance.pointee.object.append(
      .done(.notify), argument: count, order: .ofObject, frame: frame)
  }

  /// The count that stands for all who wait.
  static let all = UInt64.max
}
