public import CLockcheckInterpose
import CLockcheckShims
import Glibc
import LockcheckTrace

// The C library's functions of C11 do not go through those of POSIX that programs can see. What they work on
// is the same.

extension UnsafeMutablePointer where Pointee == mtx_t {
  /// As POSIX sees it.
  var posix: MutexPointer {
    unsafe UnsafeMutableRawPointer(self).assumingMemoryBound(to: pthread_mutex_t.self)
  }
}

extension UnsafeMutablePointer where Pointee == cnd_t {
  /// As POSIX sees it.
  var posix: Conditions.Pointer {
    unsafe UnsafeMutableRawPointer(self).assumingMemoryBound(to: pthread_cond_t.self)
  }
}

/// Stands in front of `mtx_init`.
@c(mtx_init) public func interposeC11MutexInit(
  _ mutex: UnsafeMutablePointer<mtx_t>, _ type: Int32
) -> Int32 {
  let frame = lc_frame_address()
  let result = unsafe lc_real_mtx_init(mutex, type)
  if result == 0, Interposer.isOn(frame) { unsafe Mutexes.begin(mutex.posix, frame: frame) }
  return result
}

/// Stands in front of `mtx_destroy`.
@c(mtx_destroy) public func interposeC11MutexDestroy(_ mutex: UnsafeMutablePointer<mtx_t>) {
  let frame = lc_frame_address()
  if Interposer.isOn(frame) {
    unsafe lc_note_change(mutex, frame)
    unsafe Instances.end(mutex, frame: frame)
  }
  unsafe lc_real_mtx_destroy(mutex)
}

/// Stands in front of `mtx_lock`.
@c(mtx_lock) public func interposeC11Lock(_ mutex: UnsafeMutablePointer<mtx_t>) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_mtx_lock(mutex) }
  return unsafe C11.result(
    Mutexes.lock(mutex.posix, attempt: .blocking, frame: frame) {
      unsafe C11.error(lc_real_mtx_lock(mutex))
    })
}

/// Stands in front of `mtx_timedlock`.
@c(mtx_timedlock) public func interposeC11Timedlock(
  _ mutex: UnsafeMutablePointer<mtx_t>, _ end: UnsafePointer<timespec>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_mtx_timedlock(mutex, end) }
  return unsafe C11.result(
    Mutexes.lock(mutex.posix, attempt: .timed, frame: frame) {
      unsafe C11.error(lc_real_mtx_timedlock(mutex, end))
    })
}

/// Stands in front of `mtx_trylock`.
@c(mtx_trylock) public func interposeC11Trylock(_ mutex: UnsafeMutablePointer<mtx_t>) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_mtx_trylock(mutex) }
  return unsafe C11.result(Mutexes.tryLock(mutex.posix, frame: frame))
}

/// Stands in front of `mtx_unlock`.
@c(mtx_unlock) public func interposeC11Unlock(_ mutex: UnsafeMutablePointer<mtx_t>) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_mtx_unlock(mutex) }
  return unsafe C11.result(Mutexes.unlock(mutex.posix, frame: frame))
}

/// Stands in front of `cnd_init`.
@c(cnd_init) public func interposeC11CondInit(_ condition: UnsafeMutablePointer<cnd_t>) -> Int32 {
  let frame = lc_frame_address()
  let result = unsafe lc_real_cnd_init(condition)
  if result == 0, Interposer.isOn(frame) {
    unsafe lc_note_change(condition, frame)
    unsafe Instances.beginAnew(condition, as: .condition, frame: frame)
  }
  return result
}

/// Stands in front of `cnd_destroy`.
@c(cnd_destroy) public func interposeC11CondDestroy(_ condition: UnsafeMutablePointer<cnd_t>) {
  let frame = lc_frame_address()
  if Interposer.isOn(frame) {
    unsafe lc_note_change(condition, frame)
    unsafe Instances.end(condition, frame: frame)
  }
  unsafe lc_real_cnd_destroy(condition)
}

