import Dispatch
import Foundation
import LockcheckCodecs
import LockcheckCompression
import LockcheckFindings
import LockcheckPipeline
import LockcheckTrace
import Testing

/// A program of `Fixtures/programs`, recorded as it runs.
struct ProgramRun {
  private static let sources = Fixture.root.appending(path: "programs")

  /// All programs, by name.
  static var names: [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: sources.path)
    return (names ?? []).sorted().filter { !$0.contains(".") }
  }

  /// Whether the program understands `--mended`.
  static func isMendable(_ name: String) -> Bool {
    let folder = sources.appending(path: name)
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".swift") }.contains { file in
      let text = try? String(contentsOf: folder.appending(path: file), encoding: .utf8)
      return text?.contains(#""--mended""#) ?? false
    }
  }

  private let report: Report

  /// Runs and records the program, and analyzes the recording.
  init(_ name: String, isMended: Bool) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "lockcheck-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let trace = folder.appending(path: "\(name).lctrace").path
    try Self.record(name, isMended ? ["--mended"] : [], into: trace)
    report = try Self.analyze(trace)
  }

  /// Runs and records a program that ends with `status`.
  ///
  /// Those that are not mended can hang, once in a great many runs, and are then run again.
  static func record(
    _ name: String, _ arguments: [String], into trace: String, status: Int32 = 0
  ) throws {
    var environment = ProcessInfo.processInfo.environment
    for key in environment.keys where key.hasPrefix("LOCKCHECK") { environment[key] = nil }
    environment["LOCKCHECK"] = "record"
    environment["LOCKCHECK_TRACE"] = trace
    for _ in 0..<3 {
      let process = Process()
      process.executableURL = try executable(name)
      process.arguments = arguments
      process.environment = environment
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      let hasEnded = DispatchSemaphore(value: 0)
      process.terminationHandler = { _ in hasEnded.signal() }
      try process.run()
      if hasEnded.wait(timeout: .now() + patience) == .success {
        #expect(process.terminationStatus == status, "\(name) \(arguments)")
        return
      }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    Issue.record("\(name) \(arguments) hung three times")
  }

  /// A hundred times what any of them takes.
  private static let patience = 120.0

  /// The program stands beside the tests.
  static func executable(_ name: String) throws -> URL {
    let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    let beside = tests.deletingLastPathComponent().appending(path: name)
    try #require(FileManager.default.isExecutableFile(atPath: beside.path), "\(beside.path)")
    return beside
  }

  private static func analyze(_ trace: String) throws -> Report {
    try TraceAnalysis().report(on: decoder(of: trace))
  }

  /// Reads the recording of a program, also of one that was ended.
  static func decoder(of trace: String) throws -> any TraceDecoder {
    try TraceFile(trace).decoder(recovering: true) {
      (bytes, recovering, file) throws(TraceCodingError) -> any TraceDecoder in
      try binaryDecoder(of: bytes, recovering: recovering, file: file)
    }
  }

  private static func binaryDecoder(
    of bytes: some RandomAccessBytes, recovering: Bool, file: String
  ) throws(TraceCodingError) -> any TraceDecoder {
    try BinaryTraceDecoder(bytes, recovering: recovering, file: file)
  }

  /// The first line of an expected file that lists no steps: of a program in which the schedule
  /// decides which functions meet.
  static let briefly = "# without steps: which functions meet is up to the schedule\n"

  /// Verdict, rule and objects of what was found, each once.
  func defects() -> String {
    let texts = Set(report.findings.map { head(of: $0) })
    return texts.isEmpty ? "none\n" : texts.sorted().joined(separator: "\n") + "\n"
  }

  /// What was found, in words that do not change from run to run: verdict, rule and objects, then
  /// the functions of the program itself in which each step happens, innermost first.
  ///
  /// Not which threads met (any two of a pool can), and not lines, addresses and counts.
  func findings() -> String {
    let texts = report.findings.map { reported in
      let steps = reported.finding.steps.map { "  " + step($0, cast: reported.cast) }
      return ([head(of: reported)] + steps.uniqued().sorted()).joined(separator: "\n")
    }
    return texts.isEmpty ? "none\n" : texts.sorted().joined(separator: "\n") + "\n"
  }

  private func head(of reported: ReportedFinding) -> String {
    let objects = reported.cast.objects.sorted().joined(separator: ", ")
    return "\(reported.finding.verdict) \(reported.finding.rule.name): \(objects)"
  }

  private func step(_ step: Step, cast: Cast) -> String {
    let frames = report.tables.frames(of: step.stack)
    let own = frames.filter { $0.file?.contains("/Fixtures/programs/") ?? false }
    let functions = own.compactMap(\.function).joined(separator: " < ")
    let object = step.object.isPresent ? " \(cast[step.object])" : ""
    return "\(step.operation.name)\(object) in \(functions)"
  }
}

extension Array where Element: Hashable {
  fileprivate func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
