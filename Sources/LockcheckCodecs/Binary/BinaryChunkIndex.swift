/// Where the chunks of a binary trace are, found by their headers alone.
struct BinaryChunkIndex {
  /// One chunk, as its header describes it.
  struct Entry {
    var offset: UInt64
    var kind: BinaryFormat.ChunkKind
    var isSealed: Bool
    var thread: UInt32
    var sequence: UInt32
    var base: UInt64
    var committed: UInt32
    var events: UInt32
    var checksum: UInt64
    var units: UInt32
    var headerCheck: UInt64
    /// The greatest stamp that had been dropped when it got its space, or lost it.
    var keptFrom: UInt64

    /// Where its bytes of content begin.
    var payload: UInt64 { offset + UInt64(BinaryFormat.Chunk.size) }
  }

  /// What the file says of itself.
  struct FileHeader {
    var unit: UInt64
    var arrangement: BinaryFormat.Arrangement
    var isClosed: Bool
    var chunks: UInt32
    var pid: UInt64
    var startStamp: UInt64
    var startNanoseconds: UInt64
    var latestStamp: UInt64
    var latestNanoseconds: UInt64
    var firstLoss: UInt64
    var lost: UInt64
    var length: UInt64
    /// Whether the space of the oldest chunks is used again.
    var keepsNewest: Bool
    /// The greatest stamp of an event that was dropped; 0 for none.
    var keptFrom: UInt64
    /// How many were dropped, and how many bytes they took.
    var dropped: UInt64
    var droppedBytes: UInt64
  }

  /// The chunks of a file.
  struct Chunks {
    var entries: [Entry] = []
    /// The greatest stamp of an event that was dropped; 0 for none.
    var keptFrom: UInt64 = 0
  }

  /// Reads the file's header.
  static func header(
    of bytes: some RandomAccessBytes
  ) throws(TraceCodingError) -> FileHeader {
    var buffer = [UInt8](repeating: 0, count: BinaryFormat.Header.used)
    let count = try bytes.read(at: 0, into: &buffer)
    guard count >= BinaryFormat.magic.count, buffer.starts(with: BinaryFormat.magic) else {
      if count >= 8, buffer.starts(with: BinaryFormat.magic.dropLast()) {
        throw TraceCodingError(
          .unsupportedVersion, at: .offset(7), "a later version of the binary form",
          found: String(buffer[7]), expected: ["1"])
      }
      throw TraceCodingError(
        .unknownFormat, at: .offset(0), "not a binary trace", expected: ["LCTRACE"])
    }
    guard count == buffer.count else {
      throw TraceCodingError(
        .truncated, at: .offset(UInt64(count)), "the file ends in its header")
    }
    func u32(_ at: Int) -> UInt32 { UInt32(truncatingIfNeeded: littleEndian(buffer, at, 4)) }
    func u64(_ at: Int) -> UInt64 { littleEndian(buffer, at, 8) }
    typealias Header = BinaryFormat.Header
    let isClosed = u32(Header.flags) & Header.isClosed != 0
    let keepsNewest = u32(Header.flags) & Header.keepsNewest != 0
    if isClosed {
      try check(buffer, 0..<Header.check)
      if keepsNewest { try check(buffer, Header.keptFrom..<Header.droppedCheck) }
    }
    let unit = UInt64(u32(BinaryFormat.Header.unit))
    guard unit >= 4096, unit <= 1 << 20, unit & (unit - 1) == 0 else {
      throw TraceCodingError(
        .invalidValue, at: .offset(UInt64(BinaryFormat.Header.unit)), "the size of a unit",
        found: String(unit), expected: ["a power of two from 4096 to 1048576"])
    }
    let form = u32(BinaryFormat.Header.arrangement)
    guard let arrangement = BinaryFormat.Arrangement(rawValue: form) else {
      throw TraceCodingError(
        .invalidValue, at: .offset(UInt64(BinaryFormat.Header.arrangement)),
        "the arrangement of the events", found: String(form), expected: ["1", "2"])
    }
    return FileHeader(
      unit: unit, arrangement: arrangement, isClosed: isClosed,
      chunks: u32(BinaryFormat.Header.chunks), pid: u64(BinaryFormat.Header.pid),
      startStamp: u64(BinaryFormat.Header.startStamp),
      startNanoseconds: u64(BinaryFormat.Header.startNanoseconds),
      latestStamp: u64(BinaryFormat.Header.latestStamp),
      latestNanoseconds: u64(BinaryFormat.Header.latestNanoseconds),
      firstLoss: u64(BinaryFormat.Header.firstLoss), lost: u64(BinaryFormat.Header.lost),
      length: u64(BinaryFormat.Header.length), keepsNewest: keepsNewest,
      keptFrom: keepsNewest ? u64(Header.keptFrom) : 0,
      dropped: keepsNewest ? u64(Header.dropped) : 0,
      droppedBytes: keepsNewest ? u64(Header.droppedBytes) : 0)
  }

