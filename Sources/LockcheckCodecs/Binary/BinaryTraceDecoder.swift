public import LockcheckTrace

/// Reads the binary form: recordings, whose threads it puts together by their stamps, and sequences.
///
/// Holds the tables, an entry for each chunk, and one chunk for each thread that is alive at that place
/// of the trace; never all events.
///
/// - Complexity: O(*n* log *t*) for *n* events that *t* threads make in turns; O(*n*) where one thread
///   makes many in a row.
public struct BinaryTraceDecoder<Bytes: RandomAccessBytes>: TraceDecoder {
  /// What is said once for the whole trace. Complete from the start.
  public private(set) var header = TraceHeader()
  /// What was lost: to damage, where the decoder goes on past it, and, in any case, events for which a
  /// recorder found no room.
  public private(set) var losses: [TraceLoss] = []
  /// Whether a chunk was lost, rather than the end of the trace: other threads' chunks go on.
  public var hasGap: Bool {
    losses.contains { loss in
      let isEnd = loss.error.code == .truncated && loss.events == nil && loss.bytes == nil
      return loss.error.code != .limit && !isEnd
    }
  }

  private let bytes: Bytes
  private let recovering: Bool
  private let file: String?
  private let fileHeader: BinaryChunkIndex.FileHeader
  private var merge: RecordedMerge?
  private var sequence: SequenceReader?
  /// Thrown once the events before it have been handed out.
  private var failure: TraceCodingError?

  /// How many events are handed out at a time.
  static var batch: Int { 4096 }

  /// Reads the headers of the file and its chunks, and the tables of a recording.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - recovering: Whether to go on past damaged parts and list them in ``losses``.
  ///   - file: The name for messages.
  /// - Throws: What is wrong with the headers or tables.
  public init(
    _ bytes: Bytes, recovering: Bool = false, file: String? = nil
  ) throws(TraceCodingError) {
    self.bytes = bytes
    self.recovering = recovering
    self.file = file
    var losses: [TraceLoss] = []
    do throws(TraceCodingError) {
      let header = try BinaryChunkIndex.header(of: bytes)
      fileHeader = header
      let chunks = try BinaryChunkIndex.entries(of: bytes, header: header) {
        (loss) throws(TraceCodingError) in
        guard recovering else { throw loss.error }
        losses.append(loss)
      }
      switch header.arrangement {
      case .byThread:
        var merge = RecordedMerge(header: header)
        try merge.take(chunks, of: bytes) { (loss) throws(TraceCodingError) in
          guard recovering else { throw loss.error }
          losses.append(loss)
        }
        self.header.process = merge.process ?? TraceHeader.Process(pid: Int64(header.pid))
        self.header.accessOrder = merge.accessOrder
        self.header.hasExactAtomics = merge.hasExactAtomics
        self.header.omitsValues = merge.omitsValues
        self.header.droppedEvents = merge.droppedEvents
        self.merge = merge
      case .sequence:
        let sequence = SequenceReader(chunks.entries)
        self.sequence = sequence
        self.header = try sequence.header(of: bytes) ?? self.header
      }
    } catch {
      throw error.in(file)
    }
    self.losses = losses.map { $0.in(file) }
  }

  /// Replaces `events` by the next few thousand, and adds to `tables` what they name.
  ///
  /// - Returns: False when there are no more.
  /// - Throws: What is damaged, unless the decoder goes on past it.
  public mutating func read(
    into events: inout [Event], tables: inout TraceTables
  ) throws(TraceCodingError) -> Bool {
    events.removeAll(keepingCapacity: true)
    if let failure { throw failure }
    while events.count < Self.batch {
      let loss: TraceLoss?
      if merge != nil {
        loss = merge!.read(into: &events, tables: &tables, of: bytes, limit: Self.batch)
      } else {
        loss = sequence!.read(into: &events, tables: &tables, of: bytes, limit: Self.batch)
      }
      guard let loss else { break }
      let named = loss.in(file)
      // A recorder that found no room is no damage: what it has is whole up to there.
      if recovering || merge?.isOver == true {
        losses.append(named)
      } else {
        failure = named.error
        throw named.error
      }
    }
    return !events.isEmpty
  }
}

extension TraceCodingError {
  fileprivate func `in`(_ file: String?) -> TraceCodingError {
    var error = self
    error.file = error.file ?? file
    return error
  }
}

extension TraceLoss {
  fileprivate func `in`(_ file: String?) -> TraceLoss {
    TraceLoss(error: error.in(file), events: events, bytes: bytes)
  }
}
