import LockcheckTrace

/// Which locks more than one thread asked for.
struct LockUsers: Sendable {
  /// By object: the only thread that asked for it, ``several``, or absent.
  private var users: ContiguousArray<ThreadID> = []

  private static let several = ThreadID(rawValue: .max - 1)

  /// Takes note of a request; costs a comparison where the thread is known.
  @inline(__always)
  mutating func note(_ lock: ObjectID, by thread: ThreadID) {
    if lock.index >= users.count { grow(to: lock.index + 1) }
    let known = users[lock.index]
    if known == thread || known == Self.several { return }
    users[lock.index] = known.isPresent ? Self.several : thread
  }

  /// Whether more than one thread asked for the lock.
  func isShared(_ lock: ObjectID) -> Bool {
    lock.index < users.count && users[lock.index] == Self.several
  }

  private mutating func grow(to count: Int) {
    let target = max(count, 2 * users.count)
    users.append(contentsOf: repeatElement(.absent, count: target - users.count))
  }
}