  /// Holds fields of the header against the check that stands behind them.
  private static func check(
    _ header: [UInt8], _ fields: Range<Int>
  ) throws(TraceCodingError) {
    let sum = unsafe header.withUnsafeBytes { raw in
      unsafe BinaryFormat.fileCheck(UnsafeRawBufferPointer(rebasing: raw[fields]))
    }
    guard sum == littleEndian(header, fields.upperBound, 8) else {
      throw TraceCodingError(
        .checksum, at: .offset(UInt64(fields.upperBound)), "the file's header is damaged")
    }
  }

  /// Reads the headers of all chunks, in the order of the file.
  ///
  /// - Parameter damage: Takes what is wrong, or throws it.
  static func entries(
    of bytes: some RandomAccessBytes, header: FileHeader,
    damage: (TraceLoss) throws(TraceCodingError) -> Void
  ) throws(TraceCodingError) -> Chunks {
    var chunks = Chunks(keptFrom: header.keptFrom)
    var offset = header.unit
    var buffer = [UInt8](repeating: 0, count: BinaryFormat.Chunk.size)
    /// Where a damaged part began that has not been reported yet.
    var damaged: (start: UInt64, error: TraceCodingError)?
    if header.isClosed, bytes.count < header.length {
      let error = TraceCodingError(
        .truncated, at: .offset(bytes.count), "the file is shorter than it was",
        found: "\(bytes.count) bytes", expected: ["\(header.length)"])
      try damage(TraceLoss(error: error, bytes: header.length - bytes.count))
    }
    while offset < bytes.count {
      let count = try bytes.read(at: offset, into: &buffer)
      let (entry, error) = entry(buffer, count: count, at: offset, header: header, bytes.count)
      if let entry {
        if let part = damaged {
          try damage(TraceLoss(error: part.error, bytes: offset - part.start))
          damaged = nil
        }
        chunks.entries.append(entry)
        // A file that was closed says it itself, and has a check for it.
        if header.keepsNewest, !header.isClosed {
          chunks.keptFrom = max(chunks.keptFrom, entry.keptFrom)
        }
        offset += UInt64(entry.units) * header.unit
      } else if error == nil, header.keepsNewest, count == buffer.count {
        // Its process ended before the space had its next chunk: what is in it belongs to the last one.
        chunks.keptFrom = max(chunks.keptFrom, littleEndian(buffer, BinaryFormat.Chunk.keptFrom, 8))
        let units = littleEndian(buffer, BinaryFormat.Chunk.units, 4)
        offset += max(1, units) * header.unit
      } else {
        if let error, damaged == nil { damaged = (offset, error) }
        offset += header.unit
      }
    }
    if let part = damaged {
      try damage(TraceLoss(error: part.error, bytes: bytes.count - part.start))
    }
    if header.isClosed, chunks.entries.count < header.chunks {
      let error = TraceCodingError(
        .truncated, at: .file, "chunks are missing", found: "\(chunks.entries.count)",
        expected: ["\(header.chunks)"])
      try damage(TraceLoss(error: error))
    }
    return chunks
  }

