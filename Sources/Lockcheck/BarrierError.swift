/// Why a thread did not get through a barrier.
public struct BarrierError: Error, Sendable, Hashable, CustomStringConvertible {
  private let code: UInt8
  /// The reason in words.
  public let description: String

  private init(_ code: UInt8, _ description: String) {
    self.code = code
    self.description = description
  }

  /// Not all came: a wait ran out, the action threw, or somebody gave the round up.
  public static let broken = BarrierError(0, "the barrier is broken")
  /// A wait was asked to last less than no time.
  public static let negativeTimeout = BarrierError(1, "a timeout cannot be negative")
  /// A wait that nobody could ever end, with the live checks on (see `DeadlockPolicy`).
  public static let deadlock = BarrierError(20, "waited for in a deadlock")
}
