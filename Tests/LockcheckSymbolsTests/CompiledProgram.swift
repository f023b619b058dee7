import Foundation
import Testing

/// A C program or library that a test compiles.
final class CompiledProgram {
  let folder: URL
  let path: String

  init(_ source: String, named name: String = "program", options: [String]) throws {
    folder = URL.temporaryDirectory.appending(path: "lockcheck-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appending(path: "main.c").path()
    try Data(source.utf8).write(to: URL(filePath: file))
    path = folder.appending(path: name).path()
    _ = try output(of: "clang", [file, "-o", path] + options)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The numbers that it writes, each after a word.
  func addresses() throws -> [String: UInt64] {
    var addresses: [String: UInt64] = [:]
    for line in try output(of: path).split(separator: "\n") {
      let words = line.split(separator: " ")
      addresses[String(words[0])] = UInt64(words[1])
    }
    return addresses
  }

  /// Moves its symbols and debug information to `file`, as distributions do.
  func split(to file: String) throws {
    _ = try output(of: "llvm-objcopy", ["--only-keep-debug", path, file])
    _ = try output(of: "llvm-objcopy", ["--strip-all", path])
    _ = try output(of: "llvm-objcopy", ["--add-gnu-debuglink=\(file)", path])
  }
}

func output(of program: String, _ arguments: [String] = []) throws -> String {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = [program] + arguments
  let pipe = Pipe()
  process.standardOutput = pipe
  try process.run()
  let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  try #require(process.terminationStatus == 0, "\(program) \(arguments)")
  return String(decoding: data, as: UTF8.self)
}
