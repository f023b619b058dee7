import Glibc
import LockcheckCodecs

/// A file that is there whole or not at all.
///
/// What is written goes to a temporary file beside the place it is for, which takes that place only
/// when all is written; given up, it leaves no trace. Something that is no plain file (a device, a
/// pipe) is written to directly.
final class OutputFile {
  private let path: String
  private let temporary: String?
  private var descriptor: Int32
  /// Whether the reader of standard output has gone away, so that nobody wants any more.
  private(set) var isAbandoned = false
  /// How many bytes have been written.
  private(set) var written = 0

  /// Opens a file for writing at once, so that a place that cannot be written is known before the
  /// work begins.
  ///
  /// - Parameter path: `-` stands for standard output.
  init(_ path: String) throws(CommandFailure) {
    if path == "-" {
      self.path = path
      temporary = nil
      descriptor = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
    } else if Self.isSpecial(path) {
      self.path = path
      temporary = nil
      descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
    } else {
      // Through a link: what it points to is replaced, not the link.
      self.path = Self.resolved(path)
      let beside = "\(self.path).\(getpid()).partial"
      temporary = beside
      descriptor = unsafe open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    }
    if descriptor < 0 { throw Self.failure(path, errno) }
    keepMode()
  }

  deinit {
    if descriptor >= 0 {
      close(descriptor)
      if let temporary { unsafe unlink(temporary) }
    }
  }

  /// Writes all of `text`.
  func write(_ text: String) throws(CommandFailure) {
    if let problem = writeAll(text, to: descriptor) { try refuse(problem) }
    written += text.utf8.count
  }

  /// Writes all of `bytes`.
  func write(_ bytes: borrowing [UInt8]) throws(CommandFailure) {
    let problem = unsafe bytes.withUnsafeBufferPointer { unsafe writeAll($0, to: descriptor) }
    if let problem { try refuse(problem) }
    written += bytes.count
  }

  /// Puts what was written in its place.
  func commit() throws(CommandFailure) {
    let closed = close(descriptor)
    let problem = errno
    descriptor = -1
    guard closed == 0 else {
      if let temporary { unsafe unlink(temporary) }
      throw Self.failure(path, problem)
    }
    guard let temporary else { return }
    if unsafe rename(temporary, path) != 0 {
      let problem = errno
      unsafe unlink(temporary)
      throw Self.failure(path, problem)
    }
  }

  private func refuse(_ problem: Int32) throws(CommandFailure) {
    if path == "-", problem == EPIPE {
      isAbandoned = true
      return
    }
    throw Self.failure(path, problem)
  }

  /// A file that is replaced keeps its permissions.
  private func keepMode() {
    var old = stat()
    if temporary != nil, unsafe stat(path, &old) == 0 { fchmod(descriptor, old.st_mode & 0o7777) }
  }

  private static func failure(_ path: String, _ problem: Int32) -> CommandFailure {
    CommandFailure(.noOutput, "cannot write '\(path)': \(reason(problem))")
  }

  /// A name that a file has under whatever path, whether it is there already or not.
  static func identity(_ path: String) -> String {
    if let real = real(path) { return real }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let folder = parts.dropLast().joined(separator: "/")
    let isAtRoot = parts.count == 2 && folder.isEmpty
    return (real(isAtRoot ? "/" : folder.isEmpty ? "." : folder) ?? folder) + "/"
      + parts[parts.count - 1]
  }

  /// Whether writing to `path` would put something else in the place of the plain file at `input`,
  /// under whatever names.
  static func wouldReplace(_ input: String, with path: String) -> Bool {
    var (one, other) = (stat(), stat())
    guard input != "-", path != "-", unsafe stat(input, &one) == 0, unsafe stat(path, &other) == 0
    else { return false }
    return one.st_mode & S_IFMT == S_IFREG && one.st_dev == other.st_dev
      && one.st_ino == other.st_ino
  }

  private static func isSpecial(_ path: String) -> Bool {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return false }
    return status.st_mode & S_IFMT != S_IFREG
  }

  private static func resolved(_ path: String) -> String { real(path) ?? path }

  private static func real(_ path: String) -> String? {
    guard let real = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }
}
