import Foundation

/// Tests of this very executable that are meant to fail, run in a process of their own.
///
/// They are skipped unless they find ``isSubject`` set.
public enum ThisTestProcess {
  /// Whether this process was started to let a test fail.
  public static var isSubject: Bool { ProcessInfo.processInfo.environment[variable] != nil }

  private static let variable = "RUN_TESTS_THAT_ARE_MEANT_TO_FAIL"

  /// Runs the tests of Swift Testing whose identifiers match `filter`.
  public static func runSwiftTesting(
    filter: String, arguments: [String] = [], environment: [String: String] = [:]
  ) throws -> (status: Int32, output: String) {
    try run(
      ["--testing-library", "swift-testing", "--filter", filter] + arguments, environment)
  }

  /// Runs one test of XCTest, `Module.Class/test`.
  public static func runXCTest(_ name: String) throws -> (status: Int32, output: String) {
    try run(["--testing-library", "xctest", name], [:])
  }

  /// How long a process may take, in seconds: one that ought to end and does not must not stop the tests.
  private static let patience = 300.0

  private static func run(
    _ arguments: [String], _ environment: [String: String]
  ) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = arguments
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    process.environment = ProcessInfo.processInfo.environment
      .merging([variable: "1", "LOCKCHECK_ARTIFACTS": folder.path(percentEncoded: false)]) { $1 }
      .merging(environment) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let id = process.processIdentifier
    let end = DispatchWorkItem { kill(id, SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + patience, execute: end)
    defer { end.cancel() }
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}
