/// The layout of the binary form, shared by whoever writes and reads it. `Docs/trace-format-binary.md`
/// describes it for everybody else.
@usableFromInline package enum BinaryFormat {
  /// The first bytes of a file.
  package static let magic: [UInt8] = [0x4C, 0x43, 0x54, 0x52, 0x41, 0x43, 0x45, 0x01]

  /// The header's fields, as offsets into the file. All numbers are little-endian.
  @usableFromInline package enum Header {
    @inlinable package static var size: Int { 4096 }
    /// u32: the bytes of a unit, in which chunks are measured; the header takes one too.
    @inlinable package static var unit: Int { 8 }
    /// u32: ``Arrangement``.
    @inlinable package static var arrangement: Int { 12 }
    /// u32: bit 0 when the writer closed the file, bit 1 where it uses the space of the oldest chunks again.
    @inlinable package static var flags: Int { 16 }
    /// u32: how many chunks, once closed.
    @inlinable package static var chunks: Int { 20 }
    @inlinable package static var pid: Int { 24 }
    /// u64 each: a stamp and the nanoseconds of the clock at the same moment, when it began.
    @inlinable package static var startStamp: Int { 32 }
    @inlinable package static var startNanoseconds: Int { 40 }
    /// u64 each: the same, as late as is known.
    @inlinable package static var latestStamp: Int { 48 }
    @inlinable package static var latestNanoseconds: Int { 56 }
    /// u64: the stamp of the first event that found no room; all ones where there is none.
    @inlinable package static var firstLoss: Int { 64 }
    /// u64: how many events found no room.
    @inlinable package static var lost: Int { 72 }
    /// u64: how many events of signal handlers were left out.
    @inlinable package static var nested: Int { 80 }
    /// u64: the length of the file, once closed.
    @inlinable package static var length: Int { 88 }
    /// u64: the check of all the bytes before it, once closed.
    @inlinable package static var check: Int { 96 }
    /// u64: the greatest stamp of an event that was dropped to make room; 0: none. This and the next two
    /// where the space of the oldest chunks is used again.
    @inlinable package static var keptFrom: Int { 104 }
    /// u64: how many events were dropped.
    @inlinable package static var dropped: Int { 112 }
    /// u64: the bytes of content that they had.
    @inlinable package static var droppedBytes: Int { 120 }
    /// u64: the check of these three, once closed.
    @inlinable package static var droppedCheck: Int { 128 }
    /// How many bytes there are of all this.
    @inlinable package static var used: Int { 136 }
    @inlinable package static var isClosed: UInt32 { 1 }
    @inlinable package static var keepsNewest: UInt32 { 2 }
  }

  /// Where the order of the events is kept.
  package enum Arrangement: UInt32 {
    /// Each thread has chunks of its own; stamps say how they fit together.
    case byThread = 1
    /// The events stand in their order.
    case sequence = 2
  }

  /// The fields of a chunk's header, as offsets from its start.
  @usableFromInline package enum Chunk {
    @inlinable @inline(__always) package static var size: Int { 64 }
    @inlinable package static var magic: UInt32 { 0x4B43_434C }
    @inlinable package static var kind: Int { 4 }
    @inlinable package static var state: Int { 5 }
    @inlinable package static var thread: Int { 8 }
    @inlinable package static var sequence: Int { 12 }
    @inlinable package static var base: Int { 16 }
    @inlinable package static var committed: Int { 24 }
    @inlinable package static var events: Int { 28 }
    @inlinable package static var checksum: Int { 32 }
    @inlinable package static var units: Int { 40 }
    /// u64: the greatest stamp that had been dropped when the space was given to this chunk, or taken from it.
    @inlinable package static var keptFrom: Int { 48 }
    @inlinable package static var headerCheck: Int { 56 }
  }

  /// What a chunk holds.
  package enum ChunkKind: UInt8 {
    case rows = 1
    case threadEvents = 2
    case sequenceEvents = 3
  }

  /// What a row is about. A reader passes over those it does not know.
  package enum Row: UInt8 {
    case process = 1
    case thread = 2
    case object = 3
    case module = 4
    case addresses = 5
    case frame = 6
    case stack = 7
    case note = 8
    case header = 9
    /// The last of a sequence: how many events there are.
    case end = 10
    /// Variables that follow each other in memory.
    case variables = 11
  }

  /// How accesses were put in order, as bits.
  package enum AccessOrder {
    /// Plain ones by clocks.
    package static let isApproximate: UInt8 = 1
    /// Atomic ones where they took effect all the same.
    package static let hasExactAtomics: UInt8 = 2
    /// There are none, and threads decide by values that nobody saw.
    package static let omitsValues: UInt8 = 4
  }

  /// What a header row has, as bits; the values follow in this order, the arguments behind the executable.
  package enum HeaderMember {
    package static let process: UInt8 = 1
    package static let pid: UInt8 = 2
    package static let executable: UInt8 = 4
    package static let droppedEvents: UInt8 = 8
  }

  /// What a thread row has, as bits.
  @usableFromInline package enum ThreadMember {
    @inlinable package static var name: UInt8 { 1 }
    @inlinable package static var kind: UInt8 { 2 }
    @inlinable package static var externalID: UInt8 { 4 }
  }

  /// What an object row has, as bits; the values follow in this order, the name before them.
  @usableFromInline package enum ObjectMember {
    @inlinable package static var value: UInt64 { 1 }
    @inlinable package static var bound: UInt64 { 2 }
    @inlinable package static var capacity: UInt64 { 4 }
    @inlinable package static var parties: UInt64 { 8 }
    @inlinable package static var preference: UInt64 { 16 }
    @inlinable package static var lock: UInt64 { 32 }
    @inlinable package static var handover: UInt64 { 64 }
    @inlinable package static var name: UInt64 { 128 }
    @inlinable package static var externalID: UInt64 { 256 }
    @inlinable package static var workers: UInt64 { 512 }
    @inlinable package static var pool: UInt64 { 1024 }
    @inlinable package static var order: UInt64 { 2048 }
    @inlinable package static var level: UInt64 { 4096 }
    @inlinable package static var declaredClass: UInt64 { 8192 }
    @inlinable package static var address: UInt64 { 16384 }
    @inlinable package static var module: UInt64 { 32768 }
    @inlinable package static var offset: UInt64 { 65536 }
    @inlinable package static var buildID: UInt64 { 131072 }
  }

  /// What a frame row has, as bits, in this order.
  @usableFromInline package enum FrameMember {
    @inlinable package static var function: UInt64 { 1 }
    @inlinable package static var file: UInt64 { 2 }
    @inlinable package static var line: UInt64 { 4 }
    @inlinable package static var module: UInt64 { 8 }
    @inlinable package static var address: UInt64 { 16 }
    @inlinable package static var offset: UInt64 { 32 }
    @inlinable package static var buildID: UInt64 { 64 }
    @inlinable package static var externalID: UInt64 { 128 }
  }

  /// The bits of an event's first byte above its operation.
  @usableFromInline package enum Flag {
    @inlinable @inline(__always) package static var argument: UInt8 { 0x20 }
    @inlinable @inline(__always) package static var companion: UInt8 { 0x40 }
    @inlinable @inline(__always) package static var modifiers: UInt8 { 0x80 }
  }

  /// The bit of an event's modifiers that says that its companion is the holder it waits for.
  @inlinable @inline(__always) package static var holderModifier: UInt8 { 0x40 }

  /// No event takes more bytes: two, and six numbers of at most ten.
  @inlinable @inline(__always) package static var longestEvent: Int { 64 }

  /// Mixes `word` into a checksum.
  @inlinable @inline(__always) package static func mix(_ sum: UInt64, _ word: UInt64) -> UInt64 {
    let product = (sum ^ word) &* 0xFF51_AFD7_ED55_8CCD
    return product ^ (product >> 32)
  }

  /// The check of a closed file's header.
  package static func fileCheck(_ fields: UnsafeRawBufferPointer) -> UInt64 {
    unsafe checksum(headerCheck: 0, events: 0, payload: fields)
  }

  /// The check of what a chunk's header says from the start.
  package static func headerCheck(
    kind: UInt8, thread: UInt32, sequence: UInt32, base: UInt64, units: UInt32, offset: UInt64
  ) -> UInt64 {
    var sum: UInt64 = 0x4C43_5452_4143_4501
    sum = mix(sum, UInt64(kind) | UInt64(units) << 32)
    sum = mix(sum, UInt64(thread) | UInt64(sequence) << 32)
    sum = mix(sum, base)
    return mix(sum, offset)
  }

  /// The checksum of a sealed chunk: its header's check, its counts, its payload in words of eight
  /// bytes, the last filled up with zeros.
  package static func checksum(
    headerCheck: UInt64, events: UInt32, payload: UnsafeRawBufferPointer
  ) -> UInt64 {
    var sum = mix(headerCheck, UInt64(events) | UInt64(truncatingIfNeeded: payload.count) << 32)
    var at = 0
    while at &+ 8 <= payload.count {
      let word = unsafe payload.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      sum = mix(sum, UInt64(littleEndian: word))
      at &+= 8
    }
    if at < payload.count {
      var word: UInt64 = 0
      for index in at..<payload.count {
        word |= unsafe UInt64(payload[index]) << UInt64((index - at) * 8)
      }
      sum = mix(sum, word)
    }
    return sum
  }
}
