import Foundation
public import LockcheckFindings
import LockcheckReport

/// What a test framework is told when a run has findings, or hangs: one failure with the whole report.
public struct TestFailure: Sendable {
  /// The report for a person, or why nothing could be recorded.
  public let text: String
  /// Whether it is only told, and fails no test.
  public let isWarning: Bool
  /// What a framework that can shall keep with it.
  public let attachments: [TestAttachment]

  /// The failure that `run` deserves; nil where nothing was found that is as sure as `verdict`.
  ///
  /// - Parameter mode: Whether it fails the test or is only told. That nothing could be recorded is a
  ///   failure in any case.
  public init?<Value, Failure>(
    _ run: RecordedRun<Value, Failure>, failOn verdict: Verdict, mode: LockcheckMode = .fail
  ) {
    switch run.analysis {
    case .failure(let failure):
      self.init("lockcheck: \(failure)")
    case .success(let report):
      guard mode != .off, report.contains(atLeast: verdict) else { return nil }
      self.init(
        "lockcheck found trouble in what this test did.\n\n" + Self.render(report),
        isWarning: mode == .warn)
    }
  }

  package init(_ text: String, isWarning: Bool = false, attachments: [TestAttachment] = []) {
    self.text = text
    self.isWarning = isWarning
    self.attachments = attachments
  }

  static func render(_ report: Report) -> String {
    TextRenderer { file, line in
      guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
      let lines = text.split(separator: "\n", maxSplits: line, omittingEmptySubsequences: false)
      return lines.indices.contains(line - 1) ? String(lines[line - 1]) : nil
    }.render(report)
  }
}

/// A file that is kept with a failure.
public struct TestAttachment: Sendable {
  /// What the file is called.
  public let name: String
  /// What is in it.
  public let bytes: [UInt8]
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

  /// File and line: `BankTests.swift:12`.
  var short: String { "\(filePath.split(separator: "/").last ?? ""):\(line)" }
}