  /// The entry that a chunk's header makes, or what is wrong with it; neither where nothing was ever
  /// written.
  private static func entry(
    _ buffer: [UInt8], count: Int, at offset: UInt64, header: FileHeader, _ length: UInt64
  ) -> (Entry?, TraceCodingError?) {
    typealias Chunk = BinaryFormat.Chunk
    func u32(_ at: Int) -> UInt32 { UInt32(truncatingIfNeeded: littleEndian(buffer, at, 4)) }
    func u64(_ at: Int) -> UInt64 { littleEndian(buffer, at, 8) }
    func wrong(_ code: TraceCodingError.Code, _ text: String) -> (Entry?, TraceCodingError?) {
      (nil, TraceCodingError(code, at: .offset(offset), text))
    }
    guard count == Chunk.size else { return wrong(.truncated, "the file ends in a chunk's header") }
    guard u32(0) == Chunk.magic else {
      // A chunk that was set aside when the process ended.
      if u32(0) == 0 && !header.isClosed { return (nil, nil) }
      return wrong(.syntax, "not a chunk")
    }
    let units = u32(Chunk.units)
    let check = BinaryFormat.headerCheck(
      kind: buffer[Chunk.kind], thread: u32(Chunk.thread), sequence: u32(Chunk.sequence),
      base: u64(Chunk.base), units: units, offset: offset)
    guard check == u64(Chunk.headerCheck), units > 0 else {
      return wrong(.checksum, "a chunk's header is damaged")
    }
    guard let kind = BinaryFormat.ChunkKind(rawValue: buffer[Chunk.kind]) else {
      return wrong(.invalidValue, "a chunk of an unknown kind")
    }
    let state = buffer[Chunk.state]
    guard state == 1 || state == 0 && !header.isClosed else {
      return wrong(.invalidValue, "a chunk that was not sealed in a file that was closed")
    }
    let committed = u32(Chunk.committed)
    let room = UInt64(units) * header.unit - UInt64(Chunk.size)
    guard UInt64(committed) <= room else {
      return wrong(.limit, "a chunk that says it holds more than it can")
    }
    guard offset + UInt64(Chunk.size) + UInt64(committed) <= length else {
      return wrong(.truncated, "the file ends in a chunk")
    }
    let entry = Entry(
      offset: offset, kind: kind, isSealed: state == 1, thread: u32(Chunk.thread),
      sequence: u32(Chunk.sequence), base: u64(Chunk.base), committed: committed,
      events: u32(Chunk.events), checksum: u64(Chunk.checksum), units: units, headerCheck: check,
      keptFrom: u64(Chunk.keptFrom))
    return (entry, nil)
  }

  private static func littleEndian(_ buffer: [UInt8], _ at: Int, _ count: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<count { value |= UInt64(buffer[at + index]) << UInt64(8 * index) }
    return value
  }

  /// Reads what a chunk holds into `buffer`, followed by zeros enough for a reader that looks ahead,
  /// and checks it where it was sealed.
  static func load(
    _ entry: Entry, of bytes: some RandomAccessBytes, into buffer: inout [UInt8]
  ) throws(TraceCodingError) {
    let committed = Int(entry.committed)
    buffer.removeAll(keepingCapacity: true)
    buffer.append(contentsOf: repeatElement(0, count: committed))
    var count = 0
    if committed > 0 { count = try bytes.read(at: entry.payload, into: &buffer) }
    guard count == committed else {
      throw TraceCodingError(
        .truncated, at: .offset(entry.payload + UInt64(count)), "the file ends in a chunk")
    }
    if entry.isSealed {
      let sum = unsafe buffer.withUnsafeBytes { payload in
        unsafe BinaryFormat.checksum(
          headerCheck: entry.headerCheck, events: entry.events, payload: payload)
      }
      guard sum == entry.checksum else {
        throw TraceCodingError(
          .checksum, at: .offset(entry.offset), "a chunk does not fit its checksum")
      }
    }
    buffer.append(contentsOf: repeatElement(0, count: BinaryFormat.longestEvent))
  }
}
