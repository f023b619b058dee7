import LockcheckTrace

/// Puts the threads of a recording together again, by stamp and thread.
///
/// A heap holds one entry for each thread that is alive at that place. Threads come in when the first of
/// their stamps is due, so that a program with many short threads needs no more memory than it has
/// threads at a time. As long as the thread on top goes on, the heap is left alone.
struct RecordedMerge {
  private let fileHeader: BinaryChunkIndex.FileHeader
  private let clock: StampClock
  private var numbers = RecordedTables()
  /// The chunks of each thread, and the threads in the order of their first stamps.
  private var waiting: [ThreadChunks] = []
  private var nextWaiting = 0
  private var cursors: [ThreadCursor] = []
  private var heap = MergeHeap()
  /// What threads were in the middle of where the beginning was dropped; handed out first.
  private var carried: [CarriedEvent] = []
  private var nextCarried = 0
  /// How many events stood before those that are handed out; nil where the beginning is there.
  private(set) var droppedEvents: UInt64?
  /// Whether it ended where the recorder lost its first event.
  private(set) var isOver = false

  /// A thread that has not come in yet.
  struct ThreadChunks {
    var thread: UInt32
    var chunks: [BinaryChunkIndex.Entry]
    var base: UInt64
    /// Where in the first chunk to begin, and behind which event.
    var start = ThreadPast.Place()
  }

  init(header: BinaryChunkIndex.FileHeader) {
    fileHeader = header
    clock = StampClock(header)
  }

  /// What ran.
  var process: TraceHeader.Process? { numbers.process }
  /// Whether accesses stand where they took effect.
  var accessOrder: TraceHeader.AccessOrder { numbers.accessOrder }
  /// Whether atomic ones do, whatever the others do.
  var hasExactAtomics: Bool { numbers.hasExactAtomics }
  /// Whether threads decide by values that are not there.
  var omitsValues: Bool { numbers.omitsValues }

  /// Takes in the chunks: reads the tables, and sorts the others by thread.
  mutating func take(
    _ chunks: BinaryChunkIndex.Chunks, of bytes: some RandomAccessBytes,
    damage: (TraceLoss) throws(TraceCodingError) -> Void
  ) throws(TraceCodingError) {
    var byThread: [UInt32: [BinaryChunkIndex.Entry]] = [:]
    var buffer: [UInt8] = []
    for entry in inOrder(chunks.entries) {
      switch entry.kind {
      case .threadEvents: byThread[entry.thread, default: []].append(entry)
      case .rows:
        do throws(TraceCodingError) {
          try takeRows(entry, of: bytes, &buffer)
        } catch {
          try damage(TraceLoss(error: error, bytes: UInt64(entry.committed)))
        }
      case .sequenceEvents:
        let error = TraceCodingError(
          .invalidValue, at: .offset(entry.offset), "a chunk of a sequence in a recording")
        try damage(
          TraceLoss(error: error, events: Int(entry.events), bytes: UInt64(entry.committed)))
      }
    }
    for (thread, chunksOfThread) in byThread {
      try check(chunksOfThread, hasBeginning: chunks.keptFrom == 0, damage: damage)
      waiting.append(
        ThreadChunks(thread: thread, chunks: chunksOfThread, base: chunksOfThread[0].base))
    }
    if chunks.keptFrom > 0 { try cut(at: chunks.keptFrom, of: bytes, damage: damage) }
    waiting.sort { ($0.base, $0.thread) < ($1.base, $1.thread) }
  }

  /// The chunks in the order in which each thread, and the tables, got them: that of the file unless space
  /// was used again.
  private func inOrder(_ entries: [BinaryChunkIndex.Entry]) -> [BinaryChunkIndex.Entry] {
    guard fileHeader.keepsNewest else { return entries }
    return entries.sorted { ($0.sequence, $0.offset) < ($1.sequence, $1.offset) }
  }

  /// Leaves out what happened up to `keptFrom`, on every thread: so what is left is the end of the run. What
  /// threads held by then and were about to do is kept, as far as it is there.
  private mutating func cut(
    at keptFrom: UInt64, of bytes: some RandomAccessBytes,
    damage: (TraceLoss) throws(TraceCodingError) -> Void
  ) throws(TraceCodingError) {
    var pasts = CarriedEvents()
    for place in waiting.indices {
      var past = ThreadPast(thread: waiting[place].thread)
      try past.read(
        waiting[place].chunks, until: keptFrom, of: bytes,
        kind: { number in numbers.kind(ofObject: number) }, damage: damage)
      waiting[place].chunks.removeFirst(past.chunk)
      waiting[place].start = past.place
      waiting[place].base = max(waiting[place].base, keptFrom)
      pasts.take(past)
    }
    waiting.removeAll { $0.chunks.isEmpty }
    carried = pasts.inOrder
    let left = pasts.eventCount - UInt64(carried.count)
    let (sum, isTooLarge) = fileHeader.dropped.addingReportingOverflow(left)
    droppedEvents = isTooLarge ? .max - 1 : min(sum, .max - 1)
  }

  private mutating func takeRows(
    _ entry: BinaryChunkIndex.Entry, of bytes: some RandomAccessBytes, _ buffer: inout [UInt8]
  ) throws(TraceCodingError) {
    try BinaryChunkIndex.load(entry, of: bytes, into: &buffer)
    var rows = BinaryRowReader(buffer, 0..<Int(entry.committed), offset: entry.payload)
    while !rows.isAtEnd {
      let (kind, members) = try rows.row()
      var reader = BinaryRowReader(buffer, members, offset: entry.payload)
      numbers.add(try BinaryRow(kind: kind, from: &reader), pid: fileHeader.pid)
    }
  }

