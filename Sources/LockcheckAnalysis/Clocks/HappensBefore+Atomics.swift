import LockcheckTrace

extension HappensBefore {
  /// Takes note of an atomic access: a write or update comes before the reads and updates that see
  /// it. What is only tried has no order (`memory_order_relaxed`): it takes and gives nothing, and leaves what
  /// others have given.
  mutating func accessAtomically(_ event: Event, _ now: Moment) {
    takeAtomically(event, now)
    giveAtomically(event, now)
  }

  /// The thread learns from the write that an atomic read or update sees.
  mutating func takeAtomically(_ event: Event, _ now: Moment) {
    if event.operation != .atomicWrite, event.attempt != .try, let gift = atomics[event.object] {
      take(gift, by: event.thread, at: now)
    }
  }

  /// The thread gives to the reads and updates that will see its atomic write or update.
  mutating func giveAtomically(_ event: Event, _ now: Moment) {
    guard event.operation != .atomicRead, event.attempt != .try else { return }
    atomics[event.object] = give(event.thread, now)
  }
}
