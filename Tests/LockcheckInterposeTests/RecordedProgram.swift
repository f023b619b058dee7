import Foundation
import Testing

/// A program of `Programs`, which is compiled once and recorded with the library in front of the C library.
struct RecordedProgram {
  /// What one case of it came to.
  struct Result {
    var status: Int32
    var wasKilled: Bool
    var output: String
    /// The findings: code and verdict, as `LC102 predicted`.
    var findings: Set<String>
    /// What they are muted by.
    var fingerprints: Set<String> = []
    var warnings: String
    var threads: [String]
    var events: [[String: Any]]
  }

  private static let folder: URL = {
    let folder = FileManager.default.temporaryDirectory.appending(path: "lockcheck-\(UUID())")
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }()

  /// Where the library and the command were built: beside the tests.
  static let products: URL = {
    let bundle = CommandLine.arguments.last { $0.contains(".xctest") } ?? CommandLine.arguments[0]
    return URL(filePath: bundle).resolvingSymlinksInPath().deletingLastPathComponent()
  }()

  static let sources = URL(filePath: #filePath).deletingLastPathComponent()

  private static let compiled = Compiled(folder: folder)

  /// Whether the library brings the C++ library that it needs, and hides it: where the system has a static one.
  static let hidesCPlusPlus: Bool = {
    let library = try? Data(contentsOf: products.appending(path: "libLockcheckRuntime.so"))
    return library?.range(of: Data("libstdc++.so.6".utf8)) == nil
  }()

  let file: URL

  init(_ name: String) throws { file = try Self.compiled.program(name) }

  /// Runs one case of it, and analyzes what was recorded.
  func run(
    _ name: String, records: Bool = true, with variables: [String: String] = [:]
  ) throws -> Result {
    let trace = Self.folder.appending(path: "\(UUID()).lctrace")
    defer { try? FileManager.default.removeItem(at: trace) }
    var environment = ProcessInfo.processInfo.environment
    // Where a program in Swift ends by a trap, another one would look at it at length.
    environment["SWIFT_BACKTRACE"] = "enable=no"
    environment.merge(variables) { $1 }
    if records {
      environment["LD_PRELOAD"] = Self.products.appending(path: "libLockcheckRuntime.so").path
      environment["LOCKCHECK"] = "record"
      environment["LOCKCHECK_TRACE"] = trace.path
    }
    let run = try Self.start(file, [name], environment)
    var result = Result(
      status: run.status, wasKilled: run.wasKilled, output: run.output, findings: [], warnings: "",
      threads: [], events: [])
    guard records else { return result }
    let command = Self.products.appending(path: "lockcheck")
    let analysis = try Self.start(
      command, ["analyze", "--format", "json", trace.path], ProcessInfo.processInfo.environment)
    let report = try JSONSerialization.jsonObject(with: Data(analysis.output.utf8))
    let findings = (report as? [String: Any])?["findings"] as? [[String: Any]]
    for finding in try #require(findings, "\(analysis.output)\(analysis.errors)") {
      result.findings.insert("\(finding["code"] ?? "") \(finding["verdict"] ?? "")")
      result.fingerprints.insert("\(finding["fingerprint"] ?? "")")
    }
    result.warnings = analysis.errors
    try Self.readEvents(of: trace, into: &result)
    return result
  }

  private static func readEvents(of trace: URL, into result: inout Result) throws {
    let text = try start(
      products.appending(path: "lockcheck"),
      ["convert", trace.path, "--to", "json", "--output", "-"],
      ProcessInfo.processInfo.environment)
    let document =
      try JSONSerialization.jsonObject(with: Data(text.output.utf8)) as? [String: Any] ?? [:]
    result.events = document["events"] as? [[String: Any]] ?? []
    let threads = document["threads"] as? [[String: Any]] ?? []
    result.threads = threads.map { $0["name"] as? String ?? "" }
  }

  /// Starts a program and waits for its end.
  static func start(
    _ file: URL, _ arguments: [String], _ environment: [String: String]
  ) throws -> (status: Int32, wasKilled: Bool, output: String, errors: String) {
    let process = Process()
    process.executableURL = file
    process.arguments = arguments
    process.environment = environment
    process.currentDirectoryURL = folder
    let output = folder.appending(path: "\(UUID()).out")
    let errors = folder.appending(path: "\(UUID()).err")
    for file in [output, errors] { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    // One that does not end is a failure of its test, and not of all that come behind it.
    let pid = process.processIdentifier
    let limit = DispatchWorkItem { kill(pid, SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + 240, execute: limit)
    process.waitUntilExit()
    limit.cancel()
    defer { for file in [output, errors] { try? FileManager.default.removeItem(at: file) } }
    return (
      process.terminationStatus, process.terminationReason == .uncaughtSignal,
      try String(contentsOf: output, encoding: .utf8),
      try String(contentsOf: errors, encoding: .utf8)
    )
  }
}

/// The programs that have been compiled.
private final class Compiled: @unchecked Sendable {
  private let lock = NSLock()
  private var programs: [String: URL] = [:]
  private let folder: URL

  init(folder: URL) { self.folder = folder }

  /// - Parameter name: The source in `Programs`.
  func program(_ name: String) throws -> URL {
    try lock.withLock {
      if let known = programs[name] { return known }
      let result = folder.appending(path: name + ".program")
      let header = RecordedProgram.sources.deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources/CLockcheckInterpose/include").path
      let isCPlusPlus = name.hasSuffix(".cpp")
      let isLibrary = name == "plugin.cpp" || name == "library.c"
      // What comes with Swift; debug information and a build ID, so that reports have names.
      let command =
        name.hasSuffix(".swift")
        ? ["swiftc", "-O", "-g", "-warnings-as-errors", "-Xlinker", "--build-id"]
        : [isCPlusPlus ? "clang++" : "clang", isCPlusPlus ? "-std=c++20" : "-std=gnu11"] + [
          "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-Wl,--build-id", "-pthread", "-I", header,
        ] + (isLibrary ? ["-shared", "-fPIC"] : [])
      let source = RecordedProgram.sources.appending(path: "Programs/\(name)").path
      let compiler = try RecordedProgram.start(
        URL(filePath: "/usr/bin/env"), command + [source, "-o", result.path],
        ProcessInfo.processInfo.environment)
      try #require(compiler.status == 0, "\(compiler.errors)")
      programs[name] = result
      return result
    }
  }
}
