import Foundation
import Glibc
import LockcheckTrace
import Testing

@Suite(.serialized) struct `A trace survives` {
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

  /// Starts the probe. Returns its number, after its first output where that is to be waited for.
  func run(_ file: String, _ way: String, awaitsOutput: Bool = false) throws -> pid_t {
    var pipes: [Int32] = [0, 0]
    #expect(unsafe pipe(&pipes) == 0)
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawn_file_actions_adddup2(&actions, pipes[1], 1)
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      close(pipes[0])
    }
    let words: [String] = [Self.probe, file, way]
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { (text: String) in
      unsafe strdup(text)
    }
    unsafe arguments.append(nil)
    var process: pid_t = 0
    let error = unsafe posix_spawn(&process, Self.probe, &actions, nil, arguments, environ)
    unsafe arguments.forEach { unsafe free($0) }
    // Only the probe has the writing end now: its death ends the reading too.
    close(pipes[1])
    try #require(error == 0, "cannot start \(Self.probe)")
    if awaitsOutput {
      var byte: UInt8 = 0
      _ = unsafe Glibc.read(pipes[0], &byte, 1)
    }
    return process
  }

  /// Waits for its end.
  @discardableResult func wait(for process: pid_t) -> Int32 {
    var status: Int32 = 0
    unsafe waitpid(process, &status, 0)
    return status
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
    let process = try run(folder.file(), "loop", awaitsOutput: true)
    var random = SeededGenerator(seed: UInt64(seed))
    usleep(UInt32.random(in: 0..<20000, using: &random))
    kill(process, SIGKILL)
    wait(for: process)
    let (trace, losses) = try read(folder.file())
    #expect(losses.isEmpty)
    #expect(trace.events.count >= 20)
    expectClosed(trace)
  }

  @Test(arguments: 0..<kills)
  func `being killed while its oldest events make room for new ones`(seed: Int) throws {
    let folder = try TemporaryFolder()
    let process = try run(folder.file(), "newest", awaitsOutput: true)
    var random = SeededGenerator(seed: UInt64(seed))
    usleep(UInt32.random(in: 0..<20000, using: &random))
    kill(process, SIGKILL)
    wait(for: process)
    let (trace, losses) = try read(folder.file())
    #expect(losses.isEmpty)
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file())).count <= 65536)
    for number in 0..<3 { expectEnd(trace.events(on: "lock \(number)")) }
  }

  /// Whether events are numbered without a gap; a lock that was held where the trace begins may stand in
  /// front.
  func expectEnd(_ events: [Event]) {
    let numbers = events.compactMap(\.count)
    for (one, next) in zip(numbers.dropFirst(), numbers.dropFirst(2)) { #expect(next == one + 1) }
    if numbers.count > 1 { #expect(numbers[1] > numbers[0]) }
  }

  @Test(arguments: ["return", "exit", "_exit", "abort", "closed"])
  func `the end of its process by`(way: String) throws {
    let folder = try TemporaryFolder()
    wait(for: try run(folder.file(), way))
    let (trace, losses) = try read(folder.file())
    #expect(losses.isEmpty)
    #expect(trace.events.count == 20)
    expectClosed(trace)
  }

  @Test func `a child of a fork that exits while threads of its parent run`() throws {
    let folder = try TemporaryFolder()
    #expect(wait(for: try run(folder.file(), "fork-thread")) == 0)
    let (trace, losses) = try read(folder.file())
    #expect(losses.isEmpty)
    #expect(trace.events.contains { $0.operation == .join && !$0.isPending })
  }

  @Test func `and is whole where the live checks end the process with a status`() throws {
    let folder = try TemporaryFolder()
    let status = wait(for: try run(folder.file(), "deadlock"))
    #expect(status >> 8 == 5)
    let trace = try read(folder.file()).trace
    #expect(trace.events.last { $0.operation == .acquire && $0.isPending } != nil)
    #expect(trace.events(on: "A").count { $0.isPending } == 1)
    #expect(trace.events(on: "B").count { $0.isPending } == 1)
  }

  @Test func `a fork, whose child records nothing and leaves the file alone`() throws {
    let folder = try TemporaryFolder()
    #expect(wait(for: try run(folder.file(), "fork")) == 0)
    let (trace, losses) = try read(folder.file())
    #expect(losses.isEmpty)
    #expect(trace.events.count == 40)
    expectClosed(trace)
  }
}
