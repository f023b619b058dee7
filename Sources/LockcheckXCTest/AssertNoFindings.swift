@_exported public import LockcheckAssertions

/// Runs `body`, and fails the test if it did anything that can deadlock or race: also if that did not
/// happen this time.
///
/// ```swift
/// func testTransfers() {
///   assertNoFindings {
///     let threads = accounts.map { account in CheckedThread { account.transfer(10) } }
///     threads.forEach { $0.join() }
///   }
/// }
/// ```
///
/// All findings make one failure, at the line of the call, with the report as its message. A `body` that
/// hangs fails the test and ends the process: see `Hang`.
///
/// - Parameters:
///   - verdict: How sure a finding has to be to fail the test.
///   - limit: How long `body` may go without an event, more than zero; nil where only what the
///     recording proves counts as a hang.
///   - options: What is recorded and looked for.
/// - Returns: What `body` returns.
/// - Throws: What `body` throws, after its findings have been told.
@discardableResult public func assertNoFindings<Value, Failure: Error>(
  failOn verdict: Verdict = .predicted, hang limit: Duration? = nil,
  options: RecordingOptions = RecordingOptions(), file: StaticString = #filePath,
  line: UInt = #line, fileID: StaticString = #fileID, column: UInt = #column,
  _ body: () throws(Failure) -> Value
) throws(Failure) -> Value {
  let place = TestPlace(fileID: fileID, filePath: file, line: line, column: column)
  let watch = Watch(at: place, limit: limit, for: XCTestReporter.self)
  return try check(options, watch, failOn: verdict, body)
}

/// As the other, for asynchronous code.
@discardableResult public func assertNoFindings<Value, Failure: Error>(
  failOn verdict: Verdict = .predicted, hang limit: Duration? = nil,
  options: RecordingOptions = RecordingOptions(), file: StaticString = #filePath,
  line: UInt = #line, fileID: StaticString = #fileID, column: UInt = #column,
  isolation: isolated (any Actor)? = #isolation, _ body: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
  let place = TestPlace(fileID: fileID, filePath: file, line: line, column: column)
  let watch = Watch(at: place, limit: limit, for: XCTestReporter.self)
  return try await check(options, watch, failOn: verdict, isolation: isolation, body)
}

/// Runs `body`, and fails the test if it did anything that can deadlock; races do not count.
///
/// Otherwise as `assertNoFindings`.
@discardableResult public func assertNoDeadlocks<Value, Failure: Error>(
  failOn verdict: Verdict = .predicted, hang limit: Duration? = nil,
  options: RecordingOptions = RecordingOptions(), file: StaticString = #filePath,
  line: UInt = #line, fileID: StaticString = #fileID, column: UInt = #column,
  _ body: () throws(Failure) -> Value
) throws(Failure) -> Value {
  try assertNoFindings(
    failOn: verdict, hang: limit, options: options.only(.deadlock), file: file, line: line,
    fileID: fileID, column: column, body)
}

/// As the other, for asynchronous code.
@discardableResult public func assertNoDeadlocks<Value, Failure: Error>(
  failOn verdict: Verdict = .predicted, hang limit: Duration? = nil,
  options: RecordingOptions = RecordingOptions(), file: StaticString = #filePath,
  line: UInt = #line, fileID: StaticString = #fileID, column: UInt = #column,
  isolation: isolated (any Actor)? = #isolation, _ body: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
  try await assertNoFindings(
    failOn: verdict, hang: limit, options: options.only(.deadlock), file: file, line: line,
    fileID: fileID, column: column, isolation: isolation, body)
}

/// Runs `body`, and fails the test if it did anything that is a race; deadlocks do not count, but a
/// `body` that hangs does.
///
/// Otherwise as `assertNoFindings`.
@discardableResult public func assertNoRaces<Value, Failure: Error>(
  failOn verdict: Verdict = .predicted, hang limit: Duration? = nil,
  options: RecordingOptions = RecordingOptions(), file: StaticString = #filePath,
  line: UInt = #line, fileID: StaticString = #fileID, column: UInt = #column,
  _ body: () throws(Failure) -> Value
) throws(Failure) -> Value {
  try assertNoFindings(
    failOn: verdict, hang: limit, options: options.only(.race), file: file, line: line,
    fileID: fileID, column: column, body)
}

/// As the other, for asynchronous code.
@discardableResult public func assertNoRaces<Value, Failure: Error>(
  failOn verdict: Verdict = .predicted, hang limit: Duration? = nil,
  options: RecordingOptions = RecordingOptions(), file: StaticString = #filePath,
  line: UInt = #line, fileID: StaticString = #fileID, column: UInt = #column,
  isolation: isolated (any Actor)? = #isolation, _ body: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
  try await assertNoFindings(
    failOn: verdict, hang: limit, options: options.only(.race), file: file, line: line,
    fileID: fileID, column: column, isolation: isolation, body)
}
