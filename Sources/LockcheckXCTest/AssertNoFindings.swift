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
/// All findings make one failure, at the line of the call, with the report as its message. See
/// ``LockcheckAssertions/recording(_:_:)-(_,()->Value)`` for what is recorded.
///
/// - Parameters:
///   - verdict: How sure a finding has to be to fail the test.
///   - options: What is recorded and looked for.
/// - Returns: What `body` returns.
/// - Throws: What `body` throws, after its findings have been told.
@discardableResult public func assertNoFindings<Value, Failure: Error>(
  failOn verdict: Verdict = .predicted, options: RecordingOptions = RecordingOptions(),
  file: StaticString = #filePath, line: UInt = #line, fileID: StaticString = #fileID,
  column: UInt = #column, _ body: () throws(Failure) -> Value
) throws(Failure) -> Value {
  let run = recording(options, body)
  report(
    run, failOn: verdict,
    TestPlace(fileID: fileID, filePath: file, line: line, column: column))
  return try run.outcome.get()
}

/// As the other, for asynchronous code.
@discardableResult public func assertNoFindings<Value, Failure: Error>(
  failOn verdict: Verdict = .predicted, options: RecordingOptions = RecordingOptions(),
  file: StaticString = #filePath, line: UInt = #line, fileID: StaticString = #fileID,
  column: UInt = #column, isolation: isolated (any Actor)? = #isolation,
  _ body: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
  let run = await recording(options, body)
  report(
    run, failOn: verdict,
    TestPlace(fileID: fileID, filePath: file, line: line, column: column))
  return try run.outcome.get()
}

private func report<Value, Failure>(
  _ run: RecordedRun<Value, Failure>, failOn verdict: Verdict, _ place: TestPlace
) {
  TestFailure(run, failOn: verdict)?.report(to: XCTestReporter.self, at: place)
}
