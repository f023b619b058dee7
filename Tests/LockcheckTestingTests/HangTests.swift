import AssertionsTestKit
import Foundation
import FoundationXML
import LockcheckTesting
import Testing

@Suite struct `A test that hangs` {
  @Test func `in a suite of three fails by name, and the other two report`() throws {
    let (status, output) = try run("SubjectsOfThree")
    #expect(status == Hang.exitStatus)
    #expect(
      output.contains(
        "Test subjectHung() recorded an issue at HangSubjects.swift:\(SubjectsOfThree.hungLine):"),
      "\(output)")
    #expect(output.contains("Test subjectFine() passed"), "\(output)")
    #expect(
      output.contains(
        "Test subjectRacy() recorded an issue at HangSubjects.swift:\(SubjectsOfThree.racyLine):"),
      "\(output)")
    #expect(output.contains("Test subjectRacy() failed"), "\(output)")
    #expect(!output.contains("Test subjectHung() passed"))
  }

  @Test func `says who waits for whom, and that it is a deadlock`() throws {
    let (_, output) = try run("SubjectsOfThree/subjectHung")
    #expect(output.contains("subjectHung() hangs: no event for 2.0 seconds"), "\(output)")
    #expect(output.contains("HAPPENED") && !output.contains("No progress."), "\(output)")
    #expect(output.contains("thread 'Plato' waits: acquire of lock 'right fork'"), "\(output)")
    #expect(output.contains("held by thread 'Kant', taken"), "\(output)")
    #expect(output.contains("Deeds.swift:"))
    #expect(output.ranges(of: "recorded an issue").count == 1)
  }

  @Test func `keeps and attaches its recording and its report`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    let artifacts = folder.appending(path: "artifacts")
    let attachments = folder.appending(path: "attachments")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: attachments, withIntermediateDirectories: true)
    let path = attachments.path(percentEncoded: false)
    let (status, output) = try ThisTestProcess.runSwiftTesting(
      filter: "SubjectsOfThree/subjectHung", arguments: ["--attachments-path", path],
      environment: [Hang.directoryVariable: artifacts.path(percentEncoded: false)])
    #expect(status == Hang.exitStatus, "\(output)")
    let names = ["subjectHung.lctrace", "subjectHung.txt"]
    let manager = FileManager.default
    #expect(
      try manager.contentsOfDirectory(atPath: artifacts.path(percentEncoded: false)).sorted()
        == names + ["subjectHung.xml"])
    #expect(try manager.contentsOfDirectory(atPath: path).sorted() == names)
    for name in names {
      #expect(
        try Data(contentsOf: artifacts.appending(path: name))
          == Data(contentsOf: attachments.appending(path: name)))
    }
    let text = try String(contentsOf: artifacts.appending(path: names[1]), encoding: .utf8)
    #expect(text.contains("Plato") && text.contains("HAPPENED"))
    try expectTestCase(in: artifacts.appending(path: "subjectHung.xml"), saying: text)
  }

  /// As JUnit has it, and read by a parser of XML, not by us.
  private func expectTestCase(in file: URL, saying text: String) throws {
    let reader = TestCaseReader()
    let parser = XMLParser(data: try Data(contentsOf: file))
    parser.delegate = reader
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    #expect(reader.elements["testsuite"]?["failures"] == "1")
    #expect(
      reader.elements["testcase"]
        == ["classname": "LockcheckTestingTests.HangSubjects", "name": "subjectHung()"])
    #expect(
      reader.elements["failure"]?["message"] == "subjectHung() hangs: no event for 2.0 seconds")
    #expect(reader.failure.hasPrefix(text), "\(reader.failure)")
    #expect(reader.failure.contains("thread 'Plato' waits: acquire of lock 'right fork'"))
  }

  @Test func `is in the event stream`() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    _ = try ThisTestProcess.runSwiftTesting(
      filter: "SubjectsOfThree/subjectHung",
      arguments: ["--event-stream-output-path", file.path(percentEncoded: false)])
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    let issues = lines.filter { $0.contains("issueRecorded") }
    #expect(issues.count == 1, "\(lines)")
    #expect(issues.first?.contains("subjectHung()") == true)
  }

  @Test func `in something that lockcheck does not know makes no progress, and no deadlock`() throws
  {
    let (status, output) = try run("subjectUnseen")
    #expect(status == Hang.exitStatus)
    #expect(output.contains("recorded an issue at HangSubjects.swift:\(HangSubjects.unseenLine):"))
    #expect(output.contains("No progress."), "\(output)")
    #expect(!output.contains("HAPPENED"), "\(output)")
    #expect(output.contains("waits for nothing that lockcheck knows"), "\(output)")
  }

  @Test func `in a part of it fails at the line of that part, whatever is looked for`() throws {
    let (status, output) = try run("subjectHungPart")
    #expect(status == Hang.exitStatus)
    #expect(
      output.contains("recorded an issue at HangSubjects.swift:\(HangSubjects.partLine):"),
      "\(output)")
    #expect(output.contains("HAPPENED"))
  }

  @Test func `in a recording within another hangs once`() throws {
    let (status, output) = try run("subjectHungInside")
    #expect(status == Hang.exitStatus)
    #expect(output.ranges(of: "recorded an issue").count == 1, "\(output)")
    #expect(output.contains("at HangSubjects.swift:\(HangSubjects.innerLine):"), "\(output)")
  }

  @Test func `is told though every thread of the cooperative pool is blocked`() throws {
    let (status, output) = try run("subjectAllHang")
    #expect(status == Hang.exitStatus)
    #expect(output.contains("recorded an issue"), "\(output)")
    #expect(output.contains("subjectAllHang"))
  }

  @Test func `fails also where findings only warn`() throws {
    let (status, output) = try run("subjectWarnedHang")
    #expect(status == Hang.exitStatus)
    #expect(output.contains("recorded an issue"), "\(output)")
  }

  private func run(_ filter: String) throws -> (status: Int32, output: String) {
    try ThisTestProcess.runSwiftTesting(filter: filter)
  }
}

@Suite struct `The mode of a trait` {
  @Test func `overrides that of the suite`() throws {
    let (status, output) = try ThisTestProcess.runSwiftTesting(filter: "SubjectModes")
    #expect(status != 0)
    let issues = output.matches(of: /recorded an issue.* at (\w+\.swift:\d+):/)
      .map { String($0.output.1) }
    #expect(issues == ["HangSubjects.swift:\(SubjectModes.Inner.onLine)"], "\(output)")
    #expect(output.contains("'inner on'") || output.contains("inner on"))
    #expect(!output.contains("inner off"))
  }

  @Test func `lets a test pass that is warned`() throws {
    let (status, output) = try ThisTestProcess.runSwiftTesting(filter: "SubjectModes/subjectWarn")
    #expect(status == 0, "\(output)")
    #expect(
      output.contains("recorded a warning at HangSubjects.swift:\(SubjectModes.warnLine):"),
      "\(output)")
    #expect(output.contains("Test subjectWarn() passed"))
  }
}

/// What a file of test cases says of its last element of each name.
private final class TestCaseReader: NSObject, XMLParserDelegate {
  private(set) var elements: [String: [String: String]] = [:]
  private(set) var failure = ""

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    elements[name] = attributes
    if name == "failure" { failure = "" }
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    if elements["failure"] != nil { failure += text }
  }
}
