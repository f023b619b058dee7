import CLockcheckShims

/// The sealed chunks of a file that keeps the newest events, in the order in which they were sealed.
///
/// The one sealed first has the earliest end, but for a little: what falls away with it is what is over
/// longest, on whichever thread. Under the recorder's lock.
@safe struct SealedChunks {
  /// A chunk that nobody writes to any more.
  struct Chunk {
    /// Where it stands in the file.
    var offset: UInt64
    /// The stamp of its last event.
    var last: UInt64
    /// How many events it has.
    var events: UInt32
    /// How many bytes they take.
    var bytes: UInt32
    /// How long it is.
    var units: UInt32
  }

  private let chunks: UnsafeMutablePointer<Chunk>
  private let capacity: Int
  private var first = 0
  private var count = 0

  /// More are never kept: with the shortest chunks, a file of 256 GiB.
  private static let limit = 1 << 26

  /// Sets room aside for `capacity` chunks; nil where there is none. What is not used takes no memory.
  init?(capacity: Int) {
    self.capacity = min(capacity, Self.limit)
    guard let memory = unsafe lc_map_memory(self.capacity * MemoryLayout<Chunk>.stride) else {
      return nil
    }
    unsafe chunks = memory.bindMemory(to: Chunk.self, capacity: self.capacity)
  }

  /// Takes in one that was just sealed. Its space stays as it is where there is no room to remember it.
  mutating func append(_ chunk: Chunk) {
    guard count < capacity else { return }
    unsafe chunks[(first + count) % capacity] = chunk
    count += 1
  }

  /// Gives the one out that was sealed first.
  mutating func popFirst() -> Chunk? {
    guard count > 0 else { return nil }
    let chunk = unsafe chunks[first]
    first = (first + 1) % capacity
    count -= 1
    return chunk
  }

  /// Gives the room back.
  func discard() { unsafe lc_unmap(chunks, capacity * MemoryLayout<Chunk>.stride) }
}
