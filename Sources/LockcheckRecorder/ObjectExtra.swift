import LockcheckTrace

/// What an object row says beyond kind, name and birthplace, in three words: a primitive carries it
/// around for its whole life.
struct ObjectExtra: Sendable {
  static let hasValue: UInt8 = 1
  static let hasBound: UInt8 = 2
  static let hasCapacity: UInt8 = 4
  static let hasParties: UInt8 = 8
  static let hasPreference: UInt8 = 16
  static let hasLock: UInt8 = 32
  static let hasHandover: UInt8 = 64
  static let end: UInt8 = 128

  /// Which of them there are.
  var members: UInt8 = 0
  private var preference: UInt8 = 0
  private var handover: Bool = false
  private var lock: UInt32 = 0
  /// The value of a semaphore, the capacity of a queue, or the parties of a barrier.
  private var size: UInt64 = 0
  private var bound: UInt64 = 0

  init(_ details: ObjectDetails) {
    if let value = details.value { (members, size) = (members | Self.hasValue, value) }
    if let bound = details.bound { (members, self.bound) = (members | Self.hasBound, bound) }
    if let capacity = details.capacity { (members, size) = (members | Self.hasCapacity, capacity) }
    if let parties = details.parties { (members, size) = (members | Self.hasParties, parties) }
    if let preference = details.preference {
      (members, self.preference) = (members | Self.hasPreference, preference.rawValue)
    }
    if let lock = details.lock { (members, self.lock) = (members | Self.hasLock, lock.rawValue) }
    if let handover = details.handover {
      (members, self.handover) = (members | Self.hasHandover, handover)
    }
  }

  /// The values, in the order of their bits.
  var values: ObjectExtraValues { ObjectExtraValues(extra: self) }

  func value(of bit: UInt8) -> UInt64 {
    switch bit {
    case Self.hasBound: bound
    case Self.hasPreference: UInt64(preference)
    case Self.hasLock: UInt64(lock)
    case Self.hasHandover: handover ? 1 : 0
    default: size
    }
  }
}

/// The values of an ``ObjectExtra``, one by one and without an array.
struct ObjectExtraValues: Sequence, IteratorProtocol {
  let extra: ObjectExtra
  private var bit: UInt8 = 1

  init(extra: ObjectExtra) { self.extra = extra }

  mutating func next() -> UInt64? {
    while bit != ObjectExtra.end {
      let current = bit
      bit <<= 1
      if extra.members & current != 0 { return extra.value(of: current) }
    }
    return nil
  }
}
