import Foundation
import Glibc
import Testing

/// `lockcheck run` while it runs: what it says is read as it comes, and it can be sent signals.
final class LiveRun {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let errors = Pipe()
  /// What was read of standard error.
  private var said = ""

  init(_ command: Command, _ arguments: String...) throws {
    process.executableURL = try Command.executable
    process.arguments = ["run"] + arguments
    process.currentDirectoryURL = command.folder
    var variables = ProcessInfo.processInfo.environment
    variables["TMPDIR"] = command.path("tmp")
    process.environment = variables
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    try process.run()
  }

  /// Reads standard output until `word` has come.
  @discardableResult
  func awaitOutput(_ word: String) throws -> String { try Self.await(word, output) }

  /// Reads standard error until `word` has come.
  @discardableResult
  func awaitErrors(_ word: String) throws -> String {
    let text = try Self.await(word, errors)
    said += text
    return text
  }

  private static func await(_ word: String, _ pipe: Pipe) throws -> String {
    var text = ""
    while !text.contains(word) {
      let some = pipe.fileHandleForReading.availableData
      try #require(!some.isEmpty, "'\(word)' never came, but:\n\(text)")
      text += String(decoding: some, as: UTF8.self)
    }
    return text
  }

  /// Sends the command a signal, and nobody else.
  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Ends the program's standard input, and waits for the end.
  func end() throws -> Command.Result {
    try input.fileHandleForWriting.close()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    let more = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Command.Result(
      status: process.terminationStatus, wasKilled: process.terminationReason != .exit,
      output: String(decoding: text, as: UTF8.self),
      errors: said + String(decoding: more, as: UTF8.self))
  }
}
