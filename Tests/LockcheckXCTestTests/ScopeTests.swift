import AssertionsTestKit
import Foundation
import LockcheckXCTest
import Testing

@Suite struct `The scope of invokeTest` {
  private let line = "ScopeSubjects.swift:\(ScopeSubjects.scopeLine)"

  @Test(arguments: ["testRace", "testAsyncRace"])
  func `fails a test that races, once, with the report`(test: String) throws {
    let (status, output) = try run(test)
    #expect(status != 0)
    #expect(failures(in: output) == [line], "\(output)")
    #expect(output.contains("Executed 1 test, with 1 failure"))
    #expect(output.contains("balance") && output.contains("ScopeSubjects.\(test)"))
  }

  @Test func `warns where it is told to`() throws {
    let (status, output) = try run("testWarnedRace")
    #expect(status == 0, "\(output)")
    #expect(output.contains("\(line): warning: ") && output.contains("balance"), "\(output)")
  }

  @Test func `lets a test pass that finds nothing`() throws {
    let (status, output) = try run("testFine")
    #expect(status == 0 && failures(in: output) == [], "\(output)")
  }

  @Test func `keeps the test's own failures`() throws {
    let (_, output) = try run("testRaceAndFailure")
    #expect(
      failures(in: output)
        == ["ScopeSubjects.swift:\(ScopeSubjects.throwingLine)", line], "\(output)")
    #expect(output.contains("its own failure"))
  }

  @Test(arguments: ["testHang", "testAsyncHang"])
  func `fails a test that hangs by name, and ends the process`(test: String) throws {
    let (status, output) = try run(test)
    #expect(status == Hang.exitStatus, "\(output)")
    #expect(failures(in: output) == [line], "\(output)")
    #expect(output.contains("ScopeSubjects.\(test) hangs: no event for 1.0 seconds"), "\(output)")
    #expect(output.contains("HAPPENED") && output.contains("held by thread 'Kant'"), "\(output)")
  }

  private func run(_ test: String) throws -> (status: Int32, output: String) {
    try ThisTestProcess.runXCTest(
      "LockcheckXCTestTests.ScopeSubjects/\(test)")
  }
}

@Suite struct `Assertions of one kind` {
  @Test func `look for races alone`() throws {
    let (_, output) = try ThisTestProcess.runXCTest("LockcheckXCTestTests.KindSubjects/testRace")
    #expect(failures(in: output) == ["ScopeSubjects.swift:\(KindSubjects.raceLine)"], "\(output)")
  }

  @Test func `look for deadlocks alone`() throws {
    let (_, output) = try ThisTestProcess.runXCTest("LockcheckXCTestTests.KindSubjects/testOrder")
    #expect(failures(in: output) == ["ScopeSubjects.swift:\(KindSubjects.orderLine)"], "\(output)")
  }

  @Test func `fail at their line when their code hangs`() throws {
    let (status, output) = try ThisTestProcess.runXCTest(
      "LockcheckXCTestTests.KindSubjects/testHang")
    #expect(status == Hang.exitStatus)
    #expect(failures(in: output) == ["ScopeSubjects.swift:\(KindSubjects.hangLine)"], "\(output)")
  }
}

/// Where XCTest says that something failed, `file:line` each.
private func failures(in output: String) -> [String] {
  output.matches(of: #/(\w+\.swift:\d+): error: /#).map { String($0.output.1) }
}
