public import LockcheckCodecs

extension Compression {
  /// All of `bytes`, compressed: the same bytes for the same ones.
  ///
  /// - Throws: Where the library refuses: it has no memory.
  public func compressed(_ bytes: borrowing [UInt8]) throws(TraceCodingError) -> [UInt8] {
    let collected = CollectedBytes()
    var sink = try sink(to: collected)
    try sink.write(bytes)
    try sink.close()
    return collected.bytes
  }
}

/// Keeps what is written.
private final class CollectedBytes: ByteSink {
  private(set) var bytes: [UInt8] = []

  func write(_ bytes: borrowing [UInt8]) { self.bytes += copy bytes }
}
