import AssertionsTestKit
import LockcheckXCTest
import Testing

@Suite struct `Asserting no findings` {
  @Test func `fails once, at the line of the call, with all findings`() throws {
    let (status, output) = try ThisTestProcess.runXCTest("LockcheckXCTestTests.Subjects/testRace")
    #expect(status != 0)
    #expect(failures(in: output) == ["Subjects.swift:\(Subjects.raceLine)"], "\(output)")
    #expect(output.contains("Executed 1 test, with 1 failure"))
    #expect(output.contains("one") && output.contains("two"))
  }

  @Test func `tells findings and error of asynchronous code`() throws {
    let (_, output) = try ThisTestProcess.runXCTest("LockcheckXCTestTests.Subjects/testAsync")
    #expect(failures(in: output).contains("Subjects.swift:\(Subjects.asyncLine)"), "\(output)")
    #expect(output.contains("balance") && output.contains("CancellationError"))
  }

  @Test func `reaches Swift Testing when that runs the test`() throws {
    let (status, output) = try ThisTestProcess.runSwiftTesting(filter: "subjectXCTestCall")
    #expect(status != 0)
    #expect(
      output.contains(
        "recorded an issue at Subjects.swift:\(SwiftTestingSubjects.callLine):"), "\(output)")
    #expect(output.contains("balance") && !output.contains("no test framework"))
  }

  @Test func `is not dropped where no framework knows the test`() throws {
    let (status, output) = try ThisTestProcess.runSwiftTesting(filter: "subjectStrayThread")
    #expect(status == 1)
    #expect(
      output.contains(
        "Subjects.swift:\(SwiftTestingSubjects.strayLine): error: no test framework"), "\(output)")
    #expect(output.contains("balance"))
  }

  @Test func `has a twin in Swift Testing that reaches XCTest`() throws {
    let (_, output) = try ThisTestProcess.runXCTest(
      "LockcheckXCTestTests.Subjects/testSwiftTestingCall")
    #expect(output.contains("Executed 1 test, with 1 failure"), "\(output)")
    #expect(output.contains("Subjects.swift:\(Subjects.swiftTestingLine)"))
  }

  @Test func `hands out what the closure returns and throws`() async {
    #expect(assertNoFindings { 3 } == 3)
    let value = await assertNoFindings {
      await Task.yield()
      return 4
    }
    #expect(value == 4)
    #expect(throws: CancellationError.self) {
      try assertNoFindings { throw CancellationError() }
    }
  }

  @Test func `says nothing of code without findings`() { assertNoFindings { Deeds.noRace() } }

  /// Where XCTest says that something failed, `file:line` each.
  private func failures(in output: String) -> [String] {
    output.matches(of: #/(\w+\.swift:\d+): error: /#).map { String($0.output.1) }
  }
}
