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

  /// Adds the time from `begin` to `end`.
  ///
  /// - Complexity: Linear in the cells that it falls into.
  mutating func add(
    _ part: WritableKeyPath<CellRow, [UInt64]>, thread: Int, from begin: UInt64, to end: UInt64
  ) {
    guard end > begin else { return }
    while rows.count <= thread { rows.append(CellRow()) }
    while (end - 1) / width >= UInt64(rowLimit) { fold() }
    var at = begin
    while at < end {
      let cell = Int(at / width)
      let next = min(end, (at / width + 1) * width)
      while rows[thread][keyPath: part].count <= cell { rows[thread][keyPath: part].append(0) }
      rows[thread][keyPath: part][cell] += next - at
      at = next
    }
  }

  private mutating func fold() {
    width *= 2
    for thread in rows.indices { rows[thread].fold() }
  }
}
