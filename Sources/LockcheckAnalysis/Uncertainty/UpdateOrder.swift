import LockcheckTrace

/// Which write to its variable each plain write of a run came after.
///
/// A compiler that tells of accesses leaves out a read that its function follows up with a write to the same
/// place: `count += 1` is a write in the trace. What the thread does afterwards may depend on what it read, so a
/// write has to be taken for an update wherever the clocks are all that is known of the accesses.
struct UpdateOrder: Sendable {
  /// By place: the place of the write before, plus 1; 0 for the first, and for what is no plain write.
  private var before: ContiguousArray<UInt32>

  /// - Complexity: Linear in the events.
  init(_ index: borrowing RunIndex) {
    before = ContiguousArray(repeating: 0, count: index.history.count)
    var last = ContiguousArray<UInt32>(repeating: 0, count: index.tables.objects.count)
    for place in 0..<index.history.count {
      let event = index.history[place]
      guard case .write = VariableUse(event) else { continue }
      if event.operation == .write { before[place] = last[event.object.index] }
      last[event.object.index] = UInt32(clamping: place + 1)
    }
  }

  /// Whether each plain write of a schedule comes after the same one as in the run.
  ///
  /// - Complexity: Linear in the schedule.
  func isKept(by schedule: FoundSchedule, in index: borrowing RunIndex) -> Bool {
    var last: [ObjectID: UInt32] = [:]
    for place in schedule.events {
      let event = index.history[place]
      guard case .write = VariableUse(event) else { continue }
      let seen = last[event.object]
      if event.operation == .write {
        // What the beginning of the trace wrote is there before.
        let isKept = seen.map { $0 == before[place] } ?? (before[place] <= schedule.start)
        if !isKept { return false }
      }
      last[event.object] = UInt32(clamping: place + 1)
    }
    return true
  }
}
