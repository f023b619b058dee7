/// A source that can be read only once, made to be read again: what it gives is kept in an unlinked
/// temporary file.
struct KeptSource: ByteSource {
  /// Where in the whole input the kept part starts.
  let start: UInt64
  private var source: any ByteSource
  private let kept: TemporaryFile
  private var position: UInt64 = 0

  /// Keeps `first`, which was read from `source` already, and everything that follows.
  init(from start: UInt64, first: [UInt8], then source: any ByteSource) throws(TraceCodingError) {
    self.start = start
    self.source = source
    kept = try TemporaryFile()
    try kept.append(first[...])
  }

  mutating func read(into buffer: inout [UInt8]) throws(TraceCodingError) -> Int {
    if position < kept.count {
      let count = try kept.read(at: position, into: &buffer)
      position += UInt64(count)
      return count
    }
    let count = try source.read(into: &buffer)
    try kept.append(buffer[..<count])
    position += UInt64(count)
    return count
  }

  mutating func rewind() -> Bool {
    position = 0
    return true
  }
}
