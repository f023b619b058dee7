/// Bytes that are read from the front to the back.
public protocol ByteSource {
  /// Fills `buffer` from its start.
  ///
  /// - Returns: How many bytes were put there; 0 only at the end.
  mutating func read(into buffer: inout [UInt8]) throws(TraceCodingError) -> Int

  /// Goes back to the first byte.
  ///
  /// - Returns: False where the bytes are gone, as with a pipe.
  mutating func rewind() throws(TraceCodingError) -> Bool
}

/// Bytes that can be read at any place.
public protocol RandomAccessBytes {
  /// How many there are.
  var count: UInt64 { get }

  /// Fills `buffer` from the place `offset` on.
  ///
  /// - Returns: How many bytes were put there; fewer than asked for only at the end.
  func read(at offset: UInt64, into buffer: inout [UInt8]) throws(TraceCodingError) -> Int
}

/// Where encoded bytes go.
public protocol ByteSink {
  /// Takes all of `bytes`.
  mutating func write(_ bytes: borrowing [UInt8]) throws(TraceCodingError)
}
