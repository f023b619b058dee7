public import CLockcheckInterpose
import CLockcheckShims
import Glibc
import LockcheckTrace

/// Stands in front of `pthread_create`.
@c(pthread_create) public func interposeCreate(
  _ thread: UnsafeMutablePointer<pthread_t>, _ attributes: UnsafePointer<pthread_attr_t>?,
  _ body: @escaping @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?,
  _ argument: UnsafeMutableRawPointer?
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else {
    return unsafe lc_real_pthread_create(thread, attributes, body, argument)
  }
  return unsafe Threads.create(
    thread, attributes: attributes, body: body, argument: argument, frame: frame
  ) { context in
    var room = pthread_attr_t()
    return unsafe lc_real_pthread_create(
      thread, lc_with_room(attributes, &room), { unsafe Threads.begin($0) }, context)
  }
}

/// Stands in front of `pthread_join`.
@c(pthread_join) public func interposeJoin(
  _ thread: pthread_t, _ value: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_join(thread, value) }
  return unsafe Threads.join(
    LC_JOIN, thread, value, attempt: .blocking, frame: frame, outcome: Outcome.of)
}

/// Stands in front of `pthread_tryjoin_np`.
@c(pthread_tryjoin_np) public func interposeTryjoin(
  _ thread: pthread_t, _ value: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_pthread_tryjoin_np(thread, value) }
  return unsafe Threads.join(
    LC_TRYJOIN, thread, value, attempt: .try, frame: frame, outcome: Outcome.of)
}

/// Stands in front of `pthread_timedjoin_np`.
@c(pthread_timedjoin_np) public func interposeTimedjoin(
  _ thread: pthread_t, _ value: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
  _ end: UnsafePointer<timespec>?
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else {
    return unsafe lc_real_pthread_timedjoin_np(thread, value, end)
  }
  return unsafe Threads.join(
    LC_TIMEDJOIN, thread, value, end: end, attempt: end == nil ? .blocking : .timed,
    frame: frame, outcome: Outcome.of)
}

/// Stands in front of `pthread_clockjoin_np`.
@c(pthread_clockjoin_np) public func interposeClockjoin(
  _ thread: pthread_t, _ value: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
  _ clock: clockid_t, _ end: UnsafePointer<timespec>?
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else {
    return unsafe lc_real_pthread_clockjoin_np(thread, value, clock, end)
  }
  return unsafe Threads.join(
    LC_CLOCKJOIN, thread, value, clock: clock, end: end,
    attempt: end == nil ? .blocking : .timed, frame: frame, outcome: Outcome.of)
}

/// Stands in front of `pthread_detach`.
@c(pthread_detach) public func interposeDetach(_ thread: pthread_t) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return lc_real_pthread_detach(thread) }
  // Before: its name may be another thread's at once.
  JoinableThreads.detach(thread)
  let result = lc_real_pthread_detach(thread)
  if result != 0 { unsafe Refusals.note(.threadDetach, result, frame: frame) }
  return result
}
