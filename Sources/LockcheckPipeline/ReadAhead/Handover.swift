import Glibc

/// Where one thread puts what another takes, one thing at a time, in order.
///
/// Who puts waits until the last thing has been taken, who takes until there is one.
@safe final class Handover<Item: Sendable>: @unchecked Sendable {
  private var item: Item?
  private var isClosed = false
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(changed, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(changed)
    unsafe pthread_mutex_destroy(mutex)
    unsafe changed.deallocate()
    unsafe mutex.deallocate()
  }

  /// Hands a thing over.
  ///
  /// - Returns: Whether more is wanted.
  func put(_ new: Item) -> Bool {
    locked {
      while item != nil, !isClosed { wait() }
      guard !isClosed else { return false }
      item = new
      return true
    }
  }

  /// Takes what the other thread puts.
  ///
  /// - Precondition: It is going to put something.
  func take() -> Item {
    locked {
      while item == nil { wait() }
      defer { item = nil }
      return item!
    }
  }

  /// Takes what the other thread has put, if it has put anything yet.
  func takeIfThere() -> Item? {
    locked {
      defer { item = nil }
      return item
    }
  }

  /// Puts a thing where the other thread finds it, unless the last one still lies there.
  func offer(_ new: Item) { locked { if item == nil { item = new } } }

  /// Says that nothing more is wanted.
  func close() { locked { isClosed = true } }

  private func locked<R>(_ body: () -> R) -> R {
    unsafe pthread_mutex_lock(mutex)
    defer {
      unsafe pthread_cond_signal(changed)
      unsafe pthread_mutex_unlock(mutex)
    }
    return body()
  }

  private func wait() { unsafe pthread_cond_wait(changed, mutex) }
}
