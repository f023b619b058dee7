import AssertionsTestKit
import LockcheckTesting
import Testing

/// Tests that hang: `HangTests` runs them in a process of their own.
@Suite(.enabled(if: ThisTestProcess.isSubject)) struct HangSubjects {
  static let unseenLine = #line + 1
  @Test(.lockcheck(hang: .seconds(1))) func subjectUnseen() { Deeds.blockUnseen() }

  static let partLine = #line + 2
  @Test func subjectHungPart() {
    expectNoRaces(hang: .seconds(1)) { Deeds.deadlock() }
  }

  static let innerLine = #line + 2
  @Test(.lockcheck(hang: .seconds(3))) func subjectHungInside() async {
    await expectNoFindings(hang: .seconds(1)) {
      await Task.yield()
      Deeds.deadlock()
    }
  }

  @Test(.lockcheck(hang: .seconds(1)), arguments: 0..<16) func subjectAllHang(number: Int) {
    Deeds.deadlock()
  }

  @Test(.lockcheck(.warn, hang: .seconds(1))) func subjectWarnedHang() { Deeds.deadlock() }
}

@Suite(.enabled(if: ThisTestProcess.isSubject), .lockcheck(hang: .seconds(2), failOn: .predicted))
struct SubjectsOfThree {
  static let hungLine = #line + 1
  @Test func subjectHung() { Deeds.deadlock() }
  @Test func subjectFine() async { Deeds.noRace() }
  static let racyLine = #line + 1
  @Test func subjectRacy() { Deeds.race() }
}

/// What one trait says and another overrides.
@Suite(.enabled(if: ThisTestProcess.isSubject), .lockcheck) struct SubjectModes {
  @Test(.lockcheck(.off)) func subjectOff() { Deeds.race("off") }
  static let warnLine = #line + 1
  @Test(.lockcheck(.warn)) func subjectWarn() { Deeds.race("warn") }
  @Suite(.lockcheck(.off)) struct Inner {
    @Test func subjectInnerOff() { Deeds.race("inner off") }
    static let onLine = #line + 1
    @Test(.lockcheck) func subjectInnerOn() { Deeds.race("inner on") }
  }
}
