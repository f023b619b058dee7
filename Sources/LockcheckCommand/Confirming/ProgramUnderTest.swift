import Glibc

/// A program that is run, again and again, with something in its environment.
struct ProgramUnderTest {
  /// The program and its arguments.
  let words: [String]
  /// Whether what it writes is shown, on standard error.
  let showsOutput: Bool
  /// How long it may run.
  let limit: Duration

  /// How a run of it ended.
  enum Ending: Equatable {
    case exited(Int32)
    case killed(Int32)
    /// It was ended, since it took too long.
    case outOfTime
  }

  /// Runs it to its end, or to the end of its time; then it is ended, and so is what it has started, as far as
  /// that has stayed in its process group.
  ///
  /// - Throws: A failure where it cannot be started; an ``Interruption`` where the command was told to
  ///   end. In both cases nothing of it is left running.
  func run(_ environment: [String: String], _ signals: HeldSignals) throws -> Ending {
    let process = try start(environment, signals)
    let deadline = ContinuousClock.now + limit
    do {
      while true {
        if let status = Self.status(of: process, WNOHANG) { return Self.ending(status) }
        let rest = deadline - .now
        if rest <= .zero { break }
        try signals.waitForChild(rest)
      }
    } catch {
      Self.end(process)
      throw error
    }
    let status = Self.end(process)
    return status & 0x7F == SIGKILL ? .outOfTime : Self.ending(status)
  }

  private func start(
    _ environment: [String: String], _ signals: HeldSignals
  ) throws(CommandFailure) -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    if showsOutput {
      // Standard output has the answer alone.
      unsafe posix_spawn_file_actions_adddup2(&actions, 2, 1)
    } else {
      unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
      unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    }
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    Self.prepare(&attributes, signals)

    var words = unsafe words.map { unsafe strdup($0) } + [nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    var settings = unsafe Self.settings(environment).map { unsafe strdup($0) } + [nil]
    defer { unsafe settings.forEach { unsafe free($0) } }
    var process: pid_t = 0
    let error = unsafe posix_spawnp(
      &process, self.words[0], &actions, &attributes, &words, &settings)
    guard error == 0 else {
      throw CommandFailure(
        .unavailable, "cannot start '\(self.words[0])': \(reason(error))")
    }
    return process
  }

  /// A process group of its own, and the signals as the command found them.
  private static func prepare(_ attributes: inout posix_spawnattr_t, _ signals: HeldSignals) {
    var mask = signals.original
    var usual = sigset_t()
    unsafe sigemptyset(&usual)
    // The command itself ignores it.
    unsafe sigaddset(&usual, SIGPIPE)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    unsafe posix_spawnattr_setsigmask(&attributes, &mask)
    unsafe posix_spawnattr_setsigdefault(&attributes, &usual)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
  }

  /// The command's own environment with `changes`, and without what would have the program record: it could
  /// write over the very trace.
  private static func settings(_ changes: [String: String]) -> [String] {
    var settings: [String] = []
    var place = 0
    while let entry = unsafe environ[place] {
      let text = unsafe String(cString: entry)
      let name = String(text.prefix { $0 != "=" })
      if changes[name] == nil, name != "LOCKCHECK", name != "LOCKCHECK_TRACE" {
        settings.append(text)
      }
      place += 1
    }
    return settings + changes.map { "\($0.key)=\($0.value)" }.sorted()
  }

  /// Ends the process and its group at once, as nothing can prevent.
  ///
  /// - Returns: The status of its end, which may have been another.
  @discardableResult
  private static func end(_ process: pid_t) -> CInt {
    kill(-process, SIGKILL)
    // It may have left its group.
    kill(process, SIGKILL)
    return status(of: process, 0) ?? 0
  }

  /// - Returns: Nil while it runs.
  private static func status(of process: pid_t, _ options: CInt) -> CInt? {
    var status: CInt = 0
    var ended: pid_t
    repeat { ended = unsafe waitpid(process, &status, options) } while ended < 0 && errno == EINTR
    return ended == process ? status : nil
  }

  private static func ending(_ status: CInt) -> Ending {
    status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .killed(status & 0x7F)
  }
}
