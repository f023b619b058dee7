import LockcheckFindings
import LockcheckTrace

/// The queue of one lock, as long as it does not go away: a convoy [Blasgen, Gray, Mitoma & Price 1979].
///
/// A lock that is held briefly and asked for often meets a holder that is held up once; the others queue,
/// each comes back before the queue is empty, and from then on nearly every request waits, long after the
/// cause is gone. Here a *stretch* is a row of turns, each taken by a thread that was waiting when the lock
/// was given back, with another one waiting behind it, and each over after ``shortHold``. It is a
/// convoy if at least ``leastThreads`` threads had at least ``leastTurns`` turns each in it.
///
/// [Blasgen, Gray, Mitoma & Price 1979]: https://doi.org/10.1145/850657.850659
struct LockQueue: Sendable {
  /// No turn of a convoy takes longer: far less than a time slice, so that holding explains no queue.
  static let shortHold: UInt64 = 1_000_000
  /// With two threads there is no queue, only the other one.
  static let leastThreads = 3
  /// Once is bad luck, twice may be; after that the queue has outlived its cause.
  static let leastTurns = 3

  /// A row of turns.
  struct Stretch: Sendable {
    /// By thread: how many it had.
    var turns: [ThreadID: Int] = [:]
    /// The first turn of the first threads.
    var first: [LockTimes.Sighting] = []
    /// How many turns there were.
    var count = 0
    /// How long the lock was held, and waited for.
    var holds = TimeSpent()
    var waits = TimeSpent()

    /// How many threads came again and again.
    var regulars: Int { turns.values.count { $0 >= LockQueue.leastTurns } }
    var isConvoy: Bool { regulars >= LockQueue.leastThreads }

    /// Begins anew, with the room that there is.
    mutating func removeAll() {
      turns.removeAll(keepingCapacity: true)
      first.removeAll(keepingCapacity: true)
      (count, holds, waits) = (0, TimeSpent(), TimeSpent())
    }
  }

  /// The longest convoy so far, and how many there were.
  private(set) var longest: Stretch?
  private(set) var convoys = 0
  private var current = Stretch()
  /// What the thread that is about to take the lock has waited.
  private var waited: UInt64?
  /// The turn that is not over yet, where it is one of a row.
  private var open: (turn: LockTimes.Sighting, waited: UInt64?)?
  /// How many first turns are kept.
  private static let shown = 3

  /// A thread is through with waiting for the lock.
  mutating func noteWait(_ nanoseconds: UInt64) { waited = nanoseconds }

  /// A thread takes the lock.
  ///
  /// - Parameters:
  ///   - wasQueued: Whether it was waiting when the lock was last given back.
  ///   - waiting: How many threads wait behind it.
  mutating func take(_ event: Event, at index: Int, wasQueued: Bool, waiting: Int) {
    open = nil
    if wasQueued, waiting > 0, event.mode == .exclusive {
      open = (LockTimes.Sighting(index: index, event: event), waited)
    } else {
      end()
    }
    waited = nil
  }

  /// The lock is given back; nil where it is not known how long it was held.
  mutating func giveBack(after held: UInt64?) {
    guard let held, held <= Self.shortHold else {
      end()
      return
    }
    guard let (turn, waited) = open else { return }
    let thread = turn.event.thread
    let turns = current.turns[thread, default: 0]
    current.turns[thread] = turns + 1
    current.count += 1
    current.holds.add(held)
    if let waited { current.waits.add(waited) }
    if turns == 0, current.first.count < Self.shown { current.first.append(turn) }
  }

  /// The queue has gone away, or has another reason.
  mutating func end() {
    open = nil
    if current.isConvoy {
      convoys += 1
      if current.count > longest?.count ?? 0 { longest = current }
    }
    if current.count > 0 { current.removeAll() }
  }
}
