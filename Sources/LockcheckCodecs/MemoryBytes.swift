/// Bytes in memory, to be read from the front or at any place.
public struct MemoryBytes: ByteSource, RandomAccessBytes {
  private let bytes: [UInt8]
  private let portion: Int
  private var position = 0

  /// Hands out `bytes`, at most `portion` at a time.
  public init(_ bytes: [UInt8], portion: Int = .max) {
    precondition(portion > 0)
    self.bytes = bytes
    self.portion = portion
  }

  /// Hands out the bytes of a text.
  public init(_ text: String) { self.init(Array(text.utf8)) }

  /// How many bytes there are.
  public var count: UInt64 { UInt64(bytes.count) }

  /// Fills `buffer` with the next bytes.
  public mutating func read(into buffer: inout [UInt8]) -> Int {
    let count = min(portion, buffer.count, bytes.count - position)
    buffer.replaceSubrange(..<count, with: bytes[position..<(position + count)])
    position += count
    return count
  }

  /// Goes back to the first byte.
  public mutating func rewind() -> Bool {
    position = 0
    return true
  }

  /// Fills `buffer` from the place `offset` on.
  public func read(at offset: UInt64, into buffer: inout [UInt8]) -> Int {
    guard offset < count else { return 0 }
    let start = Int(offset)
    let count = min(buffer.count, bytes.count - start)
    buffer.replaceSubrange(..<count, with: bytes[start..<(start + count)])
    return count
  }
}

/// Keeps what is written in memory.
public final class MemorySink: ByteSink {
  /// Everything written so far.
  public private(set) var bytes: [UInt8] = []

  /// Makes an empty sink.
  public init() {}

  /// Takes all of `bytes`.
  public func write(_ bytes: borrowing [UInt8]) {
    self.bytes.append(contentsOf: copy bytes)
  }
}
