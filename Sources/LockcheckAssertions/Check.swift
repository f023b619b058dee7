package import LockcheckFindings

/// Runs `body` under a recorder, and tells the framework of `watch` what comes of it.
///
/// - Throws: What `body` throws, after its findings have been told.
package func check<Value, Failure: Error>(
  _ options: RecordingOptions, _ watch: Watch, failOn verdict: Verdict,
  mode: LockcheckMode = .fail, _ body: () throws(Failure) -> Value
) throws(Failure) -> Value {
  let run = recording(options, watch, body)
  TestFailure(run, failOn: verdict, mode: mode)?.report(to: watch.reporter, at: watch.place)
  return try run.outcome.get()
}

/// As the other, for asynchronous code.
package func check<Value, Failure: Error>(
  _ options: RecordingOptions, _ watch: Watch, failOn verdict: Verdict,
  mode: LockcheckMode = .fail, isolation: isolated (any Actor)? = #isolation,
  _ body: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
  let run = await recording(options, watch, isolation: isolation, body)
  TestFailure(run, failOn: verdict, mode: mode)?.report(to: watch.reporter, at: watch.place)
  return try run.outcome.get()
}
