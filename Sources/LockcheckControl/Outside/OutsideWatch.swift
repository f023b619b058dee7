internal import CLockcheckShims

/// What one scheduler knows of the threads that it does not decide about.
struct OutsideWatch {
  /// How likely it is that one of them ends a wait.
  enum Prospect {
    /// There is none, or each of them sleeps and has had nothing to do with this.
    case none
    /// One runs, and may be on its way.
    case possible
    /// One sleeps until a time or something from outside the process, and nobody has waited for that yet.
    case conceivable
    /// One has to do with this.
    case expected
  }

  let exploration: UInt32
  /// What threads are called that controlled ones have started; nil for any name.
  private let name: String?
  private let birth: UInt64
  /// The kernel's number of the thread that waits for the end of the schedule; 0 for none.
  var explorerNumber: UInt32 = 0
  /// Whether one of them could end the waits that the schedule has come to.
  var mayHelp = false
  /// How many of them could go on at all when the schedule came to them last: they run, sleep until a time, or
  /// for something from outside the process; another exploration counts as one.
  var bystanders = 0
  private var seen = lc_count_outside_wakes()

  init(exploration: UInt32, crew: Crew) {
    self.exploration = exploration
    name = crew.name
    birth = crew.birth
  }

  /// Whether one of them has woken somebody since this was asked.
  mutating func hasWoken() -> Bool {
    let count = lc_count_outside_wakes()
    defer { seen = count }
    return count != seen
  }

  /// Sleeps a little, or until one of them wakes somebody.
  func wait() { lc_await_outside(seen, 1_000_000) }

  /// How likely it is that one of them goes on with one of these objects.
  ///
  /// A thread that a controlled one has started may have been given anything.
  mutating func prospect(_ objects: [ObjectMark]) -> Prospect {
    if OutsideThreads.haveTouched(objects, in: exploration) { return .expected }
    var count: UInt32 = 0
    let found =
      if let name {
        unsafe lc_look_outside(name, birth, &count)
      } else {
        unsafe lc_look_outside(nil, birth, &count)
      }
    bystanders = Int(count) + (OutsideThreads.areExploredTogether ? 1 : 0)
    if found & LC_OUTSIDE_BORN != 0 { return .expected }
    if found & LC_OUTSIDE_RUNS != 0 { return .possible }
    return bystanders > 0 ? .conceivable : .none
  }
}

/// Waits for those that have something to do in Dispatch's queues, which may take its time to give them threads.
@safe struct DispatchProbe: ~Copyable {
  private let probe: OpaquePointer?

  init(isNeeded: Bool) { unsafe probe = isNeeded ? lc_probe_begin() : nil }

  deinit { if let probe = unsafe probe { unsafe lc_probe_end(probe) } }

  /// Whether all that stood in the queues has been begun.
  var isOver: Bool { if let probe = unsafe probe { unsafe lc_probe_is_over(probe) } else { true } }
}

/// A word that a thread sleeps on, by its address, and what it was then.
@safe struct SleepingPlace: Equatable {
  let word: UInt
  let expected: UInt32

  /// Whether it is another by now. For the time of the sleep only: then the sleeper keeps the word.
  var hasChanged: Bool {
    guard let place = unsafe UnsafePointer<UInt32>(bitPattern: word) else { return false }
    return unsafe lc_load_word(place) != expected
  }

  /// The kernel's number of the thread that holds the lock, where it is the word of one: that has the top
  /// bit set while somebody sleeps on it.
  var owner: UInt32? { expected >> 31 == 1 ? expected & ~(1 << 31) : nil }
}
