/// Records what `body` does, on this thread and on the threads and tasks that it makes, and looks for
/// deadlocks and races in it, also for such as did not happen this time.
///
/// ```swift
/// let report = try recording { transfer(from: a, to: b) }.report
/// #expect(report.findings(.deadlock).isEmpty)
/// ```
///
/// It returns a ``RecordedRun`` and not the bare report, since code that races may well throw too, and a
/// test wants to look at both. Who only wants the report writes `.report`, as above; `try` is for what
/// the recorder may say, and is not in the way of what `body` throws.
///
/// Recordings that run at the same time, as in parallel tests, do not see each other. What threads do
/// after `body` has returned is not recorded: wait for them in it.
///
/// If `body` hangs, that is told, and the process ended: see ``Hang``.
///
/// - Parameters:
///   - options: What is recorded and looked for.
///   - limit: How long `body` may go without an event, more than zero; nil where only what the
///     recording proves counts as a hang.
/// - Complexity: That of the analysis, in what was recorded.
public func recording<Value, Failure: Error>(
  _ options: RecordingOptions = RecordingOptions(), hang limit: Duration? = nil,
  file: StaticString = #filePath, line: UInt = #line, fileID: StaticString = #fileID,
  column: UInt = #column, _ body: () throws(Failure) -> Value
) -> RecordedRun<Value, Failure> {
  let place = TestPlace(fileID: fileID, filePath: file, line: line, column: column)
  return recording(options, Watch(at: place, limit: limit), body)
}

/// Records what `body` does, in this task and in the tasks and threads that it makes, and looks for
/// deadlocks and races in it.
///
/// As the other, for asynchronous code. The recording goes along over suspensions; a detached task and a
/// dispatch queue do not inherit it.
public func recording<Value, Failure: Error>(
  _ options: RecordingOptions = RecordingOptions(), hang limit: Duration? = nil,
  file: StaticString = #filePath, line: UInt = #line, fileID: StaticString = #fileID,
  column: UInt = #column, isolation: isolated (any Actor)? = #isolation,
  _ body: () async throws(Failure) -> Value
) async -> RecordedRun<Value, Failure> {
  let place = TestPlace(fileID: fileID, filePath: file, line: line, column: column)
  return await recording(options, Watch(at: place, limit: limit), isolation: isolation, body)
}

/// Records and watches `body`.
package func recording<Value, Failure: Error>(
  _ options: RecordingOptions, _ watch: Watch, _ body: () throws(Failure) -> Value
) -> RecordedRun<Value, Failure> {
  let session = RecordingSession(options, watch)
  let outcome = session.record { Result(catching: body) }
  return RecordedRun(outcome: outcome, analysis: session.finish())
}

/// Records and watches `body`.
package func recording<Value, Failure: Error>(
  _ options: RecordingOptions, _ watch: Watch, isolation: isolated (any Actor)? = #isolation,
  _ body: () async throws(Failure) -> Value
) async -> RecordedRun<Value, Failure> {
  let session = RecordingSession(options, watch)
  let outcome = await session.record {
    do throws(Failure) {
      return Result<Value, Failure>.success(try await body())
    } catch {
      return .failure(error)
    }
  }
  return RecordedRun(outcome: outcome, analysis: session.finish())
}
