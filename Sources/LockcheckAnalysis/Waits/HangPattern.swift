/// A wait that another schedule might never end.
struct HangPattern: Sendable {
  /// The place of the finding that tells of it.
  var finding: Int
  /// Where the waits stand in the trace that may be the one that hangs, in order: their ends, or, where
  /// they have none, their beginnings.
  var waits: [Int]
}
