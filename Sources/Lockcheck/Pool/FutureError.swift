/// Why a future gave no result of its task's, or took none.
public struct FutureError: Error, Sendable, Hashable, CustomStringConvertible {
  private let code: UInt8
  /// The reason in words.
  public let description: String

  private init(_ code: UInt8, _ description: String) {
    self.code = code
    self.description = description
  }

  /// There was no result for as long as the caller wanted to wait.
  public static let timeout = FutureError(0, "the future has no result yet")
  /// The task was taken back before it began, or its pool was ended.
  public static let cancelled = FutureError(1, "the task was cancelled")
  /// A future takes one result.
  public static let alreadyDone = FutureError(2, "the future has a result already")
  /// A wait was asked to last less than no time.
  public static let negativeTimeout = FutureError(3, "a timeout cannot be negative")
  /// A wait that nobody could ever end, with the live checks on (see `DeadlockPolicy`).
  public static let deadlock = FutureError(20, "waited for in a deadlock")
}
