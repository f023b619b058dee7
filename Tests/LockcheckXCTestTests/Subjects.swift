import AssertionsTestKit
import Foundation
import LockcheckTesting
import LockcheckXCTest
import Testing
import XCTest

/// Tests that are meant to fail: `AssertNoFindingsTests` runs them in a process of their own.
final class Subjects: XCTestCase {
  override func setUpWithError() throws {
    try XCTSkipUnless(ThisTestProcess.isSubject, "meant to fail")
  }

  static let raceLine = #line + 3
  func testRace() {
    assertNoFindings { Deeds.noRace() }
    assertNoFindings {
      Deeds.race("one")
      Deeds.race("two")
    }
  }

  static let asyncLine = #line + 2
  func testAsync() async throws {
    try await assertNoFindings {
      await Task.yield()
      Deeds.race()
      throw CancellationError()
    }
  }

  static let swiftTestingLine = #line + 2
  func testSwiftTestingCall() {
    expectNoFindings { Deeds.race() }
  }
}

/// Tests of the other framework that are meant to fail.
@Suite(.enabled(if: ThisTestProcess.isSubject)) struct SwiftTestingSubjects {
  static let callLine = #line + 2
  @Test func subjectXCTestCall() {
    assertNoFindings { Deeds.race() }
  }

  static let strayLine = #line + 5
  @Test func subjectStrayThread() async {
    // A thread that the framework knows nothing of.
    await withCheckedContinuation { done in
      Thread.detachNewThread {
        assertNoFindings { Deeds.race() }
        done.resume()
      }
    }
  }
}
