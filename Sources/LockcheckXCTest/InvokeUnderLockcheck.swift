public import LockcheckAssertions
public import XCTest

extension XCTestCase {
  /// Records a whole test, with its `setUp` and `tearDown`, and fails it if it did anything that can
  /// deadlock or race, or if it hangs.
  ///
  /// ```swift
  /// override func invokeTest() {
  ///   invokeUnderLockcheck(hang: .seconds(2)) { super.invokeTest() }
  /// }
  /// ```
  ///
  /// All findings of a test are one failure, at the line of this call, since XCTest does not tell where a
  /// test stands; it names the test. The test's own failures stay as they are.
  ///
  /// - Parameters:
  ///   - mode: What comes of findings.
  ///   - limit: How long the test may go without an event, more than zero; nil where only what the
  ///     recording proves counts as a hang.
  ///   - verdict: How sure a finding has to be to be told.
  ///   - options: What is recorded and looked for.
  public func invokeUnderLockcheck(
    _ mode: LockcheckMode = .fail, hang limit: Duration? = nil,
    failOn verdict: Verdict = .predicted, options: RecordingOptions = RecordingOptions(),
    file: StaticString = #filePath, line: UInt = #line, fileID: StaticString = #fileID,
    column: UInt = #column, _ invoke: () -> Void
  ) {
    guard mode != .off else { return invoke() }
    let place = TestPlace(fileID: fileID, filePath: file, line: line, column: column)
    let watch = Watch(name, at: place, limit: limit, for: XCTestReporter.self)
    check(options, watch, failOn: verdict, mode: mode, invoke)
  }
}
