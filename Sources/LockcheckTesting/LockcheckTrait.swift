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
/// On a suite it applies to every test of the suite and of the suites in it, each by itself. Of several
/// that apply to one test the innermost counts, and it alone: `@Test(.lockcheck(.off))` in a suite with
/// `.lockcheck` is not recorded. All findings of a test, or of one case of a test with arguments, make one
/// issue, at the place of the test. Tests that run in parallel are recorded apart.
///
/// A test that hangs fails, and after the others have had their time the process ends: see
/// `Hang`.
public struct LockcheckTrait: TestTrait, SuiteTrait, TestScoping {
  /// What comes of findings.
  public var mode: LockcheckMode
  /// How long the test may go without an event; nil where only what the recording proves is a hang.
  public var hang: Duration?
  /// How sure a finding has to be to be told.
  public var failOn: Verdict
  /// What is recorded and looked for.
  public var options: RecordingOptions

  /// Whether one of these has taken charge of the test that runs in this task.
  @TaskLocal private static var isInCharge = false

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
    // Every trait that applies is asked, the outermost first: it does what the innermost, last, says.
    let chosen = test.traits.lazy.compactMap { $0 as? LockcheckTrait }.last ?? self
    if Self.isInCharge || chosen.mode == .off { return try await function() }
    try await Self.$isInCharge.withValue(true) {
      try await chosen.check(test, function)
    }
  }

  private func check(_ test: Test, _ function: @Sendable () async throws -> Void) async throws {
    let name = test.displayName.map { "\"\($0)\"" } ?? test.name
    let watch = Watch(name, at: test.sourceLocation, limit: hang)
    try await LockcheckAssertions.check(
      options, watch, failOn: failOn, mode: mode, function)
  }
}

extension Trait where Self == LockcheckTrait {
  /// Fails the test on findings that happened, or that a reordering of what happened makes happen.
  public static var lockcheck: Self { .lockcheck() }

  /// Fails the test on findings that are at least as sure as `verdict`, and if it hangs.
  ///
  /// - Parameters:
  ///   - mode: What comes of findings: `.lockcheck(.warn)`, `.lockcheck(.off)`.
  ///   - limit: How long the test may go without an event, more than zero; nil where only what the
  ///     recording proves counts as a hang.
  ///   - verdict: How sure a finding has to be to be told.
  ///   - options: What is recorded and looked for.
  public static func lockcheck(
    _ mode: LockcheckMode = .fail, hang limit: Duration? = nil,
    failOn verdict: Verdict = .predicted, options: RecordingOptions = RecordingOptions()
  ) -> Self {
    LockcheckTrait(mode: mode, hang: limit, failOn: verdict, options: options)
  }
}
