import Glibc

/// A program that was started in the command's own place: same group and terminal, same files.
struct ProgramProcess {
  let id: pid_t

  /// How it has gone on.
  enum Change: Equatable {
    case exited(Int32)
    case killed(Int32)
    case stopped

    /// The status that a shell would have seen.
    var status: Int32 {
      switch self {
      case .exited(let status): status
      case .killed(let signal): 128 + signal
      case .stopped: 0
      }
    }
  }

  /// Starts it.
  ///
  /// - Parameters:
  ///   - wordCount: How many of the last words of the command line are the program's: what it is told that
  ///     it is called, and its arguments.
  ///   - additions: Entries of its environment, by name.
  /// - Throws: A failure with the shells' 126 or 127.
  init(
    _ file: ProgramFile, wordCount: Int, environment additions: [String: String],
    _ signals: RunSignals
  ) throws(CommandFailure) {
    let environment = WordList(environmentWith: additions)
    var (process, problem) = Self.spawn(
      file.path, WordList(last: wordCount), environment, signals)
    if problem == ENOEXEC {
      // A script that does not say whose: a shell runs it itself.
      (process, problem) = Self.spawn(
        "/bin/sh", WordList(last: wordCount, ofShell: file.path), environment, signals)
    }
    guard problem == 0 else {
      throw CommandFailure(
        problem == ENOENT ? .noProgram : .notExecutable,
        "cannot run '\(file.path)': \(reason(problem))")
    }
    id = process
  }

  private static func spawn(
    _ path: String, _ words: borrowing WordList, _ environment: borrowing WordList,
    _ signals: RunSignals
  ) -> (pid_t, Int32) {
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var mask = signals.original
    var usual = sigset_t()
    unsafe sigemptyset(&usual)
    if !InheritedSignals.isPipeIgnored { unsafe sigaddset(&usual, SIGPIPE) }
    unsafe posix_spawnattr_setsigmask(&attributes, &mask)
    unsafe posix_spawnattr_setsigdefault(&attributes, &usual)
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var process: pid_t = 0
    let problem = unsafe posix_spawn(
      &process, path, nil, &attributes, words.pointers, environment.pointers)
    return (process, problem)
  }

  /// What has become of it since it was last asked; nil where nothing has.
  func change() -> Change? {
    var status: CInt = 0
    var ended: pid_t
    repeat {
      ended = unsafe waitpid(id, &status, WNOHANG | WUNTRACED)
    } while ended < 0
      && errno == EINTR
    guard ended == id else { return nil }
    if status & 0xFF == 0x7F { return .stopped }
    return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .killed(status & 0x7F)
  }
}
