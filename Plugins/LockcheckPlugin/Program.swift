import Foundation

/// A program that is run to its end, with the streams of this one.
struct Program {
  let file: URL
  /// Where it runs.
  let folder: URL

  /// - Returns: Its exit status; 128 and the number of the signal where one ended it.
  func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Int32 {
    let process = started(arguments, environment)
    try process.run()
    process.waitUntilExit()
    let status = process.terminationStatus
    return process.terminationReason == .exit ? status : 128 + status
  }

  /// - Returns: What it writes to standard output.
  func output(_ arguments: [String]) throws -> String {
    let process = started(arguments, [:])
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw Failure("'\(file.lastPathComponent) \(arguments.joined(separator: " "))' failed")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func started(_ arguments: [String], _ environment: [String: String]) -> Process {
    let process = Process()
    process.executableURL = file
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    return process
  }
}
