public import LockcheckAssertions
public import Testing

/// Runs `body`, and records an issue if it did anything that can deadlock or race: for a part of a
/// test, where `@Test(.lockcheck)` is for a whole one.
///
/// - Parameters:
///   - verdict: How sure a finding has to be to fail the test.
///   - options: What is recorded and looked for.
/// - Returns: What `body` returns.
/// - Throws: What `body` throws, after its findings have been told.
@discardableResult public func expectNoFindings<Value, Failure: Error>(
  failOn verdict: Verdict = .predicted, options: RecordingOptions = RecordingOptions(),
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws(Failure) -> Value
) throws(Failure) -> Value {
  let run = recording(options, body)
  TestFailure(run, failOn: verdict)?
    .report(to: SwiftTestingReporter.self, at: TestPlace(sourceLocation))
  return try run.outcome.get()
}

/// As the other, for asynchronous code.
@discardableResult public func expectNoFindings<Value, Failure: Error>(
  failOn verdict: Verdict = .predicted, options: RecordingOptions = RecordingOptions(),
  sourceLocation: SourceLocation = #_sourceLocation,
  isolation: isolated (any Actor)? = #isolation,
  _ body: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
  let run = await recording(options, body)
  TestFailure(run, failOn: verdict)?
    .report(to: SwiftTestingReporter.self, at: TestPlace(sourceLocation))
  return try run.outcome.get()
}
