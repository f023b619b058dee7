import Foundation
import Glibc
import Synchronization

/// A test framework that failures can be given to.
///
/// Each framework drops failures silently when the other one runs the test. So whoever has a failure
/// offers it to one framework after the other, until one of them takes it.
public protocol IssueReporter: AnyObject {
  /// Gives the failure to the framework.
  ///
  /// - Returns: Whether a test of this framework took it.
  static func record(_ failure: TestFailure, at place: TestPlace) -> Bool
}

extension TestFailure {
  /// Gives the failure to `reporter`, or to another framework that runs the test.
  ///
  /// Where none does (the code is no test, or calls from a thread that the framework does not know),
  /// it is written to standard error, and the process will end with exit code 1: a failure that no
  /// framework counts shall not pass for success.
  public func report(to reporter: any IssueReporter.Type, at place: TestPlace) {
    // By name: neither framework's support may import the other's, and either may be missing. Swift
    // Testing first, since it can tell whether it runs the test.
    var reporters = ["LockcheckTesting.SwiftTestingReporter", "LockcheckXCTest.XCTestReporter"]
      .compactMap { NSClassFromString($0) as? any IssueReporter.Type }
    if !reporters.contains(where: { $0 == reporter }) { reporters.append(reporter) }
    if reporters.contains(where: { $0.record(self, at: place) }) { return }

    let message = """
      \(place.filePath):\(place.line): error: no test framework takes this failure. In Swift \
      Testing, use @Test(.lockcheck) or expectNoFindings of LockcheckTesting; call from the test's \
      own thread or task. The process will end with exit code 1.
      \(text)

      """
    FileHandle.standardError.write(Data(message.utf8))
    Self.failAtExit()
  }

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
