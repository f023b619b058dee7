/// How far each thread must have come before a whole piece of another one can have been run, so that
/// long ways back through a trace need not be gone event by event.
///
/// By thread, piece by piece: the positions that the ends of its pieces take for granted, a row of one
/// number for each thread. Four bytes for each thread and piece.
struct CausalSummaries: Sendable {
  /// How many events make a piece, as a power of two.
  private var pieceBits = 8
  /// By thread: its rows, one after the other.
  private var rows: [ContiguousArray<UInt32>] = []

  /// Nothing is summarized.
  init() {}

  /// Pieces are summarized as long as that costs no more than a few looks at each event: with very many
  /// threads, the way back from each is as long as the trace.
  ///
  /// - Complexity: Linear in events.
  init(_ index: borrowing RunIndex) {
    let threads = index.threadCount
    while 1 << pieceBits < threads { pieceBits += 1 }
    rows = Array(repeating: [], count: threads)
    var closures = (0..<threads).map { _ in CausalClosure?.none }
    let mask = 1 << pieceBits - 1
    var budget = 1_000_000 + Self.looksPerEvent * index.history.count
    for place in 0..<index.history.count {
      let thread = index.thread(of: place)
      let position = Int(index.position[place])
      guard (position + 1) & mask == 0, budget > 0 else { continue }
      // Taken out, so that it is changed where it is and not copied.
      var closure = closures[thread] ?? CausalClosure(threadCount: threads)
      closures[thread] = nil
      let known = closure.work
      closure.raise(thread, to: position + 1)
      closure.close(in: index, summaries: self)
      budget -= closure.work - known + threads
      rows[thread].append(contentsOf: closure.included)
      closures[thread] = closure
    }
  }

  private static let looksPerEvent = 50

  /// The last end of a piece of the thread that is not beyond `position`.
  @inline(__always)
  func end(before position: Int, of thread: Int) -> Int {
    guard !rows.isEmpty else { return 0 }
    return min(position >> pieceBits, rows[thread].count / rows.count) << pieceBits
  }

  /// How far the threads must have come for the piece of `thread` that ends there.
  @inline(__always)
  func row(of thread: Int, endingAt end: Int) -> ArraySlice<UInt32> {
    let row = (end >> pieceBits - 1) * rows.count
    return ArraySlice(rows[thread][row..<row + rows.count])
  }
}
