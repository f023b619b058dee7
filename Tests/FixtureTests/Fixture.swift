import Foundation
import LockcheckCodecs
import LockcheckCompression
import LockcheckFindings
import LockcheckPipeline
import LockcheckReport
import LockcheckTrace
import Testing

/// A folder of `Fixtures` with a trace in it.
struct Fixture: Sendable, CustomTestStringConvertible {
  /// Where all fixtures are.
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures")

  /// Whether expected files are to be made anew.
  static let isRenewing = ProcessInfo.processInfo.environment["LOCKCHECK_UPDATE"] == "1"

  /// Family and case: `lock-order/gate-lock`.
  let name: String

  var testDescription: String { name }

  var folder: URL { Self.root.appending(path: name) }

  /// Every case of every family, in order.
  static let all: [Fixture] = {
    let families = entries(of: root).filter { $0 != "programs" && $0 != "kernels" }
    return families.flatMap { family in
      let cases = entries(of: root.appending(path: family)).map { "\(family)/\($0)" }
      // One level more, where a case has several traces.
      guard family == "hangs" else { return cases.map(Fixture.init) }
      return cases.flatMap { name in
        entries(of: root.appending(path: name)).map { Fixture(name: "\(name)/\($0)") }
      }
    }
  }()

  private static func entries(of folder: URL) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    return (names ?? []).sorted().filter { name in
      var isFolder: ObjCBool = false
      let path = folder.appending(path: name).path
      return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        && isFolder.boolValue
    }
  }

  /// The one file called `trace`, whatever its form.
  func traceFile() throws -> URL {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let traces = names.filter { $0.hasPrefix("trace.") }
    try #require(traces.count == 1, "\(name) must hold one trace, and holds \(traces)")
    return folder.appending(path: traces[0])
  }

  /// What a person said must come out.
  func truth() throws -> Truth {
    let file = folder.appending(path: "truth.txt")
    return try Truth(String(contentsOf: file, encoding: .utf8))
  }

  /// Reads and analyzes the trace, as the command does.
  ///
  /// - Parameter chosen: The rules to look for; those of the family where nil.
  /// - Throws: ``LockcheckCodecs/TraceCodingError`` for what is wrong with the trace; it names the
  ///   file without its folders.
  func report(recovering: Bool = false, rules chosen: [Rule]? = nil) throws -> Report {
    let file = try traceFile()
    do {
      // Where the time goes is told to those who ask.
      let rules = chosen ?? (name.hasPrefix("contention/") ? Rule.all : Rule.usual)
      return try TraceAnalysis(rules: rules)
        .report(on: Self.decoder(of: file, recovering: recovering))
    } catch var error as TraceCodingError {
      error.file = file.lastPathComponent
      throw error
    }
  }

  /// Reads the trace.
  func trace() throws -> Trace {
    var decoder = try Self.decoder(of: traceFile(), recovering: false)
    var trace = Trace()
    var events: [Event] = []
    while try decoder.read(into: &events, tables: &trace.tables) { trace.events += events }
    trace.header = decoder.header
    return trace
  }

  private static func decoder(of file: URL, recovering: Bool) throws -> any TraceDecoder {
    try TraceFile(file.path).decoder(recovering: recovering) {
      (bytes, recovering, file) throws(TraceCodingError) -> any TraceDecoder in
      try binaryDecoder(of: bytes, recovering: recovering, file: file)
    }
  }

  private static func binaryDecoder(
    of bytes: some RandomAccessBytes, recovering: Bool, file: String
  ) throws(TraceCodingError) -> any TraceDecoder {
    try BinaryTraceDecoder(bytes, recovering: recovering, file: file)
  }

  /// Compares with a file of the case, or makes it anew.
  func expect(_ text: String, equals file: String) throws {
    try expectGolden(text, at: folder.appending(path: file), of: name)
  }

  /// Whether the case has a file of this name.
  func has(_ file: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.appending(path: file).path)
  }
}

/// Compares with an expected file; `LOCKCHECK_UPDATE=1` makes it anew.
func expectGolden(_ text: String, at file: URL, of name: String) throws {
  if Fixture.isRenewing { try text.write(to: file, atomically: true, encoding: .utf8) }
  guard let golden = try? String(contentsOf: file, encoding: .utf8) else {
    Issue.record("\(name) has no \(file.lastPathComponent): LOCKCHECK_UPDATE=1 makes it")
    return
  }
  #expect(text == golden, "\(name)/\(file.lastPathComponent)")
}
