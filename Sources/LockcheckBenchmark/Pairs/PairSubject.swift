import Glibc
import Lockcheck

/// Something that is taken and given back, again and again.
protocol PairSubject: Sendable {
  init()
  func take()
  func giveBack()
}

/// The platform's own lock: what all others are compared with.
@safe final class PlatformMutex: PairSubject, @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  init() { unsafe pthread_mutex_init(mutex, nil) }

  deinit {
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
  }

  func take() { unsafe pthread_mutex_lock(mutex) }
  func giveBack() { unsafe pthread_mutex_unlock(mutex) }
}

struct LockSubject: PairSubject {
  private let lock = Lock()
  func take() { lock.lock() }
  func giveBack() { lock.unlock() }
}

struct RLockSubject: PairSubject {
  private let lock = RLock()
  func take() { lock.lock() }
  func giveBack() { lock.unlock() }
}

struct SharedRWLockSubject: PairSubject {
  private let lock = RWLock()
  func take() { lock.lockShared() }
  func giveBack() { lock.unlockShared() }
}

struct ExclusiveRWLockSubject: PairSubject {
  private let lock = RWLock()
  func take() { lock.lock() }
  func giveBack() { lock.unlock() }
}

struct SemaphoreSubject: PairSubject {
  private let semaphore = Semaphore(value: 1)
  func take() { semaphore.acquire() }
  func giveBack() { semaphore.release() }
}
