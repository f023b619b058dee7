/// For how long something has given no sign of life. A value, so that its tests need no clock.
struct Pulse {
  private var seen: UInt64
  private var quiet: Duration = .zero

  /// Begins at the first look.
  init(_ progress: UInt64) { seen = progress }

  /// Takes another look.
  ///
  /// - Parameters:
  ///   - progress: A number that is another one after every sign of life.
  ///   - pause: The time since the last look.
  ///   - most: What of the pause counts. A process that was stopped, as by a debugger, has been quiet
  ///     for as long as that took, and does not hang for it.
  mutating func look(at progress: UInt64, after pause: Duration, counting most: Duration) {
    if progress == seen {
      quiet += min(pause, most)
    } else {
      seen = progress
      quiet = .zero
    }
  }

  /// Counts from now on.
  mutating func restart() { quiet = .zero }

  /// Whether there was no sign of life for `limit`.
  func isStill(for limit: Duration) -> Bool { quiet >= limit }
}
