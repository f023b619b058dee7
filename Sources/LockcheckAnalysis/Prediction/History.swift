import LockcheckTrace

/// Every event of a run, with what its thread held just before it: what prediction looks back at.
///
/// Costs 44 bytes an event, in pieces of a fixed size, so that it grows without being moved.
struct History: Sendable, RandomAccessCollection {
  private static let pieceBits = 14
  private static let pieceSize = 1 << pieceBits

  private var events: [ContiguousArray<Event>] = []
  private var sets: [ContiguousArray<HeldSetID>] = []
  private(set) var count = 0

  var startIndex: Int { 0 }
  var endIndex: Int { count }

  @inline(__always)
  subscript(index: Int) -> Event {
    events[index >> Self.pieceBits][index & (Self.pieceSize - 1)]
  }

  /// What the thread of the event held just before it.
  @inline(__always)
  func held(at index: Int) -> HeldSetID {
    sets[index >> Self.pieceBits][index & (Self.pieceSize - 1)]
  }

  @inline(__always)
  mutating func append(_ event: Event, holding set: HeldSetID) {
    if count & (Self.pieceSize - 1) == 0 { addPiece() }
    events[count >> Self.pieceBits].append(event)
    sets[count >> Self.pieceBits].append(set)
    count += 1
  }

  private mutating func addPiece() {
    events.append([])
    sets.append([])
    events[events.count - 1].reserveCapacity(Self.pieceSize)
    sets[sets.count - 1].reserveCapacity(Self.pieceSize)
  }

  /// Forgets everything, and gives the memory back.
  mutating func removeAll() { self = History() }
}
