/// From when on a hold of a lock is worth telling of.
enum LongHold {
  /// Where a thread waits for the lock as the hold ends: as long as a time slice or more.
  static let waitedFor: UInt64 = 10_000_000
  /// Where nobody waits: as long as a person notices, once somebody will.
  static let alone: UInt64 = 100_000_000

  static func isLong(_ nanoseconds: UInt64, isWaitedFor: Bool) -> Bool {
    nanoseconds >= (isWaitedFor ? waitedFor : alone)
  }
}
