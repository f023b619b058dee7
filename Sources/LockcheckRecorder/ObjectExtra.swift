import LockcheckCodecs
import LockcheckTrace

/// What an object row says beyond kind, name, class and birthplace, in four words: a primitive carries
/// it around for its whole life.
struct ObjectExtra: Sendable {
  private typealias Member = BinaryFormat.ObjectMember

  /// Which of them there are, as the bits of the row.
  private(set) var members: UInt16 = 0
  /// Whom an rwlock lets in first, or which item a queue hands out next.
  private var word: UInt8 = 0
  private var handover: Bool = false
  /// Whether `level` is an address. Its value stands behind the class in a row, and so not among
  /// ``values``.
  private var hasAddress = false
  /// The lock of a condition, or the pool of a future.
  private var other: UInt32 = 0
  /// The value of a semaphore, the capacity of a queue, the parties of a barrier, or the workers of a
  /// pool.
  private var size: UInt64 = 0
  private var bound: UInt64 = 0
  /// The level; where there is an address, of what is no primitive of ours and has no level, that.
  private var level: UInt64 = 0

  init(_ details: ObjectDetails) {
    func has(_ member: UInt64) -> UInt16 { UInt16(truncatingIfNeeded: member) | members }
    if let value = details.value { (members, size) = (has(Member.value), value) }
    if let bound = details.bound { (members, self.bound) = (has(Member.bound), bound) }
    if let capacity = details.capacity { (members, size) = (has(Member.capacity), capacity) }
    if let parties = details.parties { (members, size) = (has(Member.parties), parties) }
    if let workers = details.workers { (members, size) = (has(Member.workers), workers) }
    if let preference = details.preference {
      (members, word) = (has(Member.preference), preference.rawValue)
    }
    if let order = details.order { (members, word) = (has(Member.order), order.rawValue) }
    if let lock = details.lock { (members, other) = (has(Member.lock), lock.rawValue) }
    if let pool = details.pool { (members, other) = (has(Member.pool), pool.rawValue) }
    if let handover = details.handover {
      (members, self.handover) = (has(Member.handover), handover)
    }
    if let level = details.level { (members, self.level) = (has(Member.level), level) }
    if let address = details.address, details.level == nil {
      (hasAddress, level) = (true, address)
    }
  }

  /// The level, where there is one.
  var declaredLevel: UInt64? { UInt64(members) & Member.level != 0 ? level : nil }

  /// Where it is in memory, where that is known.
  var address: UInt64? { hasAddress ? level : nil }

  /// The values, in the order of their bits.
  var values: ObjectExtraValues { ObjectExtraValues(extra: self) }

  func value(of member: UInt64) -> UInt64 {
    switch member {
    case Member.bound: bound
    case Member.preference, Member.order: UInt64(word)
    case Member.lock, Member.pool: UInt64(other)
    case Member.handover: handover ? 1 : 0
    case Member.level: level
    default: size
    }
  }
}

/// The values of an ``ObjectExtra``, one by one and without an array.
struct ObjectExtraValues: Sequence, IteratorProtocol {
  let extra: ObjectExtra
  private var rest: UInt16

  init(extra: ObjectExtra) {
    self.extra = extra
    rest = extra.members
  }

  mutating func next() -> UInt64? {
    guard rest != 0 else { return nil }
    let lowest = rest & (~rest &+ 1)
    rest &= ~lowest
    return extra.value(of: UInt64(lowest))
  }
}
