internal import CLockcheckShims
internal import Synchronization

/// Whose turn it is, as far as the explorer has to know that waits for the end.
///
/// The count is odd while a scheduler decides, and even while a thread of the program runs. A thread that
/// comes to a scheduling point and an explorer that loses its patience meet in one atomic step.
@safe final class Turns: @unchecked Sendable {
  private let count = Atomic<Int>(1)
  private let runner = Atomic<Int>(-1)
  private let word: UnsafeMutablePointer<UInt32>

  private static var over: Int { -1 }

  init() {
    unsafe word = .allocate(capacity: 1)
    unsafe word.initialize(to: 0)
  }

  deinit { unsafe word.deallocate() }

  /// How many turns there have been: the same again when nobody has come to a scheduling point.
  private var taken: Int { count.load(ordering: .acquiring) }

  /// Who has the turn, by its number in the schedule.
  var running: Int { runner.load(ordering: .relaxed) }

  /// A thread of the program comes to a scheduling point.
  ///
  /// - Returns: False when the schedule is over for it.
  func begin() -> Bool {
    let seen = count.load(ordering: .relaxed)
    guard seen != Self.over else { return false }
    return count.compareExchange(
      expected: seen, desired: seen + 1, ordering: .acquiringAndReleasing
    )
    .exchanged
  }

  /// It is the turn of that thread, which is the caller.
  func end(_ thread: Int) {
    runner.store(thread, ordering: .relaxed)
    count.add(1, ordering: .releasing)
  }

  /// Ends the schedule, unless a thread has come to a scheduling point meanwhile.
  ///
  /// - Parameter seen: What ``taken`` was.
  private func giveUp(seen: Int) -> Bool {
    guard seen & 1 == 0 else { return false }
    return count.compareExchange(
      expected: seen, desired: Self.over, ordering: .acquiringAndReleasing
    ).exchanged
  }

  /// The schedule is over. For the thread that has decided so.
  func finish() {
    count.store(Self.over, ordering: .releasing)
    unsafe lc_baton_give(word)
  }

  /// Waits for ``finish()``.
  ///
  /// - Parameter patience: How long a turn may take.
  /// - Returns: False where one takes longer: everything is over then for its thread, and all others.
  func awaitEnd(patience: Duration) -> Bool {
    var seen = -1
    while !waitForEnd(patience) {
      let taken = taken
      if taken == seen, giveUp(seen: taken) { return false }
      seen = taken
    }
    return true
  }

  /// Waits for ``finish()``, but not longer than `limit`.
  private func waitForEnd(_ limit: Duration) -> Bool {
    let (seconds, attoseconds) = limit.components
    let deadline = lc_monotonic_now() + seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    return unsafe lc_baton_take(word, deadline)
  }
}
