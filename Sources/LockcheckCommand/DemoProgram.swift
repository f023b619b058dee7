import Foundation
import Glibc

/// The programs that come with lockcheck.
enum DemoProgram {
  enum Ending { case exited, stopped }

  /// The program's file, beside the command's own.
  static func find(_ name: String) throws(CommandFailure) -> String {
    let own = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    let path = own.deletingLastPathComponent().appending(path: name).path(percentEncoded: false)
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw CommandFailure(
        .unavailable,
        "the demo '\(name)' is not built: no executable at \(path); "
          + "'swift build' in lockcheck's own folder builds the command and its demos")
    }
    return path
  }

  /// Runs the program with recording on; its output goes to standard error, so that standard output
  /// has the report alone.
  ///
  /// A program that does not end is stopped: what it recorded until then can be read all the same.
  static func run(
    _ executable: String, arguments: [String], trace: String, limit: Duration
  ) throws(CommandFailure) -> Ending {
    let process = Process()
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments
    var environment = ProcessInfo.processInfo.environment
    environment["LOCKCHECK"] = "record"
    environment["LOCKCHECK_TRACE"] = trace
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.standardError
    // What is ignored here would be ignored there: the program is to run as it always does.
    signal(SIGPIPE, SIG_DFL)
    defer { signal(SIGPIPE, SIG_IGN) }
    do { try process.run() } catch {
      throw CommandFailure(.unavailable, "cannot start '\(executable)': \(error)")
    }
    let deadline = ContinuousClock.now + limit
    while process.isRunning, .now < deadline { usleep(10_000) }
    guard process.isRunning else { return .exited }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    return .stopped
  }
}
