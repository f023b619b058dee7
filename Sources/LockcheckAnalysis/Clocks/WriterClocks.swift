import LockcheckTrace

/// What writers knew as they wrote, for the reads that see what they wrote.
///
/// A clock for each thread and each time that it had learned something new before it wrote, under a
/// number: thousands of variables written in one critical section share one, and a variable that is
/// written again only changes its number. Those that are no variable's any more are swept out together,
/// at a cost in proportion to what has come since.
struct WriterClocks {
  /// The number of no clock.
  static let none: UInt32 = .max

  /// A thread's latest clock here.
  private struct Latest {
    var number = WriterClocks.none
    var moment: Moment = 0
  }

  private var clocks: [VectorClock] = []
  /// By thread.
  private var latest: [Latest] = []
  /// How many there may be before those that nobody needs are swept out.
  private var limit: Int
  /// The least that `limit` ever is.
  private let leastLimit: Int
  /// While sweeping: what becomes of each number.
  private var newNumbers: [UInt32] = []

  /// How much clocks that nobody needs may take, in entries, where threads are many.
  private static let spareEntries = 1 << 24

  /// Makes an empty table.
  ///
  /// - Parameter leastLimit: How many clocks there may be, at least, before a sweep.
  init(leastLimit: Int = 4096) {
    self.leastLimit = leastLimit
    limit = leastLimit
  }

  /// Whether it is time for a sweep.
  var isFull: Bool { clocks.count >= limit }

  /// What the writer knew; nothing where there is none.
  subscript(number: UInt32) -> VectorClock {
    number == Self.none ? VectorClock() : clocks[Int(number)]
  }

  /// The number of what the thread knows at `moment`, at which it writes.
  @inline(__always)
  mutating func number(
    of thread: ThreadID, at moment: Moment, by order: borrowing HappensBefore
  ) -> UInt32 {
    while latest.count <= thread.index { latest.append(Latest()) }
    let known = latest[thread.index]
    if known.number != Self.none, !order.hasLearned(thread, since: known.moment) {
      return known.number
    }
    let number = UInt32(clocks.count)
    clocks.append(order.clock(of: thread))
    latest[thread.index] = Latest(number: number, moment: moment)
    return number
  }

  /// Says that a number is a variable's.
  mutating func mark(_ number: UInt32) {
    if newNumbers.isEmpty {
      newNumbers = [UInt32](repeating: Self.none, count: clocks.count)
    }
    if number != Self.none { newNumbers[Int(number)] = 0 }
  }

  /// Forgets the clocks whose numbers were not marked and gives the others new numbers.
  ///
  /// - Complexity: Linear in clocks.
  mutating func sweep(variableCount: Int) {
    mark(Self.none)
    var kept = 0
    for number in clocks.indices where newNumbers[number] != Self.none {
      newNumbers[number] = UInt32(kept)
      clocks.swapAt(kept, number)
      kept += 1
    }
    clocks.removeLast(clocks.count - kept)
    latest = []
    let spare = min(variableCount / 4, Self.spareEntries / max(clocks.last?.moments.count ?? 1, 1))
    limit = max(leastLimit, 2 * kept, kept + spare)
  }

  /// After a sweep, what has become of a number that was marked.
  func newNumber(of number: UInt32) -> UInt32 {
    number == Self.none ? number : newNumbers[Int(number)]
  }

  /// After a sweep, forgets the old numbers.
  mutating func endSweep() { newNumbers = [] }
}
