import Foundation
import Glibc
import Testing

/// The built command, run as a shell would run it.
struct Command {
  /// How it ended and what it said.
  struct Result {
    var status: Int32
    var wasKilled: Bool
    var output: String
    var errors: String
  }

  /// Where things are put that go with the test.
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "lockcheck-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// Runs it in a folder that is there already.
  init(folder: URL) { self.folder = folder }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  /// Puts a file into the folder.
  func write(_ text: String, to name: String) throws -> String {
    let file = folder.appending(path: name)
    try text.write(to: file, atomically: true, encoding: .utf8)
    return file.path
  }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  func read(_ name: String) throws -> String {
    try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }

  /// Runs `lockcheck` with these arguments, in the folder.
  ///
  /// - Parameters:
  ///   - input: What stands on standard input; nothing where nil.
  ///   - output: Where standard output goes; collected where nil.
  func callAsFunction(
    _ arguments: String..., input: String? = nil, output: FileHandle? = nil,
    environment: [String: String] = [:]
  ) throws -> Result {
    try run(arguments, input: input, output: output, environment: environment)
  }

  /// The same with arguments that were put together before.
  ///
  /// - Parameter preparation: What a shell does before it becomes the command; no shell where nil.
  func run(
    _ arguments: [String], input: String? = nil, output: FileHandle? = nil,
    environment: [String: String] = [:], after preparation: String? = nil
  ) throws -> Result {
    let process = Process()
    process.executableURL = try Self.executable
    process.arguments = arguments
    if let preparation {
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments =
        try ["-c", "\(preparation); exec \"$0\" \"$@\"", Self.executable.path] + arguments
    }
    process.currentDirectoryURL = folder
    var variables = ProcessInfo.processInfo.environment
    for name in ["NO_COLOR", "LOCKCHECK", "LOCKCHECK_TRACE"] { variables[name] = nil }
    process.environment = variables.merging(environment) { $1 }
    // Files, not pipes: however much is said, nobody has to read while it runs.
    let id = UUID().uuidString
    let files = try ["in", "out", "err"].map { kind in
      let file = folder.appending(path: ".\(id).\(kind)")
      try (kind == "in" ? input ?? "" : "").write(to: file, atomically: false, encoding: .utf8)
      return file
    }
    defer { for file in files { try? FileManager.default.removeItem(at: file) } }
    process.standardInput = try FileHandle(forReadingFrom: files[0])
    process.standardOutput = try output ?? FileHandle(forWritingTo: files[1])
    process.standardError = try FileHandle(forWritingTo: files[2])
    try process.run()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus, wasKilled: process.terminationReason != .exit,
      output: try String(contentsOf: files[1], encoding: .utf8),
      errors: try String(contentsOf: files[2], encoding: .utf8))
  }

  /// The command stands beside the tests.
  static var executable: URL {
    get throws {
      let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
      let command = tests.deletingLastPathComponent().appending(path: "lockcheck")
      try #require(FileManager.default.isExecutableFile(atPath: command.path), "\(command.path)")
      return command
    }
  }
}

/// Makes a folder for `body`, and removes it afterwards.
func withCommand(_ body: (Command) throws -> Void) throws {
  let command = try Command()
  defer { command.remove() }
  try body(command)
}

/// Traces in the JSON form.
enum Sample {
  private static func trace(_ events: String...) -> String {
    #"{"format": "lockcheck-trace", "version": 1, "events": ["#
      + events.map { "{\($0)}" }.joined(separator: ",\n") + "]}\n"
  }

  /// Two threads write one variable, and nothing orders them.
  static let race = trace(
    #""thread": "main", "op": "fork", "child": "worker""#,
    #""thread": "main", "op": "write", "object": "total", "at": "Account.swift:2 add(_:)""#,
    #""thread": "worker", "op": "write", "object": "total", "at": "Account.swift:2 add(_:)""#)

  /// The same, with one lock around each write.
  static let locked = trace(
    #""thread": "main", "op": "fork", "child": "worker""#,
    #""thread": "main", "op": "acquire", "object": "lock""#,
    #""thread": "main", "op": "write", "object": "total""#,
    #""thread": "main", "op": "release", "object": "lock""#,
    #""thread": "worker", "op": "acquire", "object": "lock""#,
    #""thread": "worker", "op": "write", "object": "total""#,
    #""thread": "worker", "op": "release", "object": "lock""#)

  static let truncated = String(race.prefix(150))
}
