import Foundation
import LockcheckCodecs

/// How far a recording has got, read from its file while it is being written.
///
/// Threads commit each event with a store into a shared mapping, so the headers of the chunks say it,
/// and the recorder has nothing to do for it.
struct TraceProgress {
  private let handle: FileHandle
  private let unit: UInt64
  /// Whether space is used again, so that a chunk that cannot grow gives way to one that can.
  private let isReused: Bool
  /// The chunks that may still grow.
  private var open: [UInt64] = []
  /// Where the next chunk will be.
  private var next: UInt64
  /// The bytes in the chunks that cannot grow any more.
  private var sealed: UInt64 = 0

  /// Looks at a recording that has begun.
  ///
  /// - Throws: What the system says when it refuses the file.
  init(file: String) throws {
    handle = try FileHandle(forReadingFrom: URL(filePath: file))
    let header = try Self.bytes(of: handle, at: 0, count: 64)
    unit = max(1, Self.number(header, at: BinaryFormat.Header.unit, bytes: 4))
    let flags = Self.number(header, at: BinaryFormat.Header.flags, bytes: 4)
    isReused = UInt32(flags) & BinaryFormat.Header.keepsNewest != 0
    next = unit
  }

  /// A number that is another one after every event.
  ///
  /// - Complexity: O(threads that record, and chunks since the last call); O(chunks) where space is used
  ///   again.
  mutating func value() throws -> UInt64 {
    if isReused { (open, next, sealed) = ([], unit, 0) }
    while let chunk = try chunk(at: next) {
      open.append(next)
      next += max(1, chunk.units) * unit
    }
    var growing: UInt64 = 0
    for index in open.indices.reversed() {
      guard let chunk = try chunk(at: open[index]) else { continue }
      if chunk.isSealed {
        sealed += chunk.committed
        open.remove(at: index)
      } else {
        growing += chunk.committed
      }
    }
    // Events that found no room are signs of life as well.
    let lost = try Self.number(
      Self.bytes(of: handle, at: UInt64(BinaryFormat.Header.lost), count: 8), at: 0, bytes: 8)
    return sealed &+ growing &+ lost &+ (try dropped())
  }

  /// The bytes of the chunks whose space was used again, and the events that never had any.
  private func dropped() throws -> UInt64 {
    guard isReused else { return 0 }
    typealias Header = BinaryFormat.Header
    let header = try Self.bytes(of: handle, at: 0, count: Header.used)
    return Self.number(header, at: Header.droppedBytes, bytes: 8)
      &+ Self.number(header, at: Header.dropped, bytes: 8)
  }

  private struct Chunk {
    var isSealed: Bool
    var committed: UInt64
    var units: UInt64
  }

  /// The chunk that begins at `offset`; nil where none does yet.
  private func chunk(at offset: UInt64) throws -> Chunk? {
    typealias Fields = BinaryFormat.Chunk
    let bytes = try Self.bytes(of: handle, at: offset, count: Fields.size)
    guard bytes.count == Fields.size, Self.number(bytes, at: 0, bytes: 4) == Fields.magic else {
      return nil
    }
    return Chunk(
      isSealed: bytes[Fields.state] != 0,
      committed: Self.number(bytes, at: Fields.committed, bytes: 4),
      units: Self.number(bytes, at: Fields.units, bytes: 4))
  }

  private static func bytes(of handle: FileHandle, at offset: UInt64, count: Int) throws -> [UInt8]
  {
    try handle.seek(toOffset: offset)
    return try [UInt8](handle.read(upToCount: count) ?? Data())
  }

  /// A little-endian number; what is not there is 0.
  private static func number(_ bytes: [UInt8], at offset: Int, bytes count: Int) -> UInt64 {
    bytes.dropFirst(offset).prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