/// Stands in front of `cnd_wait`.
@c(cnd_wait) public func interposeC11Wait(
  _ condition: UnsafeMutablePointer<cnd_t>, _ mutex: UnsafeMutablePointer<mtx_t>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_cnd_wait(condition, mutex) }
  return unsafe Conditions.wait(
    LC_CND_WAIT, condition.posix, mutex.posix, frame: frame, outcome: Outcome.ofC11)
}

/// Stands in front of `cnd_timedwait`.
@c(cnd_timedwait) public func interposeC11Timedwait(
  _ condition: UnsafeMutablePointer<cnd_t>, _ mutex: UnsafeMutablePointer<mtx_t>,
  _ end: UnsafePointer<timespec>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_cnd_timedwait(condition, mutex, end) }
  return unsafe Conditions.wait(
    LC_CND_TIMEDWAIT, condition.posix, mutex.posix, end: end, frame: frame,
    outcome: Outcome.ofC11)
}

/// Stands in front of `cnd_signal`.
@c(cnd_signal) public func interposeC11Signal(_ condition: UnsafeMutablePointer<cnd_t>) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_cnd_signal(condition) }
  unsafe Conditions.notify(condition.posix, count: 1, frame: frame)
  let result = unsafe lc_real_cnd_signal(condition)
  unsafe lc_note_last_use(condition, frame)
  return result
}

/// Stands in front of `cnd_broadcast`.
@c(cnd_broadcast) public func interposeC11Broadcast(
  _ condition: UnsafeMutablePointer<cnd_t>
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_cnd_broadcast(condition) }
  unsafe Conditions.notify(condition.posix, count: Conditions.all, frame: frame)
  let result = unsafe lc_real_cnd_broadcast(condition)
  unsafe lc_note_last_use(condition, frame)
  return result
}

/// Stands in front of `thrd_create`.
@c(thrd_create) public func interposeC11Create(
  _ thread: UnsafeMutablePointer<pthread_t>,
  _ body: @escaping @convention(c) (UnsafeMutableRawPointer?) -> Int32,
  _ argument: UnsafeMutableRawPointer?
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_thrd_create(thread, body, argument) }
  return unsafe Threads.create(
    thread, c11Body: body, argument: argument, frame: frame
  ) { context in
    unsafe lc_real_thrd_create(thread, { unsafe Threads.beginC11($0) }, context)
  }
}

/// Stands in front of `thrd_join`.
@c(thrd_join) public func interposeC11Join(
  _ thread: pthread_t, _ result: UnsafeMutablePointer<Int32>?
) -> Int32 {
  let frame = lc_frame_address()
  guard Interposer.isOn(frame) else { return unsafe lc_real_thrd_join(thread, result) }
  return unsafe Threads.join(
    LC_THRD_JOIN, thread, result, attempt: .blocking, frame: frame, outcome: Outcome.ofC11)
}

/// Stands in front of `thrd_detach`.
@c(thrd_detach) public func interposeC11Detach(_ thread: pthread_t) -> Int32 {
  let frame = lc_frame_address()
  if Interposer.isOn(frame) { JoinableThreads.detach(thread) }
  return lc_real_thrd_detach(thread)
}

/// The answers of C11's functions, and the error numbers that they stand for.
enum C11 {
  static func result(_ error: Int32) -> Int32 {
    switch error {
    case 0: Int32(thrd_success)
    case ENOMEM: Int32(thrd_nomem)
    case ETIMEDOUT: Int32(thrd_timedout)
    case EBUSY: Int32(thrd_busy)
    default: Int32(thrd_error)
    }
  }

  static func error(_ result: Int32) -> Int32 {
    switch result {
    case Int32(thrd_success): 0
    case Int32(thrd_nomem): ENOMEM
    case Int32(thrd_timedout): ETIMEDOUT
    case Int32(thrd_busy): EBUSY
    default: EINVAL
    }
  }
}
