public import LockcheckTrace

/// Writes the binary form as a sequence: the events in their order, with the tables as they are, so
/// that what is read back is equal to what was written.
///
/// Holds one chunk, and eleven bytes for each object.
public struct BinaryTraceEncoder<Sink: ByteSink>: TraceEncoder {
  /// Where the bytes go.
  public private(set) var sink: Sink

  private let header: TraceHeader
  private let unit = 4096
  /// The bytes after which a chunk is written.
  private let chunkSize: Int
  private var hasBegun = false
  private var offset: UInt64 = 0
  private var chunks: UInt32 = 0
  private var rows = BinaryRowEncoder()
  private var written = WrittenRows()
  private var events: [UInt8] = []
  private var eventCount: UInt32 = 0
  private var total: UInt64 = 0
  private var firstThread: UInt32 = 0
  private var firstTime: UInt64 = 0
  private var thread: UInt32 = 0
  private var time: UInt64 = 0

  /// Writes to `sink`.
  ///
  /// - Parameters:
  ///   - sink: Where the bytes go.
  ///   - header: What is said once for the whole trace.
  public init(_ sink: Sink, header: TraceHeader) {
    self.init(sink, header: header, chunkSize: 65536)
  }

  init(_ sink: Sink, header: TraceHeader, chunkSize: Int) {
    self.sink = sink
    self.header = header
    self.chunkSize = chunkSize
  }

  /// Writes `events`, after the rows that they need.
  public mutating func write(
    _ events: ArraySlice<Event>, tables: borrowing TraceTables
  ) throws(TraceCodingError) {
    if !hasBegun { try begin() }
    if try written.collect(events, tables, into: &rows) {
      // Rows that are used from here on; the events before them come first.
      try flushEvents()
      try flushRows()
    }
    for event in events {
      try append(event)
      if self.events.count + BinaryFormat.Chunk.size + BinaryFormat.longestEvent > chunkSize {
        try flushEvents()
      }
    }
  }

  /// Writes what is left, the rows that changed, and how many events there are.
  public mutating func finish(tables: borrowing TraceTables) throws(TraceCodingError) {
    if !hasBegun { try begin() }
    try flushEvents()
    written.collectAll(tables, into: &rows)
    rows.appendEnd(events: total)
    try flushRows()
  }

  private mutating func begin() throws(TraceCodingError) {
    hasBegun = true
    var page = [UInt8](repeating: 0, count: unit)
    page.replaceSubrange(0..<BinaryFormat.magic.count, with: BinaryFormat.magic)
    Self.put(UInt64(unit), 4, &page, BinaryFormat.Header.unit)
    Self.put(
      UInt64(BinaryFormat.Arrangement.sequence.rawValue), 4, &page,
      BinaryFormat.Header.arrangement)
    Self.put(.max, 8, &page, BinaryFormat.Header.firstLoss)
    try write(page)
    rows.append(header)
    try flushRows()
  }

  private mutating func append(_ event: Event) throws(TraceCodingError) {
    guard event.operation.namesObject || !event.object.isPresent else {
      throw TraceCodingError(
        .notRepresentable, at: .file, "an event on an object by an operation that has none",
        found: event.operation.name)
    }
    if eventCount == 0 {
      firstThread = event.thread.rawValue
      firstTime = event.time ?? time
      thread = firstThread
      time = firstTime
    }
    var modifiers =
      (event.isPending ? 1 : 0) | event.attempt.rawValue << 1 | event.result.rawValue << 3
      | event.mode.rawValue << 5
    if event.holder.isPresent { modifiers |= BinaryFormat.holderModifier }
    let companion = companion(of: event)
    var first = event.operation.rawValue
    if event.count != nil { first |= BinaryFormat.Flag.argument }
    if companion != .max { first |= BinaryFormat.Flag.companion }
    if modifiers != 0 { first |= BinaryFormat.Flag.modifiers }
    events.append(first)
    if modifiers != 0 { events.append(modifiers) }
    let change = Int64(event.thread.rawValue) - Int64(thread)
    Self.number(Self.unsigned(change) << 1 | (event.time == nil ? 0 : 1), &events)
    if let now = event.time {
      Self.number(Self.unsigned(Int64(bitPattern: now &- time)), &events)
      time = now
    }
    thread = event.thread.rawValue
    if event.operation.namesObject { Self.number(Self.reference(event.object), &events) }
    Self.number(Self.reference(event.stack), &events)
    if companion != .max { Self.number(UInt64(companion), &events) }
    if let argument = event.count { Self.number(argument, &events) }
    eventCount += 1
    total += 1
  }

  private func companion(of event: Event) -> UInt32 {
    if event.operation.namesThread { return event.child.rawValue }
    return event.operation == .acquire ? event.holder.rawValue : event.lock.rawValue
  }

  private static func reference(_ id: some DenseIdentifier) -> UInt64 {
    id.isPresent ? UInt64(id.rawValue) + 1 : 0
  }

  private mutating func flushEvents() throws(TraceCodingError) {
    guard eventCount > 0 else { return }
    try writeChunk(
      .sequenceEvents, events, events: eventCount, thread: firstThread, base: firstTime)
    events.removeAll(keepingCapacity: true)
    eventCount = 0
  }

  private mutating func flushRows() throws(TraceCodingError) {
    for payload in rows.take(room: chunkSize - BinaryFormat.Chunk.size) {
      try writeChunk(.rows, payload, events: 0, thread: 0, base: 0)
    }
  }

  private mutating func writeChunk(
    _ kind: BinaryFormat.ChunkKind, _ payload: [UInt8], events: UInt32, thread: UInt32,
    base: UInt64
  ) throws(TraceCodingError) {
    typealias Chunk = BinaryFormat.Chunk
    let units = UInt32((payload.count + Chunk.size + unit - 1) / unit)
    let check = BinaryFormat.headerCheck(
      kind: kind.rawValue, thread: thread, sequence: chunks, base: base, units: units,
      offset: offset)
    let sum = unsafe payload.withUnsafeBytes { bytes in
      unsafe BinaryFormat.checksum(headerCheck: check, events: events, payload: bytes)
    }
    var chunk = [UInt8](repeating: 0, count: Chunk.size)
    Self.put(UInt64(Chunk.magic), 4, &chunk, 0)
    chunk[Chunk.kind] = kind.rawValue
    chunk[Chunk.state] = 1
    Self.put(UInt64(thread), 4, &chunk, Chunk.thread)
    Self.put(UInt64(chunks), 4, &chunk, Chunk.sequence)
    Self.put(base, 8, &chunk, Chunk.base)
    Self.put(UInt64(payload.count), 4, &chunk, Chunk.committed)
    Self.put(UInt64(events), 4, &chunk, Chunk.events)
    Self.put(sum, 8, &chunk, Chunk.checksum)
    Self.put(UInt64(units), 4, &chunk, Chunk.units)
    Self.put(check, 8, &chunk, Chunk.headerCheck)
    chunk += payload
    let padding = Int(units) * unit - chunk.count
    chunk.append(contentsOf: repeatElement(0, count: padding))
    try write(chunk)
    chunks += 1
  }

  private mutating func write(_ bytes: [UInt8]) throws(TraceCodingError) {
    try sink.write(bytes)
    offset += UInt64(bytes.count)
  }

  private static func put(_ value: UInt64, _ size: Int, _ bytes: inout [UInt8], _ at: Int) {
    for index in 0..<size { bytes[at + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
  }

  static func number(_ value: UInt64, _ bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  static func unsigned(_ value: Int64) -> UInt64 {
    UInt64(bitPattern: (value << 1) ^ (value >> 63))
  }
}
