import LockcheckAssertions
@_exported public import LockcheckExploration

/// Explores the schedules of `body`, and fails the test with the one that goes wrong: as short as it can be
/// made, as a table, and with a token that replays it.
///
/// `body` and its threads say by throwing that something is wrong. See
/// `explore(_:iterations:options:_:)` for the rest;
/// `LOCKCHECK_REPLAY=lc1:… swift test --filter …` runs one schedule again.
///
/// - Returns: What came of it.
@discardableResult public func assertEverySchedule(
  _ method: ExplorationMethod = .portfolio, iterations: Int = 1_000,
  options: ExplorationOptions = ExplorationOptions(), file: StaticString = #filePath,
  line: UInt = #line, fileID: StaticString = #fileID, column: UInt = #column,
  _ body: @escaping @Sendable () throws -> Void
) -> Exploration {
  let exploration = explore(method, iterations: iterations, options: options, body)
  if !exploration.hasPassed {
    TestFailure("lockcheck: \(exploration)").report(
      to: XCTestReporter.self,
      at: TestPlace(fileID: fileID, filePath: file, line: line, column: column))
  }
  return exploration
}