  /// Whether the chunks of one thread follow each other without a gap.
  private func check(
    _ chunks: [BinaryChunkIndex.Entry], hasBeginning: Bool,
    damage: (TraceLoss) throws(TraceCodingError) -> Void
  ) throws(TraceCodingError) {
    // Where space was used again, what is missing in front was dropped.
    var expected: UInt32 = hasBeginning ? 0 : chunks[0].sequence
    for chunk in chunks {
      if chunk.sequence != expected {
        let error = TraceCodingError(
          .truncated, at: .offset(chunk.offset), "a thread's chunk before this one is missing",
          found: "chunk \(chunk.sequence)", expected: ["chunk \(expected)"])
        try damage(TraceLoss(error: error))
      }
      expected = chunk.sequence &+ 1
    }
  }

  /// Appends events up to `limit`. Returns what is damaged, if anything is met.
  mutating func read(
    into events: inout [Event], tables: inout TraceTables, of bytes: some RandomAccessBytes,
    limit: Int
  ) -> TraceLoss? {
    if let loss = handOutCarried(&events, &tables, limit) { return loss }
    while !isOver && events.count < limit {
      admit()
      guard let top = heap.top else {
        guard nextWaiting == waiting.count else { continue }
        // Where every thread was at its end, nothing comes after what was lost.
        if fileHeader.lost > 0 {
          pendingLosses.insert(contentsOf: [end()].compactMap(\.self), at: 0)
        }
        break
      }
      // Up to where the next thread is due, the one on top goes on alone.
      var bound = heap.second
      if nextWaiting < waiting.count {
        bound = min(bound, MergeHeap.Key(stamp: waiting[nextWaiting].base, thread: 0))
      }
      let cursor = cursors[top.cursor]
      let outcome = cursor.run(
        until: bound, firstLoss: fileHeader.firstLoss, limit: limit, clock: clock,
        numbers: &numbers, into: &events, tables: &tables)
      switch outcome {
      case .later(let key): heap.replaceTop(MergeHeap.Entry(key: key, cursor: top.cursor))
      case .full: break
      case .chunkEnds:
        if let loss = advance(top.cursor, of: bytes) { return loss }
      case .damaged(let loss):
        if let next = advance(top.cursor, of: bytes) { pendingLosses.append(next) }
        return loss
      case .recordingEnds:
        return end()
      }
    }
    return pendingLosses.popLast()
  }

  /// Hands out what threads were in the middle of where the beginning was dropped.
  private mutating func handOutCarried(
    _ events: inout [Event], _ tables: inout TraceTables, _ limit: Int
  ) -> TraceLoss? {
    while nextCarried < carried.count, events.count < limit {
      let one = carried[nextCarried]
      nextCarried += 1
      guard one.stamp < fileHeader.firstLoss else { continue }
      guard var event = one.raw.event(),
        ThreadCursor.identify(&event, one.raw, of: one.thread, &numbers, &tables)
      else {
        let error = TraceCodingError(
          .invalidValue, at: .file, "an event that refers to what no table has")
        return TraceLoss(error: error, events: 1)
      }
      event.time = clock.time(of: one.stamp)
      events.append(event)
    }
    return nil
  }

  /// Ends where the recorder lost its first event; a snapshot ends so too, and nothing was lost.
  private mutating func end() -> TraceLoss? {
    isOver = true
    if fileHeader.lost == 0 { return pendingLosses.popLast() }
    return TraceLoss(
      error: TraceCodingError(
        .limit, at: .file,
        "the recorder found no room for more: the trace ends before the first lost event",
        found: "\(fileHeader.lost) lost events"),
      events: Int(clamping: fileHeader.lost))
  }

  /// Damage that was met behind other damage.
  private var pendingLosses: [TraceLoss] = []

  /// Lets the threads in that are due.
  private mutating func admit() {
    while nextWaiting < waiting.count {
      let next = waiting[nextWaiting]
      let base = MergeHeap.Key(stamp: next.base, thread: 0)
      guard heap.top.map({ base <= $0.key }) ?? true else { return }
      nextWaiting += 1
      let cursor = ThreadCursor(next)
      cursors.append(cursor)
      // Its first chunk is read when the cursor runs; until then the base stands for it.
      heap.insert(
        MergeHeap.Entry(
          key: MergeHeap.Key(stamp: next.base, thread: next.thread), cursor: cursors.count - 1))
      waiting[nextWaiting - 1].chunks = []
    }
  }

  /// Gives the cursor on top its next chunk, or takes it out. Returns what is wrong with the chunk.
  private mutating func advance(_ index: Int, of bytes: some RandomAccessBytes) -> TraceLoss? {
    let cursor = cursors[index]
    let (key, loss) = cursor.nextChunk(of: bytes)
    if let key {
      heap.replaceTop(MergeHeap.Entry(key: key, cursor: index))
    } else {
      heap.removeTop()
    }
    return loss
  }
}

/// Turns stamps into nanoseconds since the trace began, by the two moments that the file knows both of.
struct StampClock {
  private let start: UInt64
  /// Nanoseconds per stamp, in units of 2^-32.
  private let rate: UInt64

  init(_ header: BinaryChunkIndex.FileHeader) {
    start = header.startStamp
    let stamps = Double(header.latestStamp) - Double(header.startStamp)
    let nanoseconds = Double(header.latestNanoseconds) - Double(header.startNanoseconds)
    let perStamp = stamps > 0 && nanoseconds > 0 ? nanoseconds / stamps : 1
    rate = UInt64(min(perStamp, 1e9) * 4_294_967_296)
  }

  @inline(__always) func time(of stamp: UInt64) -> UInt64 {
    guard stamp > start else { return 0 }
    let product = (stamp &- start).multipliedFullWidth(by: rate)
    return product.high << 32 | product.low >> 32
  }
}
