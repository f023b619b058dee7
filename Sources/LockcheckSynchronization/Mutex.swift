import Lockcheck
@_exported public import Synchronization

/// Guards a value: `Synchronization.Mutex`, seen by lockcheck.
///
/// ```swift
/// import LockcheckSynchronization  // instead of Synchronization
///
/// let total = Mutex(0)
/// total.withLock { $0 += 1 }
/// ```
///
/// Everything else of `Synchronization` comes along with the import. A thread that takes it twice waits for
/// itself, and is told of (LC103), where the system's ends the process.
public struct Mutex<Value: ~Copyable>: ~Copyable, Sendable {
  private let lock: Lock
  /// Free whenever the lock is.
  private let value: Synchronization.Mutex<Value>

  /// Makes a free one around a value.
  ///
  /// - Parameter name: What reports call it.
  public init(_ initialValue: consuming sending Value, name: String? = nil) {
    lock = Lock(name: name)
    value = Synchronization.Mutex(initialValue)
  }

  /// Calls `body` with the value, and with the lock held; waits for the lock if need be.
  ///
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  public borrowing func withLock<Result: ~Copyable, E: Error>(
    _ body: (inout sending Value) throws(E) -> sending Result
  ) throws(E) -> sending Result {
    lock.lock()
    defer { lock.unlock() }
    return try value.withLock(body)
  }

  /// The same if the lock is free.
  ///
  /// - Returns: What `body` returns; nil where the lock was taken.
  /// - Throws: What `body` throws.
  public borrowing func withLockIfAvailable<Result: ~Copyable, E: Error>(
    _ body: (inout sending Value) throws(E) -> sending Result
  ) throws(E) -> sending Result? {
    guard lock.lockIfAvailable() else { return nil }
    defer { lock.unlock() }
    return try value.withLock(body)
  }
}
