/// Why a pool did not do what was asked of it.
public struct PoolError: Error, Sendable, Hashable, CustomStringConvertible {
  private let code: UInt8
  /// The reason in words.
  public let description: String

  private init(_ code: UInt8, _ description: String) {
    self.code = code
    self.description = description
  }

  /// The pool was shut down: it takes no more tasks.
  public static let shutDown = PoolError(0, "the pool is shut down")
  /// The pool has to be closed or terminated before its workers can be waited for.
  public static let stillRunning = PoolError(1, "the pool is still running")
  /// A wait that nobody could ever end, with the live checks on (see `DeadlockPolicy`).
  public static let deadlock = PoolError(20, "waited for in a deadlock")
}
