import LockcheckAssertions
@_exported public import LockcheckExploration
public import Testing

/// Explores the schedules of `body`, and records an issue with the one that goes wrong: as short as it can be
/// made, as a table, and with a token that replays it.
///
/// ```swift
/// @Test func `transfers keep the total`() {
///   expectEverySchedule {
///     let bank = Bank()
///     let threads = (1...2).map { amount in CheckedThread { bank.move(amount) } }
///     for thread in threads { thread.start() }
///     for thread in threads { thread.join() }
///     try #require(bank.total == 0)
///   }
/// }
/// ```
///
/// `body` and its threads say by throwing that something is wrong: an `#expect` on a thread under control is of no
/// test. See `explore(_:iterations:options:_:)` for the rest;
/// `LOCKCHECK_REPLAY=lc1:… swift test --filter …` runs one schedule again.
///
/// - Returns: What came of it.
@discardableResult public func expectEverySchedule(
  _ method: ExplorationMethod = .portfolio, iterations: Int = 1_000,
  options: ExplorationOptions = ExplorationOptions(),
  sourceLocation: SourceLocation = #_sourceLocation,
  _ body: @escaping @Sendable () throws -> Void
) -> Exploration {
  let exploration = explore(method, iterations: iterations, options: options, body)
  if !exploration.hasPassed {
    TestFailure("lockcheck: \(exploration)")
      .report(to: SwiftTestingReporter.self, at: TestPlace(sourceLocation))
  }
  return exploration
}
