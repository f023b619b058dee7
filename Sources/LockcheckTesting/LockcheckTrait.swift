@_exported public import LockcheckAssertions
public import Testing

/// Records a test, and fails it if it did anything that can deadlock or race: also if that did not
/// happen this time.
///
/// ```swift
/// @Test(.lockcheck) func `transfers do not deadlock`() {
///   let threads = accounts.map { account in CheckedThread { account.transfer(10) } }
///   threads.forEach { $0.join() }
/// }
/// ```
///
/// On a suite it applies to every test of the suite and of the suites in it, each by itself; of two
/// on one test the inner one counts. All findings of a test, or of one case of a test with arguments,
/// make one issue, at the place of the test. Tests that run in parallel are recorded apart.
public struct LockcheckTrait: TestTrait, SuiteTrait, TestScoping {
  /// How sure a finding has to be to fail the test.
  public var failOn: Verdict
  /// What is recorded and looked for.
  public var options: RecordingOptions

  /// Whether suites hand it down to their tests: they do.
  public var isRecursive: Bool { true }

  /// Itself for each run of a test; nothing for suites, and for the cases of a test taken together.
  public func scopeProvider(for test: Test, testCase: Test.Case?) -> LockcheckTrait? {
    testCase == nil ? nil : self
  }

  /// Runs the test under a recorder of its own.
  public func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let run = await recording(options, function)
    TestFailure(run, failOn: failOn)?
      .report(to: SwiftTestingReporter.self, at: TestPlace(test.sourceLocation))
    try run.outcome.get()
  }
}

extension Trait where Self == LockcheckTrait {
  /// Fails the test on findings that happened, or that a reordering of what happened makes happen.
  public static var lockcheck: Self { .lockcheck() }

  /// Fails the test on findings that are at least as sure as `verdict`.
  public static func lockcheck(
    failOn verdict: Verdict = .predicted, options: RecordingOptions = RecordingOptions()
  ) -> Self {
    LockcheckTrait(failOn: verdict, options: options)
  }
}
