import Foundation
public import LockcheckFindings
import LockcheckReport

/// What a test framework is told when a run has findings: one failure with the whole report.
public struct TestFailure: Sendable {
  /// The report for a person, or why nothing could be recorded.
  public let text: String

  /// The failure that `run` deserves; nil where nothing was found that is as sure as `verdict`.
  public init?<Value, Failure>(_ run: RecordedRun<Value, Failure>, failOn verdict: Verdict) {
    switch run.report {
    case .failure(let failure):
      text = "lockcheck: \(failure)"
    case .success(let report):
      guard report.contains(atLeast: verdict) else { return nil }
      text = "lockcheck found trouble in what this test did.\n\n" + Self.render(report)
    }
  }

  private static func render(_ report: Report) -> String {
    TextRenderer { file, line in
      guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
      let lines = text.split(separator: "\n", maxSplits: line, omittingEmptySubsequences: false)
      return lines.indices.contains(line - 1) ? String(lines[line - 1]) : nil
    }.render(report)
  }
}

/// Where in a test's source something is said to be wrong.
public struct TestPlace: Sendable {
  /// The file, as `#fileID` gives it: `Module/File.swift`.
  public var fileID: String
  /// The file, as `#filePath` gives it.
  public var filePath: String
  /// The same as a literal, where it was one: XCTest takes no other.
  public var literalPath: StaticString?
  /// The line, from 1.
  public var line: Int
  /// The column, from 1.
  public var column: Int

  /// Makes a place.
  public init(fileID: String, filePath: String, line: Int, column: Int) {
    self.fileID = fileID
    self.filePath = filePath
    self.line = line
    self.column = column
  }

  /// Makes a place from what `#fileID`, `#filePath`, `#line` and `#column` give.
  public init(fileID: StaticString, filePath: StaticString, line: UInt, column: UInt) {
    self.init(
      fileID: "\(fileID)", filePath: "\(filePath)", line: Int(line), column: Int(column))
    literalPath = filePath
  }
}
