public import LockcheckAssertions
import XCTest

/// Gives failures to the `XCTestCase` that runs.
public final class XCTestReporter: IssueReporter {
  /// Fails the running test case. XCTest knows no warnings and keeps no attachments here: it takes no
  /// warning.
  ///
  /// XCTest says nowhere whether a test case runs; it drops the failure where none does. But it tells
  /// observers of failures, at once and on the same thread.
  public static func record(_ failure: TestFailure, at place: TestPlace) -> Bool {
    guard !failure.isWarning else { return false }
    let witness = FailureWitness()
    let center = XCTestObservationCenter.shared
    center.addTestObserver(witness)
    defer { center.removeTestObserver(witness) }
    if let file = place.literalPath {
      XCTFail(failure.text, file: file, line: UInt(place.line))
    } else {
      XCTFail("\(place.filePath):\(place.line): \(failure.text)")
    }
    return witness.hasSeenFailure
  }
}

private final class FailureWitness: NSObject, XCTestObservation {
  var hasSeenFailure = false

  func testCase(
    _ testCase: XCTestCase, didFailWithDescription description: String,
    inFile filePath: String?, atLine lineNumber: Int
  ) {
    hasSeenFailure = true
  }
}
