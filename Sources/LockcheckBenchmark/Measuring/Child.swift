import Glibc

/// A program that this one has started.
struct Child {
  private let process: pid_t
  private let output: CInt

  /// What came of a program.
  struct Ending {
    /// What it wrote to its standard output.
    var output: String
    /// Whether it ended by itself, with 0.
    var isSuccess: Bool
  }

  /// Starts a program; its standard output is a pipe.
  ///
  /// Of this process's environment it gets only where things are, so that no setting of the caller's
  /// gets into what is measured.
  ///
  /// - Parameters:
  ///   - isQuiet: Whether to throw its complaints away.
  init(
    _ program: String, _ arguments: [String], environment: [String: String] = [:],
    isQuiet: Bool = false
  ) throws(BenchmarkFailure) {
    var ends: [CInt] = [0, 0]
    guard unsafe pipe(&ends) == 0 else { throw BenchmarkFailure("no pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[1]) }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    if isQuiet { unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0) }

    var words = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    var settings = unsafe Self.settings(environment).map { unsafe strdup($0) } + [nil]
    defer { unsafe settings.forEach { unsafe free($0) } }
    var child: pid_t = 0
    let error = unsafe posix_spawnp(&child, program, &actions, nil, &words, &settings)
    guard error == 0 else {
      close(ends[0])
      throw BenchmarkFailure("\(program) cannot be started")
    }
    process = child
    output = ends[0]
  }

  /// This program once more, doing something else.
  static func again(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws(BenchmarkFailure) -> Child {
    try Child("/proc/self/exe", arguments, environment: environment)
  }

  private static func settings(_ environment: [String: String]) -> [String] {
    let kept = ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH"].compactMap {
      (name: String) -> String? in
      unsafe getenv(name).map { unsafe "\(name)=\(String(cString: $0))" }
    }
    return kept + environment.map { "\($0.key)=\($0.value)" }.sorted()
  }

  /// Waits for it to write something, or to end.
  ///
  /// - Returns: Whether it wrote something.
  func hasWritten() -> Bool { read(1).count == 1 }

  /// Reads its output and waits for its end.
  consuming func end() -> Ending {
    var bytes: [UInt8] = []
    while case let more = read(65536), !more.isEmpty { bytes += more }
    let status = wait()
    return Ending(output: String(decoding: bytes, as: UTF8.self), isSuccess: status == 0)
  }

  /// Ends it at once, as nothing can prevent.
  ///
  /// - Returns: Whether it was still running.
  consuming func endAtOnce() -> Bool {
    kill(process, SIGKILL)
    return wait() & 0x7F == SIGKILL
  }

  private func read(_ count: Int) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      var got: Int
      repeat {
        got = unsafe Glibc.read(output, buffer.baseAddress, count)
      } while got < 0
        && errno == EINTR
      filled = max(got, 0)
    }
  }

  private func wait() -> CInt {
    var status: CInt = 0
    while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
    close(output)
    return status
  }
}

/// Why nothing can be measured.
struct BenchmarkFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
