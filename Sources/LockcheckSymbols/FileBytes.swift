import Glibc

/// A file that is read in pieces, each no larger than the file.
final class FileBytes {
  private let descriptor: CInt
  private let count: UInt64

  /// Opens an ordinary file.
  init(path: String) throws(SymbolWarning.Problem) {
    // Not blocking: a module's path may by now be a pipe that nobody writes to.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .missing(Self.lastError) }
    var status = stat()
    let isOrdinary = unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    self.descriptor = descriptor
    count = UInt64(max(0, status.st_size))
    if !isOrdinary { throw .missing("it is no ordinary file") }
  }

  deinit { close(descriptor) }

  /// The bytes in `range`.
  func read(_ range: Range<UInt64>) throws(SymbolWarning.Problem) -> [UInt8] {
    try read(at: range.lowerBound, count: range.upperBound - range.lowerBound)
  }

  /// `count` bytes from the place `start` on.
  func read(at start: UInt64, count: UInt64) throws(SymbolWarning.Problem) -> [UInt8] {
    guard start <= self.count, count <= self.count - start else {
      throw .unreadable("it points beyond its own end")
    }
    var done = 0
    let result = unsafe [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, size in
      while done < Int(count) {
        let got = unsafe pread(
          descriptor, buffer.baseAddress! + done, Int(count) - done, off_t(start) + off_t(done))
        if got < 0 && errno == EINTR { continue }
        guard got > 0 else { break }
        done += got
      }
      size = done
    }
    guard done == Int(count) else { throw .unreadable(Self.lastError) }
    return result
  }

  /// The text from `start` to the first zero byte.
  func readString(
    at start: UInt64, before end: UInt64
  ) throws(SymbolWarning.Problem) -> String {
    var text: [UInt8] = []
    var start = start
    while start < min(end, count) {
      let piece = try read(start..<min(start + 256, end, count))
      text += piece.prefix { $0 != 0 }
      if piece.contains(0) { break }
      start += UInt64(piece.count)
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static var lastError: String { unsafe String(cString: strerror(errno)) }
}
