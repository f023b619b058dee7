import LockcheckFindings

/// How threads spent their time, in a bounded number of cells: as the run gets longer, or has more threads,
/// two cells become one.
struct CellStore: Sendable {
  /// How much of the time axis a cell stands for; a power of two.
  private(set) var width: UInt64 = 1
  /// By thread.
  private(set) var rows: [CellRow] = []
  private let limit: Int

  /// How many cells there are at most, for all threads together.
  static let usualLimit = 1 << 20
  /// How many one thread has at most.
  private static let longestRow = 2048

  init(limit: Int) { self.limit = limit }

  private var rowLimit: Int {
    max(16, min(Self.longestRow, limit / max(rows.count, 1)))
  }

  /// Adds the time from `begin` to `end`, for which the thread held a lock.
  ///
  /// - Complexity: Linear in the cells that it falls into.
  mutating func addHeld(by thread: Int, from begin: UInt64, to end: UInt64) {
    makeRoom(for: thread, to: end)
    Self.spread(begin..<end, over: &rows[thread].held, width: width)
  }

  /// The same for the time for which it waited.
  mutating func addWaited(by thread: Int, from begin: UInt64, to end: UInt64) {
    makeRoom(for: thread, to: end)
    Self.spread(begin..<end, over: &rows[thread].waited, width: width)
  }

  private mutating func makeRoom(for thread: Int, to end: UInt64) {
    while rows.count <= thread { rows.append(CellRow()) }
    while end > 0, (end - 1) / width >= UInt64(rowLimit) { fold() }
  }

  private static func spread(_ time: Range<UInt64>, over cells: inout [UInt64], width: UInt64) {
    var at = time.lowerBound
    while at < time.upperBound {
      let cell = Int(at / width)
      let next = min(time.upperBound, (at / width + 1) * width)
      while cells.count <= cell { cells.append(0) }
      cells[cell] += next - at
      at = next
    }
  }

  private mutating func fold() {
    width *= 2
    for thread in rows.indices { rows[thread].fold() }
  }
}
