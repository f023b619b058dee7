import LockcheckAssertions

/// Runs `body` under a recorder, and tells Swift Testing what comes of it.
func check<Value, Failure: Error>(
  _ options: RecordingOptions, _ verdict: Verdict, _ limit: Duration?, _ place: TestPlace,
  _ body: () throws(Failure) -> Value
) throws(Failure) -> Value {
  let watch = Watch(at: place, limit: limit, for: SwiftTestingReporter.self)
  let run = recording(options, watch, body)
  TestFailure(run, failOn: verdict)?.report(to: SwiftTestingReporter.self, at: place)
  return try run.outcome.get()
}

/// As the other, for asynchronous code.
func check<Value, Failure: Error>(
  _ options: RecordingOptions, _ verdict: Verdict, _ limit: Duration?, _ place: TestPlace,
  _ isolation: isolated (any Actor)?, _ body: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
  let watch = Watch(at: place, limit: limit, for: SwiftTestingReporter.self)
  let run = await recording(options, watch, isolation: isolation, body)
  TestFailure(run, failOn: verdict)?.report(to: SwiftTestingReporter.self, at: place)
  return try run.outcome.get()
}
