public import LockcheckAssertions
public import Testing

/// Runs `body`, and records an issue if it did anything that can deadlock or race: for a part of a
/// test, where `@Test(.lockcheck)` is for a whole one.
///
/// - Parameters:
///   - verdict: How sure a finding has to be to fail the test.
///   - limit: How long `body` may go without an event, more than zero; nil where only what the
///     recording proves counts as a hang.
///   - options: What is recorded and looked for.
/// - Returns: What `body` returns.
/// - Throws: What `body` throws, after its findings have been told.
@discardableResult public func expectNoFindings<Value, Failure: Error>(
  failOn verdict: Verdict = .predicted, hang limit: Duration? = nil,
  options: RecordingOptions = RecordingOptions(),
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws(Failure) -> Value
) throws(Failure) -> Value {
  try check(options, Watch(at: sourceLocation, limit: limit), failOn: verdict, body)
}

/// As the other, for asynchronous code.
@discardableResult public func expectNoFindings<Value, Failure: Error>(
  failOn verdict: Verdict = .predicted, hang limit: Duration? = nil,
  options: RecordingOptions = RecordingOptions(),
  sourceLocation: SourceLocation = #_sourceLocation,
  isolation: isolated (any Actor)? = #isolation, _ body: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
  try await check(
    options, Watch(at: sourceLocation, limit: limit), failOn: verdict, isolation: isolation, body)
}

/// Runs `body`, and records an issue if it did anything that can deadlock; races do not count.
///
/// Otherwise as `expectNoFindings`.
@discardableResult public func expectNoDeadlocks<Value, Failure: Error>(
  failOn verdict: Verdict = .predicted, hang limit: Duration? = nil,
  options: RecordingOptions = RecordingOptions(),
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws(Failure) -> Value
) throws(Failure) -> Value {
  try expectNoFindings(
    failOn: verdict, hang: limit, options: options.only(.deadlock), sourceLocation: sourceLocation,
    body)
}

/// As the other, for asynchronous code.
@discardableResult public func expectNoDeadlocks<Value, Failure: Error>(
  failOn verdict: Verdict = .predicted, hang limit: Duration? = nil,
  options: RecordingOptions = RecordingOptions(),
  sourceLocation: SourceLocation = #_sourceLocation,
  isolation: isolated (any Actor)? = #isolation, _ body: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
  try await expectNoFindings(
    failOn: verdict, hang: limit, options: options.only(.deadlock), sourceLocation: sourceLocation,
    isolation: isolation, body)
}

/// Runs `body`, and records an issue if it did anything that is a race; deadlocks do not count, but a
/// `body` that hangs does.
///
/// Otherwise as `expectNoFindings`.
@discardableResult public func expectNoRaces<Value, Failure: Error>(
  failOn verdict: Verdict = .predicted, hang limit: Duration? = nil,
  options: RecordingOptions = RecordingOptions(),
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws(Failure) -> Value
) throws(Failure) -> Value {
  try expectNoFindings(
    failOn: verdict, hang: limit, options: options.only(.race), sourceLocation: sourceLocation,
    body)
}

/// As the other, for asynchronous code.
@discardableResult public func expectNoRaces<Value, Failure: Error>(
  failOn verdict: Verdict = .predicted, hang limit: Duration? = nil,
  options: RecordingOptions = RecordingOptions(),
  sourceLocation: SourceLocation = #_sourceLocation,
  isolation: isolated (any Actor)? = #isolation, _ body: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
  try await expectNoFindings(
    failOn: verdict, hang: limit, options: options.only(.race), sourceLocation: sourceLocation,
    isolation: isolation, body)
}
