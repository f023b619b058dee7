internal import CLockcheckShims
internal import Synchronization

/// The calling thread as the kernel numbers it; never 0.
struct ThreadNumber: Equatable, Sendable {
  let rawValue: UInt32

  /// The calling thread's.
  static var current: ThreadNumber {
    @inline(__always) get { ThreadNumber(rawValue: lc_thread_number()) }
  }

  /// No thread's.
  static let none = ThreadNumber(rawValue: 0)
}

/// A mutual exclusion of four bytes, whose word says who holds it.
///
/// The word is 0 when free; else the owner's number, with the top bit set when somebody may be
/// asleep waiting. Taking it when it is free, and giving it back when nobody waits, is one atomic
/// step each; the check of the owner comes for nothing. As in Drepper's third mutex, who has slept
/// takes it with the bit set, because others may be asleep still.
///
/// Drepper, "Futexes are tricky", 2011: https://www.akkadia.org/drepper/futex.pdf
struct FutexMutex: ~Copyable, Sendable {
  private let word = FutexWord()

  private static var someoneWaits: UInt32 { 1 << 31 }

  /// How often a thread looks before it goes to sleep: about as long as a short critical section,
  /// and much shorter than a sleep and its wakeup.
  private static var patience: Int { 60 }

  /// Whether anybody holds it: already out of date for everybody but the holder.
  var isLocked: Bool { word.bits.load(ordering: .relaxed) != 0 }

  /// Who holds it; ``ThreadNumber/none`` when it is free. Already out of date, unless the holder waits.
  var owner: ThreadNumber {
    ThreadNumber(rawValue: word.bits.load(ordering: .relaxed) & ~Self.someoneWaits)
  }

  /// Where its word is, which is 0 while nobody holds it.
  var address: UInt { word.address }

  /// Whether some thread may be asleep waiting for it.
  var isContended: Bool { word.bits.load(ordering: .relaxed) & Self.someoneWaits != 0 }

  /// Whether `thread` holds it: exact when asked about the calling thread.
  @inline(__always)
  borrowing func isHeld(by thread: ThreadNumber) -> Bool {
    word.bits.load(ordering: .relaxed) & ~Self.someoneWaits == thread.rawValue
  }

  /// Takes it if it is free.
  @inline(__always)
  borrowing func tryLock(_ me: ThreadNumber) -> Bool {
    word.bits.compareExchange(
      expected: 0, desired: me.rawValue, successOrdering: .acquiring, failureOrdering: .relaxed
    ).exchanged
  }

  /// Takes it if it is free or becomes so in a moment.
  borrowing func tryLockPatiently(_ me: ThreadNumber) -> Bool {
    for _ in 0..<Self.patience {
      if tryLock(me) { return true }
      lc_spin_pause()
    }
    return false
  }

  /// Takes it, however long that takes; for ever if `me` holds it.
  @inline(__always)
  borrowing func lock(_ me: ThreadNumber) {
    if !tryLock(me) { _ = lockSlowly(me, until: .never) }
  }

  /// Takes it once it is free.
  ///
  /// - Returns: False when it was not to be had before the deadline.
  @inline(never)
  borrowing func lockSlowly(_ me: ThreadNumber, until deadline: Deadline) -> Bool {
    var mine = me.rawValue
    var looks = 0
    while true {
      var seen = word.bits.load(ordering: .relaxed)
      if seen == 0 {
        if word.bits.compareExchange(
          expected: 0, desired: mine, successOrdering: .acquiring, failureOrdering: .relaxed
        ).exchanged {
          return true
        }
        continue
      }
      if seen & Self.someoneWaits == 0 {
        // Where others sleep already, looking on would only overtake them.
        if looks < Self.patience, !Control.isInControl {
          looks += 1
          lc_spin_pause()
          continue
        }
        let marked = seen | Self.someoneWaits
        guard
          word.bits.compareExchange(expected: seen, desired: marked, ordering: .relaxed).exchanged
        else { continue }
        seen = marked
      }
      // The bit may outlive a thread that gives up here. That costs one wakeup too many.
      guard word.wait(while: seen, until: deadline) else { return false }
      mine = me.rawValue | Self.someoneWaits
    }
  }

  /// Gives it back, if `me` holds it.
  ///
  /// - Returns: False, and nothing has happened, when `me` does not hold it.
  @inline(__always) @discardableResult
  borrowing func unlock(_ me: ThreadNumber) -> Bool {
    word.bits.compareExchange(
      expected: me.rawValue, desired: 0, successOrdering: .releasing, failureOrdering: .relaxed
    ).exchanged || unlockSlowly(me)
  }

  @inline(never)
  private borrowing func unlockSlowly(_ me: ThreadNumber) -> Bool {
    guard isHeld(by: me) else { return false }
    word.bits.store(0, ordering: .releasing)
    word.wakeOne()
    return true
  }

  /// Gives it back, whoever holds it.
  ///
  /// - Returns: False, and nothing has happened, when nobody holds it.
  borrowing func unlockForAnyone() -> Bool {
    let before = word.bits.exchange(0, ordering: .releasing)
    if before & Self.someoneWaits != 0 { word.wakeOne() }
    return before != 0
  }

  /// Holds it while `body` runs.
  borrowing func withLock<R>(_ body: () -> R) -> R {
    let me = ThreadNumber.current
    lock(me)
    defer { unlock(me) }
    return body()
  }
}
