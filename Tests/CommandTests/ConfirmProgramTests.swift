import Foundation
import Testing

/// Programs that use the primitives: recorded, and then steered into what is predicted of them.
@Suite struct `A program that was recorded` {
  @Test(arguments: ["bank", "philosophers"])
  func `is steered into its deadlock, and goes there again`(name: String) throws {
    try withCommand { lockcheck in
      let program = try Self.record(name, with: lockcheck)
      let result = try lockcheck("confirm", "run.lctrace", "1", "--", program, "--free")
      #expect(result.status == 1, "\(result)")
      #expect(result.output.contains("LC102 lock-order-cycle: "))
      #expect(result.output.contains("Confirmed: the program was steered into it"))
      #expect(result.output.contains("waits for"))
      let line = try #require(result.output.split(separator: "\n").first { $0.contains("=lc1:") })
      let token = try #require(line.split(separator: " ").first?.split(separator: "=").last)
      let replay = try Self.run(program, ["--free"], ["LOCKCHECK_SCHEDULE": String(token)])
      #expect(replay.status == 3)
      #expect(replay.errors.contains("deadlock"))
      #expect(!replay.errors.contains("went another way"))
    }
  }

  @Test func `is steered into its race`() throws {
    try withCommand { lockcheck in
      let program = try Self.record("shared-list", ["--late"], with: lockcheck)
      let analysis = try lockcheck("analyze", "run.lctrace")
      #expect(analysis.output.contains("LC201 data-race ━━\nCAN HAPPEN"), "\(analysis)")
      let result = try lockcheck("confirm", "run.lctrace", "1", "--", program, "--late", "--free")
      #expect(result.status == 1, "\(result)")
      #expect(result.output.hasPrefix("LC201 data-race: list\nConfirmed: the program was steered"))
      #expect(
        result.output.contains(
          "\nBoth threads stood before their accesses at the same time.\n"))
      #expect(result.output.contains("LOCKCHECK_SCHEDULE=lc1:exact:"))
      // Here both hold a lock while they touch the list.
      let mended = try lockcheck(
        "confirm", "run.lctrace", "1", "--tries", "5", "--", program, "--mended")
      #expect(mended.status == 0, "\(mended)")
      #expect(mended.output.contains("Not confirmed in 5 tries. That proves nothing"))
    }
  }

  /// What is predicted takes for granted that nothing but what was recorded decides who does what.
  @Test(arguments: [["--polite"], ["--free", "--mended"]])
  func `is not steered into what its values or its order forbid`(arguments: [String]) throws {
    try withCommand { lockcheck in
      let program = try Self.record("bank", with: lockcheck)
      let result = try lockcheck.run(
        ["confirm", "run.lctrace", "1", "--tries", "5", "--", program] + arguments)
      #expect(result.status == 0, "\(result)")
      #expect(result.output.contains("Not confirmed in 5 tries. That proves nothing"))
      #expect(result.output.contains("Tries that ended well: 5."))
    }
  }

  @Test func `is told so in a report on it`() throws {
    try withCommand { lockcheck in
      let program = try Self.record("bank", with: lockcheck)
      let result = try lockcheck(
        "analyze", "run.lctrace", "--confirm", "--", program, "--free")
      #expect(result.status == 1)
      #expect(result.output.contains("predicted, confirmed"))
      #expect(result.output.contains("1 of 1 prediction confirmed."))
    }
  }

  /// - Returns: The program's path.
  private static func record(
    _ name: String, _ arguments: [String] = [], with lockcheck: borrowing Command
  ) throws -> String {
    let program = try Command.executable.deletingLastPathComponent().appending(path: name).path
    let trace = lockcheck.path("run.lctrace")
    let result = try run(program, arguments, ["LOCKCHECK": "record", "LOCKCHECK_TRACE": trace])
    try #require(result.status == 0)
    return program
  }

  private static func run(
    _ program: String, _ arguments: [String], _ environment: [String: String]
  ) throws -> (status: Int32, errors: String) {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    var variables = ProcessInfo.processInfo.environment
    for name in variables.keys where name.hasPrefix("LOCKCHECK") { variables[name] = nil }
    process.environment = variables.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let text = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: text, as: UTF8.self))
  }
}
