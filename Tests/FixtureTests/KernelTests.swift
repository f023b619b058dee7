import Foundation
import LockcheckFindings
import LockcheckPipeline
import LockcheckTrace
import Testing

@Suite struct `Every kernel that hangs` {
  static let runs = Kernel.all.flatMap(\.runs)

  /// Whether traces are to be recorded anew: where a kernel has changed.
  static let isRecording = ProcessInfo.processInfo.environment["LOCKCHECK_RECORD"] == "1"

  @Test(arguments: runs)
  func `gives the findings that its fixture says`(run: Kernel.Run) throws {
    let trace = try run.record()
    if Self.isRecording {
      let folder = run.fixture.folder
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let file = folder.appending(path: "trace.json")
      try trace.json().write(to: file, atomically: true, encoding: .utf8)
    }
    let report = try TraceAnalysis().report(on: TraceEvents(trace))
    let found = Set(report.findings.map { "\($0.finding.verdict) \($0.finding.rule.name)" })
    let claims = try run.fixture.truth().outcome.claims
    #expect(found == Set(claims.map { "\($0.verdict) \($0.rule)" }), "\(run.testDescription)")
  }

  @Test func `is mended in its twin`() throws {
    #expect(Kernel.all.allSatisfy { $0.ways.contains(.mended) })
    for run in Self.runs where run.way == .mended || run.way == .otherwise {
      let claims = try run.fixture.truth().outcome.claims
      #expect(claims.allSatisfy { $0.verdict == "possible" }, "\(run.testDescription)")
    }
  }

  @Test func `says what hangs`() throws {
    for run in Self.runs where run.way == .hanging {
      let claims = try run.fixture.truth().outcome.claims
      #expect(claims.contains { $0.verdict == "observed" }, "\(run.testDescription)")
    }
  }

  @Test func `is there, and nothing else`() {
    #expect(Kernel.all.count >= 40)
    let fixtures = Fixture.all.map(\.name).filter { $0.hasPrefix("hangs/") }
    #expect(Set(Self.runs.map(\.fixture.name)) == Set(fixtures))
  }

  @Test func `is in the documents with what is said of it`() throws {
    let page = Fixture.root.deletingLastPathComponent().appending(path: "Docs/hangs.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let parts = text.components(separatedBy: "<!-- kernels -->\n")
    try #require(parts.count == 3, "the table stands between two marks")
    let table = try KernelTable(Kernel.all).markdown
    let whole = [parts[0], table, parts[2]].joined(separator: "<!-- kernels -->\n")
    try expectGolden(whole, at: page, of: "Docs")
  }
}
