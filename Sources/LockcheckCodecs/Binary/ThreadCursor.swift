import LockcheckTrace

/// Where the merge has got to in the chunks of one thread. Holds one of them.
final class ThreadCursor {
  /// Why ``run(until:firstLoss:limit:clock:numbers:into:tables:)`` came back.
  enum Outcome {
    /// The thread's next event belongs after the bound.
    case later(MergeHeap.Key)
    /// There are enough events for now.
    case full
    /// The chunk has been read.
    case chunkEnds
    /// The rest of the chunk cannot be read.
    case damaged(TraceLoss)
    /// Here the recorder lost its first event.
    case recordingEnds
  }

  private let thread: UInt32
  private var chunks: [BinaryChunkIndex.Entry]
  private var next = 0
  private var buffer: [UInt8] = []
  private var position = 0
  private var count = 0
  private var stamp: UInt64
  private var read: UInt32 = 0
  /// Where to begin in the first chunk.
  private let start: ThreadPast.Place

  init(_ thread: RecordedMerge.ThreadChunks) {
    self.thread = thread.thread
    chunks = thread.chunks
    stamp = thread.start.stamp > 0 ? thread.chunks[0].base : thread.base
    start = thread.start
  }

  private var chunk: BinaryChunkIndex.Entry { chunks[next - 1] }

  /// Reads the next chunk. No key where there is none; a loss where it is damaged, and then the one
  /// after it is next.
  func nextChunk(of bytes: some RandomAccessBytes) -> (MergeHeap.Key?, TraceLoss?) {
    count = 0
    position = 0
    guard next < chunks.count else {
      buffer = []
      return (nil, nil)
    }
    next += 1
    let key = MergeHeap.Key(stamp: max(stamp, chunk.base), thread: thread)
    do throws(TraceCodingError) {
      guard chunk.base >= stamp else {
        throw TraceCodingError(
          .invalidValue, at: .offset(chunk.offset), "a chunk that begins before the last one ends")
      }
      try BinaryChunkIndex.load(chunk, of: bytes, into: &buffer)
    } catch {
      return (
        key,
        TraceLoss(
          error: error, events: chunk.isSealed ? Int(chunk.events) : nil,
          bytes: UInt64(chunk.committed))
      )
    }
    count = Int(chunk.committed)
    stamp = chunk.base
    read = 0
    if next == 1, start.stamp > 0 {
      position = start.position
      stamp = start.stamp
      read = start.events
    }
    return (key, nil)
  }

  /// Hands out events as long as they belong before `bound`.
  func run(
    until bound: MergeHeap.Key, firstLoss: UInt64, limit: Int, clock: StampClock,
    numbers: inout RecordedTables, into events: inout [Event], tables: inout TraceTables
  ) -> Outcome {
    guard position < count else { return .chunkEnds }
    let count = count
    let outcome: Outcome = unsafe buffer.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return .chunkEnds }
      var reader = unsafe BinaryEventReader(base, from: position, count: count)
      var raw = RawEvent()
      var last = stamp
      var handedOut: UInt32 = 0
      var place = position
      defer {
        stamp = last
        read &+= handedOut
        position = place
      }
      let least = bound.thread > thread ? bound.stamp : bound.stamp &- (bound.stamp == 0 ? 0 : 1)
      while !reader.isAtEnd {
        place = reader.position
        if events.count >= limit { return .full }
        guard reader.read(&raw, inSequence: false), raw.stamp > 0 else {
          return .damaged(damage(at: place, "an event that cannot be read"))
        }
        let (stamp, overflow) = last.addingReportingOverflow(raw.stamp)
        guard !overflow, var event = raw.event() else {
          return .damaged(damage(at: place, "an event that cannot be read"))
        }
        if stamp > least { return .later(MergeHeap.Key(stamp: stamp, thread: thread)) }
        if stamp >= firstLoss { return .recordingEnds }
        guard Self.identify(&event, raw, of: thread, &numbers, &tables) else {
          return .damaged(damage(at: place, "an event that refers to what no table has"))
        }
        event.time = clock.time(of: stamp)
        events.append(event)
        last = stamp
        handedOut &+= 1
      }
      place = reader.position
      return .chunkEnds
    }
    return outcome
  }

  /// Puts the identifiers of the tables in the place of the file's numbers. False where one is not
  /// there.
  @inline(__always)
  static func identify(
    _ event: inout Event, _ raw: RawEvent, of thread: UInt32, _ numbers: inout RecordedTables,
    _ tables: inout TraceTables
  ) -> Bool {
    guard let thread = numbers.thread(thread, &tables) else { return false }
    event.thread = thread
    if raw.object != 0 {
      guard let number = UInt32(exactly: raw.object &- 1),
        let object = numbers.object(number, &tables)
      else { return false }
      event.object = object
    }
    if raw.stack != 0 {
      guard let number = UInt32(exactly: raw.stack &- 1),
        let stack = numbers.stack(number, &tables)
      else { return false }
      event.stack = stack
    }
    if raw.argument != .max { event.count = raw.argument }
    if raw.companion != .max {
      guard let number = UInt32(exactly: raw.companion) else { return false }
      if event.operation.namesThread {
        guard let child = numbers.thread(number, &tables) else { return false }
        event.child = child
      } else if event.operation == .acquire {
        guard raw.namesHolder else { return true }
        guard let holder = numbers.thread(number, &tables) else { return false }
        event.holder = holder
      } else {
        guard let lock = numbers.object(number, &tables) else { return false }
        event.lock = lock
      }
    }
    return true
  }

  /// Gives the rest of the chunk up.
  private func damage(at place: Int, _ text: String) -> TraceLoss {
    let error = TraceCodingError(
      .invalidValue, at: .offset(chunk.payload + UInt64(place)), text)
    let left = count - place
    count = 0
    let lost = chunk.isSealed ? Int(chunk.events) - Int(read) : nil
    return TraceLoss(error: error, events: lost.map { max(0, $0) }, bytes: UInt64(left))
  }
}
