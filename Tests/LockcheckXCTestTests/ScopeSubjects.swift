import AssertionsTestKit
import LockcheckXCTest
import XCTest

/// Tests that are meant to fail under the scope of `invokeTest`: `ScopeTests` runs them in a process of
/// their own.
final class ScopeSubjects: XCTestCase {
  static let scopeLine = #line + 2
  override func invokeTest() {
    invokeUnderLockcheck(name.contains("Warned") ? .warn : .fail, hang: .seconds(1)) {
      super.invokeTest()
    }
  }

  override func setUpWithError() throws {
    try XCTSkipUnless(ThisTestProcess.isSubject, "meant to fail")
  }

  func testRace() { Deeds.race() }

  func testWarnedRace() { Deeds.race() }

  func testFine() { Deeds.noRace() }

  func testAsyncRace() async {
    await Task.yield()
    Deeds.race()
  }

  static let throwingLine = #line + 3
  func testRaceAndFailure() {
    Deeds.race()
    XCTFail("its own failure")
  }

  func testHang() { Deeds.deadlock() }

  func testAsyncHang() async {
    await Task.yield()
    Deeds.deadlock()
  }
}

/// Assertions of one kind, and on what hangs.
final class KindSubjects: XCTestCase {
  override func setUpWithError() throws {
    try XCTSkipUnless(ThisTestProcess.isSubject, "meant to fail")
  }

  static let raceLine = #line + 3
  func testRace() {
    assertNoDeadlocks { Deeds.race() }
    assertNoRaces { Deeds.race() }
  }

  static let orderLine = #line + 3
  func testOrder() {
    assertNoRaces { Deeds.oppositeOrders() }
    assertNoDeadlocks { Deeds.oppositeOrders() }
  }

  static let hangLine = #line + 2
  func testHang() {
    assertNoFindings(hang: .seconds(1)) { Deeds.deadlock() }
  }
}
