import Foundation
import Testing

/// The built benchmark, on next to no work: whether it measures, not what.
@Suite struct `The benchmark of programs` {
  /// Where the benchmark and the library were built: beside the tests.
  private static let products: URL = {
    let bundle = CommandLine.arguments.last { $0.contains(".xctest") } ?? CommandLine.arguments[0]
    return URL(filePath: bundle).resolvingSymlinksInPath().deletingLastPathComponent()
  }()

  private func run(_ arguments: String...) throws -> (status: Int32, lines: [[String]]) {
    let process = Process()
    process.executableURL = Self.products.appending(path: "lockcheck-benchmark")
    process.arguments =
      ["programs", "--rounds", "1", "--divide", "1000", "--no-others"] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let lines = String(decoding: output, as: UTF8.self).split(separator: "\n").map { line in
      line.split(separator: "|", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
    }
    return (process.terminationStatus, lines)
  }

  @Test func `measures a program plain and recorded, and writes a trace`() throws {
    let result = try run("--only", "pair")
    #expect(result.status == 0)
    let rows = result.lines.filter { $0.count == 10 && $0[1] == "a lock pair" }
    #expect(rows.map { $0[2] } == ["plain", "recorded"])
    // The last column: 2,000 events take some kilobytes.
    #expect(rows.last.flatMap { Int($0[8]) } ?? 0 > 1)
    #expect(result.lines.contains { $0[0].hasPrefix("a lock pair recorded, ns more than plain") })
  }

  @Test func `says what it has to leave out`() throws {
    let result = try run("--only", "pair", "--runtime", "/nowhere/libLockcheckRuntime.so")
    #expect(result.status == 0)
    let rows = result.lines.filter { $0.count == 10 && $0[1] == "a lock pair" }
    #expect(rows.map { $0[2] } == ["plain"])
    #expect(
      result.lines.contains(["skipped: recorded: there is no /nowhere/libLockcheckRuntime.so"]))
  }
}
