public import LockcheckCodecs

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file, pipe or standard input that is open for reading, closed when nobody holds it any more.
public final class InputFile {
  /// The name for errors.
  public let name: String
  private let descriptor: Int32
  private let isOwned: Bool
  /// How many bytes it has; nil where it cannot be read at any place, as with a pipe.
  public let count: UInt64?

  /// Opens the file at `path`; `-` is standard input.
  ///
  /// - Throws: ``TraceCodingError/Code/noSuchFile`` where there is none, and
  ///   ``TraceCodingError/Code/inputOutput`` for a folder or one that may not be read.
  public init(_ path: String) throws(TraceCodingError) {
    isOwned = path != "-"
    name = isOwned ? path : "standard input"
    descriptor = isOwned ? unsafe open(path, O_RDONLY | O_CLOEXEC) : 0
    guard descriptor >= 0 else { throw Self.failure("cannot be opened", errno, name) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      let reason = errno
      if isOwned { close(descriptor) }
      throw Self.failure("cannot be read", reason, name)
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      if isOwned { close(descriptor) }
      throw Self.failure("cannot be read", EISDIR, name)
    }
    let isRegular = status.st_mode & S_IFMT == S_IFREG
    // Standard input may stand in the middle of a file: then it is read on from there, as a pipe.
    let isAtStart = isRegular && lseek(descriptor, 0, SEEK_CUR) == 0
    count = isAtStart ? UInt64(status.st_size) : nil
  }

  deinit { if isOwned { close(descriptor) } }

  /// Reads on from where the last reading ended.
  func read(into buffer: inout [UInt8]) throws(TraceCodingError) -> Int {
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes {
        #if canImport(Glibc)
          unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
        #elseif canImport(Musl)
          unsafe Musl.read(descriptor, $0.baseAddress, $0.count)
        #else
          unsafe Darwin.read(descriptor, $0.baseAddress, $0.count)
        #endif
      }
      if count >= 0 { return count }
      guard errno == EINTR else { throw Self.failure("cannot be read", errno, name) }
    }
  }

  /// Reads from the place `offset` on.
  func read(at offset: UInt64, into buffer: inout [UInt8]) throws(TraceCodingError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let more = unsafe buffer.withUnsafeMutableBytes {
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: $0[filled...])
        return unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(filled))
      }
      if more < 0, errno == EINTR { continue }
      guard more >= 0 else { throw Self.failure("cannot be read", errno, name) }
      if more == 0 { break }
      filled += more
    }
    return filled
  }

  /// Goes back to the start, where that can be done.
  func rewind() -> Bool { count != nil && lseek(descriptor, 0, SEEK_SET) == 0 }

  static func failure(_ what: String, _ reason: Int32, _ name: String) -> TraceCodingError {
    let code: TraceCodingError.Code =
      reason == ENOENT || reason == ENOTDIR ? .noSuchFile : .inputOutput
    let text = unsafe String(cString: strerror(reason))
    return TraceCodingError(code, at: .file, "\(what): \(text)", file: name)
  }
}

/// The bytes of a file, from the front to the back.
public struct FileSource: ByteSource {
  private let file: InputFile

  /// Reads `file`.
  public init(_ file: InputFile) { self.file = file }

  /// Fills `buffer` with the next bytes.
  public mutating func read(into buffer: inout [UInt8]) throws(TraceCodingError) -> Int {
    try file.read(into: &buffer)
  }

  /// Goes back to the start, unless it is a pipe.
  public mutating func rewind() -> Bool { file.rewind() }
}

/// The bytes of a regular file, at any place.
public struct FileBytes: RandomAccessBytes {
  private let file: InputFile
  /// How many bytes there were when the file was opened.
  public let count: UInt64

  /// The bytes of `file`; nil where it is a pipe.
  public init?(_ file: InputFile) {
    guard let count = file.count else { return nil }
    self.file = file
    self.count = count
  }

  /// Fills `buffer` from the place `offset` on.
  public func read(at offset: UInt64, into buffer: inout [UInt8]) throws(TraceCodingError) -> Int {
    try file.read(at: offset, into: &buffer)
  }
}
