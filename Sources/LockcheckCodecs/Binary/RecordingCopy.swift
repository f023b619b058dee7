/// A copy of a recording whose program goes on using the space of its oldest chunks again.
///
/// Such a file cannot be copied at one moment. What was dropped meanwhile is in the copy or not, and so are chunks
/// that were begun meanwhile. So both are taken out, and the copy says what its recording says in the end: that
/// whatever was dropped by then is out.
enum RecordingCopy {
  private typealias Chunk = BinaryFormat.Chunk

  /// Makes the copy.
  ///
  /// - Complexity: O(bytes).
  static func make(
    of bytes: some RandomAccessBytes, count: UInt64, _ header: BinaryChunkIndex.FileHeader
  ) throws(TraceCodingError) -> [UInt8] {
    var copy = try RecordingSnapshot.read(bytes, at: 0, count: Int(clamping: count))
    /// By thread: the last chunk that was seen to lose its space.
    var dropped: [UInt32: UInt32] = [:]
    var offset = Int(header.unit)
    while offset + Chunk.size <= copy.count {
      let now = try RecordingSnapshot.read(bytes, at: UInt64(offset), count: Chunk.size)
      if !isSame(copy[offset..<offset + Chunk.size], now[...]) {
        let (thread, sequence) = place(in: copy[offset...])
        dropped[thread] = max(dropped[thread] ?? 0, sequence)
        takeOut(offset, of: &copy)
        // A space has one length for ever, once it has one.
        for index in Chunk.units..<Chunk.units + 4 { copy[offset + index] = now[index] }
      }
      let units = RecordingSnapshot.number(copy[offset...], at: Chunk.units, bytes: 4)
      offset += Int(clamping: max(1, units) &* header.unit)
    }
    // Last: whatever has lost its space by now is out, whether the copy has it or not.
    let latest = try RecordingSnapshot.read(bytes, at: 0, count: BinaryFormat.Header.used)
    copy.replaceSubrange(..<min(copy.count, latest.count), with: latest.prefix(copy.count))
    try takeOutLateChunks(&copy, dropped)
    return copy
  }

  /// Takes out what each thread recorded behind a chunk that is not in the copy: that one was begun meanwhile.
  private static func takeOutLateChunks(
    _ copy: inout [UInt8], _ dropped: [UInt32: UInt32]
  ) throws(TraceCodingError) {
    let bytes = MemoryBytes(copy)
    let header = try BinaryChunkIndex.header(of: bytes)
    var entries = try BinaryChunkIndex.entries(of: bytes, header: header) { _ in }.entries
    entries = entries.filter { $0.kind == .threadEvents }
      .sorted { ($0.thread, $0.sequence) < ($1.thread, $1.sequence) }
    var next: (thread: UInt32, sequence: UInt32)?
    for entry in entries {
      if let last = dropped[entry.thread], entry.sequence <= last {
        takeOut(Int(entry.offset), of: &copy)
      } else if let next, next.thread == entry.thread, next.sequence != entry.sequence {
        takeOut(Int(entry.offset), of: &copy)
      } else {
        next = (entry.thread, entry.sequence &+ 1)
      }
    }
  }

  private static func takeOut(_ offset: Int, of copy: inout [UInt8]) {
    for index in offset..<offset + 4 { copy[index] = 0 }
  }

  /// Whose chunk it is, and which of his.
  private static func place(in chunk: ArraySlice<UInt8>) -> (UInt32, UInt32) {
    let thread = RecordingSnapshot.number(chunk, at: Chunk.thread, bytes: 4)
    let sequence = RecordingSnapshot.number(chunk, at: Chunk.sequence, bytes: 4)
    return (UInt32(thread), UInt32(sequence))
  }

  /// Whether two headers, of one place at two moments, are those of the same chunk.
  private static func isSame(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Bool {
    let fields = [
      0..<Chunk.state, Chunk.thread..<Chunk.committed, Chunk.units..<Chunk.units + 4,
      Chunk.headerCheck..<Chunk.size,
    ]
    return fields.allSatisfy { field in
      one.dropFirst(field.lowerBound).prefix(field.count)
        .elementsEqual(other.dropFirst(field.lowerBound).prefix(field.count))
    }
  }
}
