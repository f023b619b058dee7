public import LockcheckAssertions
import Testing

/// Gives failures to the test of Swift Testing that runs in this task.
public final class SwiftTestingReporter: IssueReporter {
  /// Records an issue of the current test.
  public static func record(_ failure: TestFailure, at place: TestPlace) -> Bool {
    guard Test.current != nil else { return false }
    Issue.record(
      Comment(rawValue: failure.text),
      sourceLocation: SourceLocation(
        fileID: place.fileID, filePath: place.filePath, line: place.line, column: place.column))
    return true
  }
}

extension TestPlace {
  init(_ location: SourceLocation) {
    self.init(
      fileID: location.fileID, filePath: location.filePath, line: location.line,
      column: location.column)
  }
}
