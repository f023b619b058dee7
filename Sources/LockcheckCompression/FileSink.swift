public import LockcheckCodecs

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that is written from the front to the back; closed when nobody holds it any more.
public final class FileSink: ByteSink {
  private let descriptor: Int32
  private let isOwned: Bool
  private let name: String

  /// Makes the file at `path`, or empties it; `-` is standard output.
  ///
  /// - Throws: ``TraceCodingError/Code/inputOutput`` where that cannot be done.
  public init(_ path: String) throws(TraceCodingError) {
    isOwned = path != "-"
    name = isOwned ? path : "standard output"
    descriptor = isOwned ? unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666) : 1
    guard descriptor >= 0 else { throw Self.failure("cannot be made", name) }
  }

  deinit { if isOwned { close(descriptor) } }

  /// Takes all of `bytes`.
  public func write(_ bytes: borrowing [UInt8]) throws(TraceCodingError) {
    var start = 0
    while start < bytes.count {
      let written = unsafe bytes.withUnsafeBytes {
        let rest = unsafe UnsafeRawBufferPointer(rebasing: $0[start...])
        #if canImport(Glibc)
          return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
        #elseif canImport(Musl)
          return unsafe Musl.write(descriptor, rest.baseAddress, rest.count)
        #else
          return unsafe Darwin.write(descriptor, rest.baseAddress, rest.count)
        #endif
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw Self.failure("cannot be written", name) }
      start += written
    }
  }

  private static func failure(_ what: String, _ name: String) -> TraceCodingError {
    let reason = unsafe String(cString: strerror(errno))
    return TraceCodingError(.inputOutput, at: .file, "\(what): \(reason)", file: name)
  }
}
