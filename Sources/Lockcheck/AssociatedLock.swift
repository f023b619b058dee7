internal import LockcheckTrace

/// The lock that a condition belongs to: one of the two kinds.
enum AssociatedLock: Sendable {
  case plain(Lock)
  case recursive(RLock)

  var id: ObjectID {
    switch self {
    case .plain(let lock): lock.traced.id
    case .recursive(let lock): lock.traced.id
    }
  }

  /// Whether the calling thread holds it.
  var isUsable: Bool {
    switch self {
    case .plain(let lock): lock.isUsable
    case .recursive(let lock): lock.isUsable
    }
  }

  /// Whether the trace that is being written knows that it is held.
  var holdsInTrace: Bool {
    switch self {
    case .plain(let lock): lock.holdsInTrace
    case .recursive(let lock): lock.holdsInTrace
    }
  }

  func lock() {
    switch self {
    case .plain(let lock): lock.lock()
    case .recursive(let lock): lock.lock()
    }
  }

  func lockIfAvailable() -> Bool {
    switch self {
    case .plain(let lock): lock.lockIfAvailable()
    case .recursive(let lock): lock.lockIfAvailable()
    }
  }

  func lock(timeout: Duration?) throws(MisuseError) -> Bool {
    switch self {
    case .plain(let lock): try lock.lock(timeout: timeout)
    case .recursive(let lock): try lock.lock(timeout: timeout)
    }
  }

  func unlock() {
    switch self {
    case .plain(let lock): lock.unlock()
    case .recursive(let lock): lock.unlock()
    }
  }

  /// Gives it up for a wait.
  func suspend() -> Suspension {
    switch self {
    case .plain(let lock): lock.suspend()
    case .recursive(let lock): lock.suspend()
    }
  }

  /// Takes it back after a wait.
  func resume(_ suspension: Suspension) {
    switch self {
    case .plain(let lock): lock.resume(suspension)
    case .recursive(let lock): lock.resume(suspension)
    }
  }
}

/// How a lock was held when it was given up for a wait.
struct Suspension {
  /// How often its holder had taken it.
  var depth = 1
  /// How many of those times, the last ones, were in the trace.
  var tracedDepth = 0
  /// Of which session.
  var session: UInt32
}
