import Lockcheck

/// The kinds of locks, behind the methods that all of them have.
enum LockKind: String, CaseIterable, Sendable {
  case lock, handoverLock, rlock, rwlock, conditionOfLock, conditionOfRLock

  var isRecursive: Bool { self == .rlock || self == .conditionOfRLock }

  func make() -> AnyLock {
    switch self {
    case .lock: AnyLock(Lock())
    case .handoverLock: AnyLock(Lock(handover: true))
    case .rlock: AnyLock(RLock())
    case .rwlock: AnyLock(RWLock())
    case .conditionOfLock: AnyLock(Condition(lock: Lock()))
    case .conditionOfRLock: AnyLock(Condition())
    }
  }
}

/// What every lock can do.
protocol Lockable: Sendable {
  func lock()
  func lockIfAvailable() -> Bool
  func lock(timeout: Duration?) throws(MisuseError) -> Bool
  func unlock()
}

extension Lock: Lockable {}
extension RLock: Lockable {}
extension RWLock: Lockable {}
extension Condition: Lockable {}

struct AnyLock: Lockable {
  let base: any Lockable

  init(_ base: some Lockable) { self.base = base }

  func lock() { base.lock() }
  func lockIfAvailable() -> Bool { base.lockIfAvailable() }
  func lock(timeout: Duration?) throws(MisuseError) -> Bool { try base.lock(timeout: timeout) }
  func unlock() { base.unlock() }

  /// Through the type's own method, which is generic.
  func withLock<R>(_ body: () throws -> R) rethrows -> R {
    switch base {
    case let lock as Lock: try lock.withLock(body)
    case let lock as RLock: try lock.withLock(body)
    case let lock as RWLock: try lock.withLock(body)
    case let lock as Condition: try lock.withLock(body)
    default: fatalError("unknown lock")
    }
  }

  /// Whether nobody has it, seen from another thread.
  var isFree: Bool {
    elsewhere {
      guard lockIfAvailable() else { return false }
      unlock()
      return true
    }
  }
}
