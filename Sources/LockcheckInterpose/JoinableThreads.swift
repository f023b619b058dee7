import CLockcheckInterpose
import CLockcheckShims
import Glibc
import LockcheckRecorder

/// Threads that the program has made, by the system's name for them, until somebody has joined them or they
/// are detached. The system uses a name again at once.
enum JoinableThreads {
  private static func locked<R>(_ body: () -> R) -> R {
    let thread = unsafe lc_attach()
    let isEntered = unsafe thread.map { unsafe lc_enter($0) } ?? false
    lc_lock()
    defer {
      lc_unlock()
      if isEntered, let thread = unsafe thread { unsafe lc_leave(thread) }
    }
    return body()
  }

  static func put(_ system: pthread_t, _ thread: RecordedThread) {
    let kept = unsafe Unmanaged.passRetained(thread)
    var before: UnsafeMutableRawPointer?
    let isKnown = locked { unsafe lc_joinable_put(system, kept.toOpaque(), &before) }
    if !isKnown { unsafe kept.release() }
    unsafe release(before)
  }

  static func get(_ system: pthread_t) -> RecordedThread? {
    locked {
      guard let found = unsafe lc_joinable_get(system) else { return nil }
      return unsafe Unmanaged<RecordedThread>.fromOpaque(found).takeUnretainedValue()
    }
  }

  /// Forgets the thread; another of that name is left alone.
  static func forget(_ system: pthread_t, _ thread: RecordedThread) {
    let opaque = unsafe Unmanaged.passUnretained(thread).toOpaque()
    unsafe release(locked { unsafe lc_joinable_take(system, opaque) })
  }

  /// Forgets a thread that nobody will join.
  static func detach(_ system: pthread_t) {
    unsafe release(locked { unsafe lc_joinable_take(system, nil) })
  }

  private static func release(_ found: UnsafeMutableRawPointer?) {
    if let found = unsafe found { unsafe Unmanaged<RecordedThread>.fromOpaque(found).release() }
  }
}
