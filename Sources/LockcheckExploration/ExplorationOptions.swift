@_exported public import LockcheckControl

/// How a program is explored.
public struct ExplorationOptions: Sendable {
  /// Where chance begins: the same number gives the same schedules.
  public var seed: UInt64 = 1
  /// How far a schedule may go.
  public var limits = ScheduleLimits()
  /// Whether a schedule that fails is made as short as can be before it is told.
  public var isMinimizing = true
  /// Exploring ends when so many threads are stuck for ever: nothing can end a thread from outside, so they
  /// stay as long as the process.
  public var stuckThreadLimit = 400

  /// The usual options.
  public init() {}

  /// The usual options, with another beginning of chance.
  public init(seed: UInt64) { self.seed = seed }
}
