import Glibc

/// A program that is run for what it writes.
enum ChildProcess {
  /// Runs `program` to its end, with no environment, and collects its standard output.
  ///
  /// Files rather than pipes: a pipe for the input could fill up while the child waits for its output
  /// to be read.
  ///
  /// - Returns: Nil where it could not be started or did not end well.
  static func output(of program: String, arguments: [String], input: [UInt8]) -> [UInt8]? {
    guard let source = unsafe tmpfile() else { return nil }
    defer { unsafe fclose(source) }
    guard let sink = unsafe tmpfile() else { return nil }
    defer { unsafe fclose(sink) }
    guard unsafe fwrite(input, 1, input.count, source) == input.count,
      unsafe fflush(source) == 0, unsafe fseek(source, 0, SEEK_SET) == 0,
      let child = unsafe spawn(program, arguments, input: fileno(source), output: fileno(sink))
    else { return nil }

    var status: CInt = 0
    while unsafe waitpid(child, &status, 0) < 0 {
      guard errno == EINTR else { return nil }
    }
    guard status == 0, unsafe fseek(sink, 0, SEEK_END) == 0 else { return nil }
    var output = unsafe [UInt8](repeating: 0, count: ftell(sink))
    unsafe rewind(sink)
    return unsafe fread(&output, 1, output.count, sink) == output.count ? output : nil
  }

  private static func spawn(
    _ program: String, _ arguments: [String], input: CInt, output: CInt
  ) -> pid_t? {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
    unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)

    var words = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    var environment: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
    var child: pid_t = 0
    let error = unsafe posix_spawn(&child, program, &actions, nil, &words, &environment)
    return error == 0 ? child : nil
  }
}
