@_exported public import LockcheckControl
public import LockcheckFindings

/// How a program is explored.
public struct ExplorationOptions: Sendable {
  /// Where chance begins: the same number gives the same schedules.
  public var seed: UInt64 = 1
  /// How far a schedule may go.
  public var limits = ScheduleLimits()
  /// Whether a schedule that fails is made as short as can be before it is told.
  public var isMinimizing = true
  /// What an analysis of the same closure has found: SURW, and with it the portfolio, then mixes up the steps on
  /// the objects of these findings, in the place of any that threads share. One schedule for each, not counted,
  /// finds out which objects those are; a finding without a witness of its own says nothing.
  public var suspects: [Finding] = []
  /// Exploring ends when so many threads of schedules that failed are stuck for ever: they stay as long as the
  /// process.
  public var stuckThreadLimit = 400

  /// The usual options.
  public init() {}

  /// The usual options, with another beginning of chance.
  public init(seed: UInt64) { self.seed = seed }
}
