import LockcheckTrace

/// The least set of events that holds what was asked for and can be run in the order of the trace.
///
/// The sync-preserving closure SPClosure of [Mathur, Pavlogiannis & Viswanathan 2021]: closed under
/// program order and causes (for reads, the writes that they saw), and wherever two sections on one
/// lock are entered, the earlier one is left. Sections that nobody else enters in between need not
/// be left, so that a look at what each thread holds where it stands is enough. Sets only grow: what is
/// asked for later is added to what is there.
///
/// [Mathur, Pavlogiannis & Viswanathan 2021]: https://doi.org/10.1145/3434317
struct SyncPreservingClosure: Sendable {
  private var causal: CausalClosure
  /// Whether some section would have to be left that never is: no set will do.
  private(set) var isImpossible = false

  /// The empty set.
  init(threadCount: Int) { causal = CausalClosure(threadCount: threadCount) }

  /// How many numbers have been looked at: some nanoseconds each.
  var work: Int { causal.work + ownWork }
  private var ownWork = 0

  /// By thread: how many of its events are in the set.
  var included: ContiguousArray<UInt32> { causal.included }

  /// How many of the thread's events are in the set.
  @inline(__always)
  subscript(thread: Int) -> Int { Int(causal.included[thread]) }

  /// Asks for what comes before an event in its thread, and for the thread to be there at all.
  @inline(__always)
  mutating func raise(before place: Int, in index: borrowing RunIndex) {
    causal.raise(before: place, in: index)
  }

  /// Asks for everything that lies before a place of the trace.
  mutating func raiseAll(before place: Int, in index: borrowing RunIndex) {
    causal.raiseAll(before: place, in: index)
  }

  /// Adds what is taken for granted, and leaves the sections that have to be left.
  ///
  /// - Returns: Whether there is such a set.
  /// - Complexity: That of ``CausalClosure/close(in:)``, and for each round of sections to be left, the
  ///   threads, with the holders of each lock that one holds.
  mutating func close(in index: borrowing RunIndex) -> Bool {
    var hasChanged = true
    while hasChanged, !isImpossible {
      causal.close(in: index)
      ownWork += causal.included.count
      hasChanged = false
      for thread in causal.included.indices where causal.included[thread] > 0 {
        hasChanged = leaveSections(of: thread, in: index) || hasChanged
      }
    }
    return !isImpossible
  }

  /// Leaves the sections that the thread stands in and that somebody enters after it.
  private mutating func leaveSections(of thread: Int, in index: borrowing RunIndex) -> Bool {
    if index.heldSet(of: thread, at: self[thread]) == .none { return false }
    var hasChanged = false
    for own in index.openSections(of: thread, before: causal.included[thread])
    where isEnteredLater(own, in: index) {
      if own.closing == Section.open {
        isImpossible = true
        return false
      }
      causal.raise(thread, to: Int(index.position[Int(own.closing)]) + 1)
      hasChanged = true
    }
    return hasChanged
  }

  /// Whether the set holds a later section of another thread that excludes this one.
  private mutating func isEnteredLater(_ own: Section, in index: borrowing RunIndex) -> Bool {
    ownWork += 8 * index.sections.segments(of: own.lock).count
    for number in index.sections.segments(of: own.lock) {
      let segment = index.sections.segment(number)
      if segment.thread == own.thread { continue }
      guard
        var other = index.sections.last(
          of: segment, before: causal.included[segment.thread.index], index.position)
      else { continue }
      while index.sections[other].opening > own.opening {
        if own.mode == .exclusive || index.sections[other].mode == .exclusive { return true }
        if other == segment.start { break }
        other -= 1
      }
    }
    return false
  }
}

extension RunIndex {
  /// The section on the lock that the thread stands in after its first `count` events.
  func openSection(of thread: ThreadID, on lock: ObjectID, before count: UInt32) -> Section? {
    guard let segment = sections.segment(of: lock, by: thread),
      let last = sections.last(of: segment, before: count, position)
    else { return nil }
    let section = sections[last]
    let isClosed =
      section.closing != Section.open && position[Int(section.closing)] < count
    return isClosed ? nil : section
  }

  /// The sections that the thread stands in after its first `count` events, innermost first.
  ///
  /// - Complexity: Linear in the nesting depth, logarithmic in the thread's sections.
  func openSections(of thread: Int, before count: UInt32) -> [Section] {
    var open: [Section] = []
    var set = heldSet(of: thread, at: Int(count))
    while set != .none {
      let (lock, outside) = held.innermost(of: set)
      set = outside
      // A lock that was entered again is among them once.
      guard sections.covers(lock), !open.contains(where: { $0.lock == lock }),
        let section = openSection(of: ThreadID(thread), on: lock, before: count)
      else { continue }
      open.append(section)
    }
    return open
  }
}
