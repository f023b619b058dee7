import LockcheckTrace

/// Reads a binary trace whose events stand in their order: rows and events as they come, with the
/// identifiers that the tables had when it was written.
struct SequenceReader {
  private let entries: [BinaryChunkIndex.Entry]
  private var next = 0
  private var buffer: [UInt8] = []
  private var position = 0
  private var thread: UInt32 = 0
  private var time: UInt64 = 0
  private var isInEvents = false
  private var total: UInt64 = 0
  private var hasEnded = false

  init(_ entries: [BinaryChunkIndex.Entry]) { self.entries = entries }

  private var chunk: BinaryChunkIndex.Entry { entries[next - 1] }

  /// The header row, which stands in the first chunk.
  func header(of bytes: some RandomAccessBytes) throws(TraceCodingError) -> TraceHeader? {
    guard let first = entries.first, first.kind == .rows else { return nil }
    var buffer: [UInt8] = []
    try BinaryChunkIndex.load(first, of: bytes, into: &buffer)
    var rows = BinaryRowReader(buffer, 0..<Int(first.committed), offset: first.payload)
    while !rows.isAtEnd {
      let (kind, members) = try rows.row()
      guard kind == BinaryFormat.Row.header.rawValue else { continue }
      var reader = BinaryRowReader(buffer, members, offset: first.payload)
      if case .header(let header) = try BinaryRow(kind: kind, from: &reader) { return header }
    }
    return nil
  }

  /// Appends events up to `limit`. Returns what is damaged, if anything is met.
  mutating func read(
    into events: inout [Event], tables: inout TraceTables, of bytes: some RandomAccessBytes,
    limit: Int
  ) -> TraceLoss? {
    while events.count < limit {
      if isInEvents {
        if let loss = readEvents(into: &events, tables: tables, limit: limit) { return loss }
        if isInEvents { return nil }
        continue
      }
      guard next < entries.count else { return checkEnd(of: bytes) }
      next += 1
      do throws(TraceCodingError) {
        guard chunk.sequence == UInt32(next - 1) else {
          throw TraceCodingError(
            .truncated, at: .offset(chunk.offset), "chunks before this one are missing",
            found: "chunk \(chunk.sequence)", expected: ["chunk \(next - 1)"])
        }
        try open(bytes, &tables)
      } catch {
        return TraceLoss(
          error: error, events: chunk.kind == .rows ? nil : Int(chunk.events),
          bytes: UInt64(chunk.committed))
      }
    }
    return nil
  }

  /// Whether the last row was there and has the right count; said once.
  private mutating func checkEnd(of bytes: some RandomAccessBytes) -> TraceLoss? {
    guard !hasEnded else { return nil }
    hasEnded = true
    return TraceLoss(
      error: TraceCodingError(
        .truncated, at: .offset(bytes.count), "the trace ends before its last row"))
  }

  /// Begins with the present chunk; rows are read at once.
  private mutating func open(
    _ bytes: some RandomAccessBytes, _ tables: inout TraceTables
  ) throws(TraceCodingError) {
    try BinaryChunkIndex.load(chunk, of: bytes, into: &buffer)
    switch chunk.kind {
    case .sequenceEvents:
      position = 0
      thread = chunk.thread
      time = chunk.base
      isInEvents = true
    case .rows:
      var rows = BinaryRowReader(buffer, 0..<Int(chunk.committed), offset: chunk.payload)
      while !rows.isAtEnd {
        let (kind, members) = try rows.row()
        var reader = BinaryRowReader(buffer, members, offset: chunk.payload)
        try take(try BinaryRow(kind: kind, from: &reader), reader, &tables)
      }
    case .threadEvents:
      throw TraceCodingError(
        .invalidValue, at: .offset(chunk.offset), "a chunk of a recording in a sequence")
    }
  }

