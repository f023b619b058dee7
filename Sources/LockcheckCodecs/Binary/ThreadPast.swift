import LockcheckTrace

/// An event from before the place where a trace begins, whose effect lasts.
struct CarriedEvent {
  var stamp: UInt64
  var thread: UInt32
  var raw: RawEvent
  var object: UInt32
  var operation: Operation
  var isExclusive: Bool
}

/// What one thread did up to some stamp, as far as it is still there: which locks it took and has not given
/// back, and what it was about to do.
///
/// The thread's events stand without a gap from its first chunk on, so a lock that was taken there and not
/// given back is held; one that was taken before is not known of.
struct ThreadPast {
  /// Where a thread's first event after that stamp stands.
  struct Place {
    /// The offset in the content of its chunk.
    var position = 0
    /// The stamp of the event before; 0 where nothing is left out.
    var stamp: UInt64 = 0
    /// How many events of the chunk come before.
    var events: UInt32 = 0
  }

  let thread: UInt32
  /// How many chunks lie wholly before the stamp.
  private(set) var chunk = 0
  private(set) var place = Place()
  /// How many events lie before it.
  private(set) var eventCount: UInt64 = 0
  /// What it took and has not given back, in order.
  private(set) var held: [CarriedEvent] = []
  /// Its last event, where it is one that lasts: about to do something, or at its end.
  private(set) var last: CarriedEvent?
  /// What it gave back without having taken it here, and when.
  private(set) var givenBack: [(object: UInt32, stamp: UInt64)] = []

  init(thread: UInt32) { self.thread = thread }

  /// Reads the chunks, which are in order, up to the last event at `end` or before it.
  ///
  /// - Parameters:
  ///   - kind: The kind of an object, by its number in the file; nil where it is not known.
  ///   - damage: Takes what is damaged, or throws it. What is behind it is read; what came before is
  ///     forgotten, since it may be over.
  mutating func read(
    _ chunks: [BinaryChunkIndex.Entry], until end: UInt64, of bytes: some RandomAccessBytes,
    kind: (UInt32) -> ObjectKind?, damage: (TraceLoss) throws(TraceCodingError) -> Void
  ) throws(TraceCodingError) {
    var buffer: [UInt8] = []
    while chunk < chunks.count, chunks[chunk].base < end {
      let entry = chunks[chunk]
      var error: TraceCodingError?
      do throws(TraceCodingError) {
        try BinaryChunkIndex.load(entry, of: bytes, into: &buffer)
        switch take(buffer, entry, until: end, kind) {
        case .later: return
        case .whole: break
        case .damaged:
          error = TraceCodingError(
            .invalidValue, at: .offset(entry.payload + UInt64(place.position)),
            "an event that cannot be read")
        }
      } catch let problem {
        error = problem
      }
      chunk += 1
      place = Place()
      guard let error else { continue }
      (held, last) = ([], nil)
      try damage(TraceLoss(error: error, bytes: UInt64(entry.committed)))
    }
  }

  private enum Reach {
    /// Every event of the chunk comes in time.
    case whole
    /// One comes after.
    case later
    /// One cannot be read.
    case damaged
  }

  private mutating func take(
    _ buffer: [UInt8], _ entry: BinaryChunkIndex.Entry, until end: UInt64,
    _ kind: (UInt32) -> ObjectKind?
  ) -> Reach {
    place = Place(stamp: entry.base)
    return unsafe buffer.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return .whole }
      var reader = unsafe BinaryEventReader(base, from: 0, count: Int(entry.committed))
      var raw = RawEvent()
      while !reader.isAtEnd {
        let (isRead, stamp) = Self.next(&reader, &raw, after: place.stamp)
        guard isRead, let event = raw.event() else { return .damaged }
        if stamp > end { return .later }
        place = Place(position: reader.position, stamp: stamp, events: place.events + 1)
        eventCount += 1
        take(event, raw, stamp, kind)
      }
      return .whole
    }
  }

  private static func next(
    _ reader: inout BinaryEventReader, _ raw: inout RawEvent, after stamp: UInt64
  ) -> (Bool, UInt64) {
    guard reader.read(&raw, inSequence: false), raw.stamp > 0 else { return (false, 0) }
    let (sum, overflow) = stamp.addingReportingOverflow(raw.stamp)
    return (!overflow, sum)
  }

  private mutating func take(
    _ event: Event, _ raw: RawEvent, _ stamp: UInt64, _ kind: (UInt32) -> ObjectKind?
  ) {
    let object = raw.object == 0 ? 0 : UInt32(truncatingIfNeeded: raw.object &- 1)
    let carried = CarriedEvent(
      stamp: stamp, thread: thread, raw: raw, object: object, operation: event.operation,
      isExclusive: event.mode == .exclusive)
    let isExit = event.operation == .exit && !held.isEmpty
    last = event.isPending || isExit ? carried : nil
    guard event.isEffective else { return }
    switch event.operation {
    case .acquire: if kind(object)?.isLock == true { held.append(carried) }
    case .release:
      if let place = held.lastIndex(where: { $0.object == object }) {
        held.remove(at: place)
      } else {
        givenBack.append((object, stamp))
      }
    default: break
    }
  }
}

/// What all threads were in the middle of.
struct CarriedEvents {
  private var held: [CarriedEvent] = []
  private var last: [UInt32: CarriedEvent] = [:]
  /// By object: when somebody gave back last what he had not been seen to take.
  private var givenBack: [UInt32: UInt64] = [:]
  /// How many events lie before the place where the trace begins.
  private(set) var eventCount: UInt64 = 0

  mutating func take(_ past: ThreadPast) {
    eventCount += past.eventCount
    held += past.held
    last[past.thread] = past.last
    for (object, stamp) in past.givenBack {
      givenBack[object] = max(givenBack[object] ?? 0, stamp)
    }
  }

  /// What lasts, in the order in which it happened.
  ///
  /// A lock that another thread gave back, or took, after this one had taken it is not this one's any more,
  /// unless it waits on a condition meanwhile and will have it again.
  var inOrder: [CarriedEvent] {
    var taken: [UInt32: CarriedEvent] = [:]
    for one in held where one.isExclusive {
      if let other = taken[one.object], other.stamp > one.stamp { continue }
      taken[one.object] = one
    }
    let lasting = held.filter { one in
      if let stamp = givenBack[one.object], stamp > one.stamp { return false }
      guard last[one.thread]?.operation != .wait, let latest = taken[one.object] else {
        return true
      }
      return latest.stamp <= one.stamp || latest.thread == one.thread
    }
    return (lasting + last.values).sorted { ($0.stamp, $0.thread) < ($1.stamp, $1.thread) }
  }
}
