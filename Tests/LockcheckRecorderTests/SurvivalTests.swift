import Foundation
import Glibc
import LockcheckTrace
import Testing

@Suite struct `A trace survives` {
  /// The probe, which is built beside the tests.
  static var probe: String {
    let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    for folder in [
      (tests as NSString).deletingLastPathComponent,
      (CommandLine.arguments[0] as NSString).deletingLastPathComponent,
      ((CommandLine.arguments.last { $0.contains(".xctest") } ?? "") as NSString)
        .deletingLastPathComponent,
    ] where FileManager.default.isExecutableFile(atPath: folder + "/RecorderProbe") {
      return folder + "/RecorderProbe"
    }
    return "RecorderProbe"
  }

  func run(_ file: String, _ way: String) throws -> (Process, Pipe) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.probe)
    process.arguments = [file, way]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    return (process, output)
  }

  func expectClosed(_ trace: Trace) {
    for number in 0..<3 {
      let events = trace.events(on: "lock \(number)")
      #expect(events.map(\.count) == (0..<UInt64(events.count)).map { $0 })
    }
  }

  /// `LOCKCHECK_KILLS` sets how often.
  static let kills = ProcessInfo.processInfo.environment["LOCKCHECK_KILLS"].flatMap(Int.init) ?? 20

  @Test(arguments: 0..<kills)
  func `being killed at any instant`(seed: Int) throws {
    let folder = try TemporaryFolder()
    let (process, output) = try run(folder.file(), "loop")
    _ = output.fileHandleForReading.availableData
    var random = SeededGenerator(seed: UInt64(seed))
    usleep(UInt32.random(in: 0..<20000, using: &random))
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    let (trace, losses) = try read(folder.file())
    #expect(losses.isEmpty)
    #expect(trace.events.count >= 20)
    expectClosed(trace)
  }

  @Test(arguments: ["return", "exit", "_exit", "abort"])
  func `the end of its process by`(way: String) throws {
    let folder = try TemporaryFolder()
    let (process, _) = try run(folder.file(), way)
    process.waitUntilExit()
    let (trace, losses) = try read(folder.file())
    #expect(losses.isEmpty)
    #expect(trace.events.count == 20)
    expectClosed(trace)
  }

  @Test func `a fork, whose child records nothing and leaves the file alone`() throws {
    let folder = try TemporaryFolder()
    let (process, _) = try run(folder.file(), "fork")
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let (trace, losses) = try read(folder.file())
    #expect(losses.isEmpty)
    #expect(trace.events.count == 40)
    expectClosed(trace)
  }
}
