import AssertionsTestKit
import LockcheckTesting
import Testing

/// Tests that are meant to fail: `TraitTests` runs them in a process of their own.
@Suite(.enabled(if: ThisTestProcess.isSubject)) struct Subjects {
  static let raceLine = #line + 1
  @Test(.lockcheck) func subjectRace() { Deeds.race() }

  static let asyncLine = #line + 1
  @Test(.lockcheck) func subjectAsync() async {
    await Task.yield()
    Deeds.race("one")
    await Task.yield()
    Deeds.race("two")
  }

  static let throwingLine = #line + 1
  @Test(.lockcheck) func subjectThrowing() throws {
    Deeds.race()
    throw CancellationError()
  }

  static let argumentsLine = #line + 1
  @Test(.lockcheck, arguments: [true, false]) func subjectArguments(isBad: Bool) {
    if isBad { Deeds.race() } else { Deeds.noRace() }
  }

  @Test func subjectPart() {
    expectNoFindings { Deeds.noRace() }
    let value = expectNoFindings {
      Deeds.race()
      return 1
    }
    #expect(value == 1)
  }
  static let partLine = #line - 6
}

@Suite(.enabled(if: ThisTestProcess.isSubject), .lockcheck) struct SubjectSuite {
  @Suite struct Inner {
    static let innerLine = #line + 1
    @Test func subjectInner() { Deeds.race() }
    @Test func subjectGoodInner() { Deeds.noRace() }
    @Test(.lockcheck(options: .init(rules: [.lockOrderCycle])))
    func subjectOther() { Deeds.race() }
  }
}
