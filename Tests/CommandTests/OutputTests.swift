import Foundation
import Glibc
import Testing

@Suite struct `The output` {
  @Test func `goes to a file where asked to`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let result = try lockcheck("analyze", trace, "-o", "report.txt")
      #expect(result.status == 1)
      #expect(result.output == "")
      let shown = try lockcheck("analyze", trace).output
      #expect(try lockcheck.read("report.txt") == shown)
      #expect(try lockcheck.visibleFiles == ["race.json", "report.txt"])
    }
  }

  @Test func `replaces a file whole, with its permissions`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let report = try lockcheck.write(String(repeating: "old\n", count: 9999), to: "report.txt")
      try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: report)
      #expect(try lockcheck("analyze", trace, "-o", report).status == 1)
      #expect(try !lockcheck.read("report.txt").contains("old\n"))
      let mode = try FileManager.default.attributesOfItem(atPath: report)[.posixPermissions]
      #expect(mode as? Int == 0o640)
    }
  }

  @Test func `leaves the old file alone when the trace is not readable`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write("nonsense", to: "bad.json")
      let report = try lockcheck.write("old", to: "report.txt")
      #expect(try lockcheck("analyze", trace, "-o", report).status == 65)
      #expect(try lockcheck.read("report.txt") == "old")
      #expect(try lockcheck.visibleFiles == ["bad.json", "report.txt"])
    }
  }

  @Test func `does not go where a trace is, under whatever name`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      try FileManager.default.createSymbolicLink(
        atPath: lockcheck.path("link"), withDestinationPath: trace)
      for name in ["race.json", "./race.json", "link"] {
        let result = try lockcheck("analyze", trace, "-o", name)
        #expect(result.status == 64)
        #expect(result.errors.contains("-o \(name) would put the report in the place of the trace"))
      }
      #expect(try lockcheck.read("race.json") == Sample.race)
    }
  }

  @Test func `through a link replaces what the link points to`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let report = try lockcheck.write("old", to: "report.txt")
      try FileManager.default.createSymbolicLink(
        atPath: lockcheck.path("link"), withDestinationPath: report)
      #expect(try lockcheck("analyze", trace, "-o", "link").status == 1)
      #expect(try lockcheck.read("report.txt").contains("data-race"))
      #expect(
        try FileManager.default.destinationOfSymbolicLink(atPath: lockcheck.path("link")) == report)
    }
  }

  @Test(arguments: ["/dev/full", "no/such/folder/report.txt", "."])
  func `that cannot be written ends with 74`(path: String) throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let result = try lockcheck("analyze", trace, "-o", path)
      #expect(result.status == 74, "\(result)")
      #expect(result.errors.contains("cannot write '\(path)'"))
      #expect(try lockcheck.visibleFiles == ["race.json"])
    }
  }

  @Test func `to a full device on standard output ends with 74`() throws {
    try withCommand { lockcheck in
      let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
      let result = try lockcheck("analyze", "-", input: Sample.race, output: full)
      #expect(result.status == 74)
      #expect(result.errors.contains("cannot write"))
    }
  }

  @Test func `whose reader has left is no crash and no complaint`() throws {
    try withCommand { lockcheck in
      let pipe = Pipe()
      try pipe.fileHandleForReading.close()
      let result = try lockcheck(
        "analyze", "-", input: Sample.race, output: pipe.fileHandleForWriting)
      #expect(!result.wasKilled)
      #expect(result.status == 1)
      #expect(result.errors == "")
    }
  }
}

@Suite struct `On a terminal` {
  /// Runs with a terminal as standard output, and returns what it showed.
  private func shown(environment: [String: String]) throws -> String {
    var text = ""
    try withCommand { lockcheck in
      let terminal = try Terminal()
      let result = try lockcheck(
        "analyze", "-", input: Sample.race, output: terminal.program,
        environment: environment.merging(["TERM": "xterm"]) { first, _ in first })
      #expect(result.status == 1)
      text = try terminal.shown()
    }
    #expect(text.contains("data-race"))
    return text
  }

  @Test func `the report has colours`() throws {
    #expect(try shown(environment: [:]).contains("\u{1B}[1;31mHAPPENED"))
  }

  @Test func `the report has none where NO_COLOR is set`() throws {
    #expect(try !shown(environment: ["NO_COLOR": "1"]).contains("\u{1B}"))
  }

  @Test func `an empty NO_COLOR says nothing`() throws {
    #expect(try shown(environment: ["NO_COLOR": ""]).contains("\u{1B}["))
  }

  @Test func `that can show no colours there are none`() throws {
    #expect(try !shown(environment: ["TERM": "dumb"]).contains("\u{1B}"))
  }
}

/// A terminal that nobody looks at.
private struct Terminal {
  /// What a program writes to.
  let program: FileHandle
  private let viewer: FileHandle

  init() throws {
    var (viewer, program): (Int32, Int32) = (-1, -1)
    try #require(unsafe openpty(&viewer, &program, nil, nil, nil) == 0)
    self.viewer = FileHandle(fileDescriptor: viewer, closeOnDealloc: true)
    self.program = FileHandle(fileDescriptor: program, closeOnDealloc: true)
  }

  /// What has been written, once the program has ended. A report fits the terminal's own buffer.
  func shown() throws -> String {
    String(decoding: viewer.availableData, as: UTF8.self)
  }
}

extension Command {
  /// What stands in the folder by now.
  var visibleFiles: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: folder.path)
        .filter { !$0.hasPrefix(".") }.sorted()
    }
  }
}
