import Foundation
import Glibc
import Synchronization

/// A test framework that failures can be given to.
///
/// Each framework drops failures silently when the other one runs the test. So whoever has a failure
/// offers it to one framework after the other, until one of them takes it.
public protocol IssueReporter: AnyObject, SendableMetatype {
  /// Gives the failure to the framework.
  ///
  /// - Returns: Whether a test of this framework took it.
  static func record(_ failure: TestFailure, at place: TestPlace) -> Bool
}

extension TestFailure {
  /// Gives the failure to `reporter`, or to another framework that runs the test.
  ///
  /// A warning that none takes is written to standard error. So is a failure that none takes (the code
  /// is no test, or calls from a thread that the framework does not know), and the process will end with
  /// exit code 1: a failure that no framework counts shall not pass for success.
  public func report(to reporter: (any IssueReporter.Type)?, at place: TestPlace) {
    if isTaken(by: reporter, at: place) { return }
    if isWarning {
      say("\(place.filePath):\(place.line): warning: \(text)\n")
    } else {
      reportToNobody(at: place)
    }
  }

  /// Offers the failure to `reporter`, and to the frameworks that are there.
  ///
  /// - Returns: Whether one of them took it.
  func isTaken(by reporter: (any IssueReporter.Type)?, at place: TestPlace) -> Bool {
    // By name: neither framework's support may import the other's, and either may be missing. Swift
    // Testing first, since it can tell whether it runs the test.
    var reporters = ["LockcheckTesting.SwiftTestingReporter", "LockcheckXCTest.XCTestReporter"]
      .compactMap { NSClassFromString($0) as? any IssueReporter.Type }
    if let reporter, !reporters.contains(where: { $0 == reporter }) { reporters.append(reporter) }
    return reporters.contains { $0.record(self, at: place) }
  }

  private func reportToNobody(at place: TestPlace) {
    let message = """
      \(place.filePath):\(place.line): error: no test framework takes this failure. In Swift \
      Testing, use @Test(.lockcheck) or expectNoFindings of LockcheckTesting; call from the test's \
      own thread or task. The process will end with exit code 1.
      \(text)

      """
    say(message)
    Self.failAtExit()
  }

  private func say(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

  private static let isFailing = Mutex(false)

  private static func failAtExit() {
    isFailing.withLock { isFailing in
      if isFailing { return }
      isFailing = true
      atexit {
        fflush(nil)
        _exit(1)
      }
    }
  }
}
