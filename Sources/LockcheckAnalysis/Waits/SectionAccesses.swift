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
    if !reads.isEmpty { reads.removeAll(keepingCapacity: true) }
    isOverfull = false
  }

  mutating func read(_ variable: ObjectID) {
    if reads.last == variable || reads.contains(variable) { return }
    if reads.count == Self.readLimit { isOverfull = true } else { reads.append(variable) }
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
