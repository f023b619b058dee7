import LockcheckTrace

/// Between which events of a run each access took effect, where accesses stand in the order of clocks.
///
/// A recorder that cannot write an access down in the moment that it happens still knows what its thread
/// did before and after: the access took effect after the event before it, and before the next event that is
/// no access. That is its stretch. What orders two accesses for certain, a lock or the making of a thread,
/// also keeps their stretches apart. Where a repeated access is left out, it lies in the stretch of the one
/// that was written down: up to the next event that is no access nothing else could have told it apart.
///
/// Where atomic accesses are known to stand where they took effect, an atomic one has no stretch, and an atomic
/// write ends those of the plain accesses before it. An atomic read does not: what was done before it may be
/// repeated after it. It may itself be repeated, as long as nothing atomic has written the variable.
struct AccessStretches: Sendable {
  /// By place: the next event of its thread that ends stretches, the join that found the thread at its end, or
  /// the number of events where there is neither.
  private let ends: ContiguousArray<UInt32>
  /// By place: the next event of its thread, or itself, that stands where it took effect; the number of events
  /// where there is none.
  private let exacts: ContiguousArray<UInt32>
  private let hasExactAtomics: Bool

  /// - Complexity: Linear in the events; costs eight bytes for each.
  init(_ index: borrowing RunIndex, hasExactAtomics: Bool) {
    self.hasExactAtomics = hasExactAtomics
    let count = index.history.count
    var ends = ContiguousArray(repeating: UInt32(count), count: count)
    var exacts = ends
    var next = ContiguousArray(repeating: UInt32(count), count: index.threadCount)
    var nextExact = next
    for place in (0..<count).reversed() {
      let event = index.history[place]
      let thread = event.thread.index
      ends[place] = next[thread]
      if event.isExact(hasExactAtomics) { nextExact[thread] = UInt32(place) }
      exacts[place] = nextExact[thread]
      if !event.operation.isAccess || (hasExactAtomics && event.isAtomicWrite) {
        next[thread] = UInt32(place)
      }
      if event.operation == .join, event.isEffective, event.child.isPresent {
        next[event.child.index] = UInt32(place)
      }
    }
    self.ends = ends
    self.exacts = exacts
  }

  /// Where the stretch that the event stands in ends, or the one that it begins.
  @inline(__always)
  func end(around place: Int) -> Int { Int(ends[place]) }

  /// Before which place the access has taken effect, and so have all its repetitions.
  @inline(__always)
  func end(of place: Int, in index: borrowing RunIndex) -> Int {
    index.history[place].isExact(hasExactAtomics) ? place : Int(ends[place])
  }

  /// After which place the access took effect; -1 where nothing says.
  @inline(__always)
  func start(of place: Int, in index: borrowing RunIndex) -> Int {
    if index.history[place].isExact(hasExactAtomics) { return place }
    let position = Int(index.position[place])
    let thread = index.thread(of: place)
    let last = position > 0 ? index.place(of: thread, at: position - 1) : -1
    guard !index.births.isEmpty, let births = index.births[place] else { return last }
    return births.reduce(last, max)
  }

  /// Whether the access may be repeated in its stretch and not be written down again.
  @inline(__always)
  func isRepeatable(_ event: Event) -> Bool { !(hasExactAtomics && event.isAtomicWrite) }

  /// Before which of its thread's events all repetitions are through of an atomic read that came before the
  /// write: the thread's first event after the write that stands where it took effect. Where the read, or the
  /// write, is not known to stand so, that is the end of the stretch.
  func lastRepetition(
    in stretch: Int, ofAtomicRead isAtomicRead: Bool, by thread: Int, before write: Int,
    in index: borrowing RunIndex
  ) -> Int {
    guard hasExactAtomics, isAtomicRead, index.history[write].isAtomicWrite else { return stretch }
    let position = Int(index.count(of: thread, before: write))
    guard position < index.count(of: thread) else { return stretch }
    return min(stretch, Int(exacts[index.place(of: thread, at: position)]))
  }
}

extension Event {
  /// Whether it stands where it took effect.
  @inline(__always)
  fileprivate func isExact(_ hasExactAtomics: Bool) -> Bool {
    !operation.isAccess || (hasExactAtomics && operation != .read && operation != .write)
  }

  fileprivate var isAtomicWrite: Bool {
    isEffective && (operation == .atomicWrite || operation == .atomicUpdate)
  }
}
