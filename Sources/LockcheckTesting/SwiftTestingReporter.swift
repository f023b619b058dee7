public import LockcheckAssertions
import Testing

/// Gives failures to the test of Swift Testing that runs in this task.
public final class SwiftTestingReporter: IssueReporter {
  /// Records an issue of the current test, and attaches what belongs to it.
  public static func record(_ failure: TestFailure, at place: TestPlace) -> Bool {
    guard Test.current != nil else { return false }
    let location = SourceLocation(
      fileID: place.fileID, filePath: place.filePath, line: place.line, column: place.column)
    Issue.record(
      Comment(rawValue: failure.text), severity: failure.isWarning ? .warning : .error,
      sourceLocation: location)
    for attachment in failure.attachments {
      Attachment.record(attachment.bytes, named: attachment.name, sourceLocation: location)
    }
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

extension Watch {
  /// Describes what is watched for Swift Testing.
  init(_ name: String? = nil, at location: SourceLocation, limit: Duration?) {
    self.init(name, at: TestPlace(location), limit: limit, for: SwiftTestingReporter.self)
  }
}
