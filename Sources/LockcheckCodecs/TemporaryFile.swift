#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file without a name, which is gone when nobody holds it any more, however the process ends.
///
/// Made in `TMPDIR`, or in `/tmp`. For what can be read only once and has to be read again, or at any
/// place.
public final class TemporaryFile: RandomAccessBytes {
  private let descriptor: Int32
  /// How many bytes were put into it.
  public private(set) var count: UInt64 = 0

  /// Makes an empty file.
  ///
  /// - Throws: ``TraceCodingError/Code/inputOutput`` where no file can be made.
  public init() throws(TraceCodingError) {
    let named = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? ""
    let folder = named.isEmpty ? "/tmp" : named
    let made = Self.make("\(folder)/lockcheck-XXXXXX")
    guard made >= 0 else { throw Self.failure("no temporary file can be made in \(folder)") }
    descriptor = made
  }

  deinit { close(descriptor) }

  private static func make(_ template: String) -> Int32 {
    var path = Array(template.utf8CString)
    return unsafe path.withUnsafeMutableBufferPointer { path in
      guard let start = path.baseAddress else { return -1 }
      let descriptor = unsafe mkstemp(start)
      if descriptor >= 0 { _ = unsafe unlink(start) }
      return descriptor
    }
  }

  /// Puts `bytes` at the end.
  public func append(_ bytes: ArraySlice<UInt8>) throws(TraceCodingError) {
    var rest = bytes
    while !rest.isEmpty {
      let written = unsafe rest.withUnsafeBytes {
        unsafe pwrite(descriptor, $0.baseAddress, $0.count, off_t(count))
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw Self.failure("the temporary file cannot be written") }
      count += UInt64(written)
      rest = rest.dropFirst(written)
    }
  }

  /// Fills `buffer` from the place `offset` on.
  public func read(at offset: UInt64, into buffer: inout [UInt8]) throws(TraceCodingError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let more = unsafe buffer.withUnsafeMutableBytes {
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: $0[filled...])
        return unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(filled))
      }
      if more < 0, errno == EINTR { continue }
      guard more >= 0 else { throw Self.failure("the temporary file cannot be read") }
      if more == 0 { break }
      filled += more
    }
    return filled
  }

  private static func failure(_ message: String) -> TraceCodingError {
    let reason = unsafe String(cString: strerror(errno))
    return TraceCodingError(.inputOutput, at: .file, "\(message): \(reason)")
  }
}
