import Glibc

/// What the command prints.
enum StandardOutput {
  /// Whether a person looks at it.
  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Prints all of `text`. A reader that has gone away is not an error: it has read all it wanted.
  static func write(_ text: String) throws(CommandFailure) {
    let problem = writeAll(text, to: STDOUT_FILENO)
    if let problem, problem != EPIPE {
      throw CommandFailure(.noOutput, "cannot write to standard output: \(reason(problem))")
    }
  }
}

/// What the command says about itself.
enum StandardError {
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Prints what it can: nobody could be told that it failed.
  static func write(_ text: String) { _ = writeAll(text, to: STDERR_FILENO) }
}

/// The system's words for an error number.
func reason(_ number: Int32) -> String {
  unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
}

/// Writes all of `text`, however often that takes.
///
/// - Returns: The error number where the system refuses; nil when all is written.
func writeAll(_ text: String, to descriptor: Int32) -> Int32? {
  var text = text
  return text.withUTF8 { bytes in
    unsafe writeAll(bytes, to: descriptor)
  }
}

/// Writes all of `bytes`, however often that takes.
///
/// - Returns: The error number where the system refuses; nil when all is written.
func writeAll(_ bytes: UnsafeBufferPointer<UInt8>, to descriptor: Int32) -> Int32? {
  var rest = UnsafeRawBufferPointer(bytes)
  while unsafe !rest.isEmpty {
    let written = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
    if written >= 0 {
      unsafe rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    } else if errno != EINTR {
      return errno
    }
  }
  return nil
}
