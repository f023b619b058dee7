import AssertionsTestKit
import LockcheckTesting
import Testing

@Suite struct `The trait` {
  @Test func `fails a test that races, once, at its own line, with the report`() throws {
    let (status, output) = try ThisTestProcess.runSwiftTesting(filter: "subjectRace")
    #expect(status != 0)
    #expect(issues(in: output) == ["Subjects.swift:\(Subjects.raceLine)"], "\(output)")
    #expect(output.contains("balance") && output.contains("Deeds.swift"))
  }

  @Test func `makes one issue of all findings of an asynchronous test`() throws {
    let (_, output) = try ThisTestProcess.runSwiftTesting(filter: "subjectAsync")
    #expect(issues(in: output) == ["Subjects.swift:\(Subjects.asyncLine)"], "\(output)")
    #expect(output.contains("one") && output.contains("two"))
  }

  @Test func `tells findings and error of a test that throws`() throws {
    let (_, output) = try ThisTestProcess.runSwiftTesting(filter: "subjectThrowing")
    #expect(
      Set(issues(in: output)) == ["Subjects.swift:\(Subjects.throwingLine)"], "\(output)")
    #expect(issues(in: output).count == 2)
    #expect(output.contains("CancellationError") && output.contains("balance"))
  }

  @Test func `fails only the argument that races`() throws {
    let (_, output) = try ThisTestProcess.runSwiftTesting(filter: "subjectArguments")
    #expect(issues(in: output) == ["Subjects.swift:\(Subjects.argumentsLine)"], "\(output)")
    #expect(output.contains("isBad → true"))
  }

  @Test func `of a suite holds for the tests in it, unless they have one of their own`() throws {
    let (_, output) = try ThisTestProcess.runSwiftTesting(filter: "SubjectSuite")
    #expect(issues(in: output) == ["Subjects.swift:\(SubjectSuite.Inner.innerLine)"], "\(output)")
  }

  @Test(.lockcheck) func `lets a test pass that finds nothing`() { Deeds.noRace() }

  @Test(.lockcheck(failOn: .possible)) func `lets an asynchronous test pass that finds nothing`()
    async
  {
    await Task.yield()
    Deeds.noRace()
  }

  /// Where issues were recorded, `file:line` each.
  private func issues(in output: String) -> [String] {
    output.matches(of: /recorded an issue.* at (\w+\.swift:\d+):/).map { String($0.output.1) }
  }
}

@Suite struct `Expecting no findings` {
  @Test func `fails at the line of the call`() throws {
    let (status, output) = try ThisTestProcess.runSwiftTesting(filter: "subjectPart")
    #expect(status != 0)
    #expect(output.contains("Subjects.swift:\(Subjects.partLine):"), "\(output)")
    #expect(output.ranges(of: "recorded an issue").count == 1)
  }

  @Test func `is a known issue where it is known`() {
    withKnownIssue {
      expectNoFindings { Deeds.race() }
    } matching: { issue in
      issue.comments.contains { $0.rawValue.contains("balance") }
    }
  }

  @Test func `of one kind looks for that kind alone`() {
    expectNoDeadlocks { Deeds.race() }
    expectNoRaces { Deeds.oppositeOrders() }
    withKnownIssue { expectNoRaces { Deeds.race() } }
    withKnownIssue { expectNoDeadlocks { Deeds.oppositeOrders() } }
  }

  @Test func `hands out what the closure returns and throws`() async {
    #expect(expectNoFindings { 3 } == 3)
    let value = await expectNoFindings {
      await Task.yield()
      return 4
    }
    #expect(value == 4)
    #expect(throws: CancellationError.self) {
      try expectNoFindings { throw CancellationError() }
    }
  }
}