  /// Adds a row to the tables, or brings the one with its number up to date.
  private mutating func take(
    _ row: BinaryRow, _ reader: BinaryRowReader, _ tables: inout TraceTables
  ) throws(TraceCodingError) {
    func isNew(_ number: UInt32, _ count: Int) throws(TraceCodingError) -> Bool {
      guard number <= count else {
        throw reader.wrong(.undeclared, "row \(number) where \(count) is the next")
      }
      return number == count
    }
    switch row {
    case .thread(let number, let row):
      if try isNew(number, tables.threads.count) {
        tables.threads.append(row)
      } else {
        tables.threads[Int(number)] = row
      }
    case .object(let number, let row):
      let stack = row.creation.map { StackID(rawValue: $0) } ?? .absent
      guard !stack.isPresent || stack.index < tables.stacks.count else {
        throw reader.wrong(.undeclared, "an object made by a stack that no table has")
      }
      if try isNew(number, tables.objects.count) {
        _ = tables.objects.append(
          kind: row.kind, name: row.name, stack: stack, details: row.details)
      } else {
        let id = ObjectID(rawValue: number)
        tables.objects.setKind(row.kind, of: id)
        tables.objects.setName(row.name, of: id)
        tables.objects.setStack(stack, of: id)
        tables.objects[id] = row.details
      }
    case .frame(let number, let frame):
      if try isNew(number, tables.frames.count) {
        tables.frames.append(frame)
      } else {
        tables.frames[Int(number)] = frame
      }
    case .stack(let number, let frames):
      guard frames.allSatisfy({ $0 < tables.frames.count }) else {
        throw reader.wrong(.undeclared, "a stack of frames that no table has")
      }
      let stack = CallStack(frames.map { FrameID(rawValue: $0) })
      if try isNew(number, tables.stacks.count) {
        tables.stacks.append(stack)
      } else {
        tables.stacks[Int(number)] = stack
      }
    case .end(let events):
      hasEnded = true
      guard events == total else {
        throw TraceCodingError(
          .truncated, at: .file, "events are missing", found: "\(total)", expected: ["\(events)"])
      }
    case .process, .header, .module, .addresses, .note, .variables, .unknown: break
    }
  }

  private mutating func readEvents(
    into events: inout [Event], tables: TraceTables, limit: Int
  ) -> TraceLoss? {
    let count = Int(chunk.committed)
    var place = position
    var thread = thread
    var time = time
    var read: UInt64 = 0
    let threads = tables.threads.count
    let objects = tables.objects.count
    let stacks = tables.stacks.count
    let isWhole = unsafe buffer.withUnsafeBufferPointer { bytes -> Bool in
      guard let base = bytes.baseAddress else { return true }
      var reader = unsafe BinaryEventReader(base, from: place, count: count)
      var raw = RawEvent()
      while !reader.isAtEnd && events.count < limit {
        guard reader.read(&raw, inSequence: true), var event = raw.event() else { return false }
        thread &+= UInt32(truncatingIfNeeded: Self.signed(raw.stamp >> 1))
        guard thread < threads else { return false }
        event.thread = ThreadID(rawValue: thread)
        if raw.stamp & 1 != 0 {
          time &+= UInt64(bitPattern: Self.signed(raw.time))
          event.time = time
        }
        guard raw.object <= objects, raw.stack <= stacks else { return false }
        if raw.object != 0 { event.object = ObjectID(rawValue: UInt32(raw.object - 1)) }
        if raw.stack != 0 { event.stack = StackID(rawValue: UInt32(raw.stack - 1)) }
        if raw.companion != .max {
          let isThread = event.operation.namesThread || raw.namesHolder
          guard raw.companion < UInt64(isThread ? threads : objects) else { return false }
          if event.operation.namesThread {
            event.child = ThreadID(rawValue: UInt32(raw.companion))
          } else if event.operation == .acquire {
            if raw.namesHolder { event.holder = ThreadID(rawValue: UInt32(raw.companion)) }
          } else {
            event.lock = ObjectID(rawValue: UInt32(raw.companion))
          }
        }
        if raw.argument != .max { event.count = raw.argument }
        events.append(event)
        read += 1
        place = reader.position
      }
      return true
    }
    self.thread = thread
    self.time = time
    total += read
    position = place
    if isWhole && place < count { return nil }
    isInEvents = false
    if isWhole { return nil }
    let error = TraceCodingError(
      .invalidValue, at: .offset(chunk.payload + UInt64(place)),
      "an event that cannot be read, or refers to what no table has")
    return TraceLoss(error: error, bytes: UInt64(count - place))
  }

  @inline(__always) private static func signed(_ value: UInt64) -> Int64 {
    Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }
}
