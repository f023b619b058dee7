/// A recording as it was at one moment, while its program goes on writing it.
///
/// What a chunk had when it was looked at stays as it is in the file: a snapshot remembers the headers,
/// and reads the rest where it stands. Events that a thread had begun and not finished then would be
/// missing among others that came after them, so the snapshot ends before the latest event that was
/// there when a first look was taken, some time earlier: by then, whatever was begun before it is done.
///
/// Where the space of the oldest chunks is used again nothing stays as it is: then a snapshot is a copy, and what
/// was written over while it was made is left out as dropped.
public struct RecordingSnapshot: RandomAccessBytes {
  private var bytes: any RandomAccessBytes
  /// The first bytes of the file, and the headers of its chunks, by where they stand.
  private var headers: [(offset: UInt64, bytes: [UInt8])] = []
  /// How many bytes there were.
  public let count: UInt64
  /// How many bytes of tables and events there were: it never shrinks, and stays the same as long as
  /// nothing is recorded.
  public private(set) var committed: UInt64 = 0

  /// Looks at the recording as it is.
  ///
  /// - Throws: What is wrong with the file's header.
  /// - Complexity: O(chunks); where the newest events are kept, O(bytes), and as much memory.
  public init(of bytes: some RandomAccessBytes) throws(TraceCodingError) {
    let header = try BinaryChunkIndex.header(of: bytes)
    count = bytes.count
    if header.keepsNewest {
      let copy = try RecordingCopy.make(of: bytes, count: count, header)
      self.bytes = MemoryBytes(copy)
      headers.append((0, Array(copy.prefix(BinaryFormat.Header.used))))
      committed = try Self.committed(in: self.bytes)
      return
    }
    self.bytes = bytes
    headers.append((0, try Self.read(bytes, at: 0, count: BinaryFormat.Header.used)))
    let entries = try BinaryChunkIndex.entries(of: bytes, header: header) { _ in }.entries
    for entry in entries {
      let chunk = try Self.read(bytes, at: entry.offset, count: BinaryFormat.Chunk.size)
      headers.append((entry.offset, chunk))
      committed += Self.number(chunk, at: BinaryFormat.Chunk.committed, bytes: 4)
    }
  }

  /// How many bytes of tables and events a recording has, or had: it never shrinks, and stays the same as
  /// long as nothing is recorded.
  ///
  /// - Throws: What is wrong with the file's header.
  /// - Complexity: O(chunks).
  public static func committed(in bytes: some RandomAccessBytes) throws(TraceCodingError) -> UInt64
  {
    let header = try BinaryChunkIndex.header(of: bytes)
    let entries = try BinaryChunkIndex.entries(of: bytes, header: header) { _ in }.entries
    return entries.reduce(header.droppedBytes) { $0 + UInt64($1.committed) }
  }

  static func number(
    _ bytes: some Collection<UInt8>, at offset: Int, bytes count: Int
  ) -> UInt64 {
    bytes.dropFirst(offset).prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The greatest stamp that was dropped; 0 for none.
  var keptFrom: UInt64 { Self.number(headers[0].bytes, at: BinaryFormat.Header.keptFrom, bytes: 8) }
  /// Whether the space of the oldest chunks is used again.
  var keepsNewest: Bool {
    let flags = Self.number(headers[0].bytes, at: BinaryFormat.Header.flags, bytes: 4)
    return UInt32(flags) & BinaryFormat.Header.keepsNewest != 0
  }

  /// Whether there is anything before the latest event of `earlier`: the newest events may have taken all the
  /// space meanwhile.
  public func reachesBack(to earlier: RecordingSnapshot) throws(TraceCodingError) -> Bool {
    guard keepsNewest else { return true }
    return try keptFrom < earlier.latestStamp()
  }

  /// The stamp of the latest event.
  ///
  /// - Complexity: O(chunks + the events of each thread's last chunk).
  func latestStamp() throws(TraceCodingError) -> UInt64 {
    let entries = try BinaryChunkIndex.entries(
      of: self, header: BinaryChunkIndex.header(of: self)
    ) { _ in }.entries
    var last: [UInt32: BinaryChunkIndex.Entry] = [:]
    for entry in entries
    where entry.kind == .threadEvents && entry.sequence >= last[entry.thread]?.sequence ?? 0 {
      last[entry.thread] = entry
    }
    var latest: UInt64 = 0
    var buffer: [UInt8] = []
    for entry in last.values {
      try BinaryChunkIndex.load(entry, of: self, into: &buffer)
      var stamp = entry.base
      unsafe buffer.withUnsafeBufferPointer { bytes in
        guard let base = bytes.baseAddress else { return }
        var reader = unsafe BinaryEventReader(base, from: 0, count: Int(entry.committed))
        var raw = RawEvent()
        while !reader.isAtEnd, reader.read(&raw, inSequence: false) { stamp &+= raw.stamp }
      }
      latest = max(latest, stamp)
    }
    return latest
  }

  /// Has the recording end behind the latest event that `earlier` has.
  ///
  /// - Throws: What is wrong with the chunks of `earlier`.
  public mutating func end(with earlier: RecordingSnapshot) throws(TraceCodingError) {
    let end = try earlier.latestStamp() &+ 1
    typealias Header = BinaryFormat.Header
    let firstLoss = Self.number(headers[0].bytes, at: Header.firstLoss, bytes: 8)
    guard end <= firstLoss else { return }
    for index in 0..<8 {
      headers[0].bytes[Header.firstLoss + index] = UInt8(
        truncatingIfNeeded: end >> UInt64(8 * index))
      headers[0].bytes[Header.lost + index] = 0
    }
    // Its check no longer fits: the file is taken for one that is still being written.
    headers[0].bytes[Header.flags] &= ~1
  }

  /// Fills `buffer` from the place `offset` on.
  public func read(
    at offset: UInt64, into buffer: inout [UInt8]
  ) throws(TraceCodingError) -> Int {
    let size = min(
      try bytes.read(at: offset, into: &buffer), Int(clamping: count - min(count, offset)))
    let end = offset + UInt64(size)
    var index = firstHeader(endingAfter: offset)
    while index < headers.count, headers[index].offset < end {
      let header = headers[index]
      for (place, byte) in header.bytes.enumerated() {
        let at = header.offset + UInt64(place)
        if at >= offset && at < end { buffer[Int(at - offset)] = byte }
      }
      index += 1
    }
    return size
  }

  private func firstHeader(endingAfter offset: UInt64) -> Int {
    var (low, high) = (0, headers.count)
    while low < high {
      let middle = (low + high) / 2
      if headers[middle].offset + UInt64(headers[middle].bytes.count) <= offset {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  static func read(
    _ bytes: some RandomAccessBytes, at offset: UInt64, count: Int
  ) throws(TraceCodingError) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    _ = try bytes.read(at: offset, into: &buffer)
    return buffer
  }
}
