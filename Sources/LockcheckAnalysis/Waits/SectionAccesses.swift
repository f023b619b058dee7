import LockcheckFindings
import LockcheckTrace

/// What a thread has read since it last held no lock, and what it has written of late.
///
/// Of both only so much is kept, so that an access allocates nothing once the lists have grown.
struct SectionAccesses: Sendable {
  /// How many variables are kept that were read in one section; of a longer one nothing is said.
  static let readLimit = 32
  /// How many variables are kept that were written last.
  static let writeLimit = 16

  /// When the first of the locks was taken.
  private(set) var began: Moment = 0
  /// What was read, each once, in the order of the first reads.
  private(set) var reads: [ObjectID] = []
  /// What was held at each of them.
  private var holdings: [HeldSetID] = []
  /// Whether more was read than is kept.
  private(set) var isOverfull = false
  /// What was written last, each once; whether or not a lock was held.
  private(set) var writes: [ObjectID] = []
  private var oldest = 0
  /// The conditions that were notified in the section.
  private(set) var notified: [ObjectID] = []

  /// A section begins.
  mutating func begin(at moment: Moment) {
    began = moment
    forgetReads()
    if !notified.isEmpty { notified.removeAll(keepingCapacity: true) }
  }

  /// What was read so far no longer counts.
  mutating func forgetReads() {
    if !reads.isEmpty {
      reads.removeAll(keepingCapacity: true)
      holdings.removeAll(keepingCapacity: true)
    }
    isOverfull = false
  }

  mutating func read(_ variable: ObjectID, holding held: HeldSetID) {
    if reads.last == variable || reads.contains(variable) { return }
    if reads.count == Self.readLimit {
      isOverfull = true
    } else {
      reads.append(variable)
      holdings.append(held)
    }
  }

  /// What was read before `lock` was taken, and under which locks.
  func outerReads(than lock: ObjectID, in held: borrowing HeldLocks) -> OuterReads {
    var outer = OuterReads()
    for place in reads.indices {
      let locks = held.locks(of: holdings[place]).map(\.object)
      if locks.contains(lock) { continue }
      outer.variables.append(reads[place])
      for lock in locks where !outer.locks.contains(lock) { outer.locks.append(lock) }
    }
    return outer
  }

  mutating func write(_ variable: ObjectID) {
    if writes.contains(variable) { return }
    if writes.count < Self.writeLimit {
      writes.append(variable)
    } else {
      writes[oldest] = variable
      oldest = (oldest + 1) % Self.writeLimit
    }
  }

  mutating func notify(_ condition: ObjectID) {
    if !notified.contains(condition) { notified.append(condition) }
  }
}

/// What a thread read before it took the lock of the condition that it waits on, under locks that it gives up
/// for the wait.
///
/// A condition for locks of any kind, as `std::condition_variable_any`, has a lock of its own beside the one that
/// its user holds.
struct OuterReads: Sendable {
  var variables: [ObjectID] = []
  var locks: [ObjectID] = []
}
