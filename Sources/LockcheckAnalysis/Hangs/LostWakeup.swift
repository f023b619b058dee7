import LockcheckFindings
import LockcheckTrace

/// Whether a schedule takes a wakeup away from a wait, and how certain it is that the thread would wait
/// all the same.
///
/// A `notify` that nobody waits for, and a `set` that is cleared, leave nothing behind. So a program looks at
/// a variable before it waits: `while !isReady { wait() }`. Where a schedule has such a wakeup before a
/// wait that it came after in the trace, the thread waits only if it has looked too early, and that can be
/// told only where the trace has the accesses.
struct LostWakeup {
  /// The wakeups that come before the wait in the schedule, and not in the trace.
  private(set) var wakeups: [Int] = []
  /// Whether it is certain that the thread would wait: nothing was taken away, or the trace says what the
  /// thread had looked at before, and that it was changed by who woke it.
  private(set) var isCertain = true

  /// - Parameters:
  ///   - wait: The place of the wait, or of its beginning.
  ///   - schedule: What has been done.
  /// - Complexity: Linear in the schedule.
  init(of wait: Int, in schedule: [Int], _ index: borrowing RunIndex) {
    let event = index.history[wait]
    let kind = index.tables.objects.kind(of: event.object)
    guard event.operation == .wait, kind == .condition || kind.isFlag else { return }
    let begin = index.beginning(ofWait: wait)
    let thread = index.thread(of: wait)
    let lock = kind == .condition ? index.lock(of: index.history[begin]) : event.object
    var seen: Set<ObjectID> = []
    var isBegun = false
    var moved: [Int] = []
    /// The sets that no clear has followed.
    var raised: [Int] = []
    for place in schedule {
      let other = index.history[place]
      let isOwn = index.thread(of: place) == thread
      if place == begin { isBegun = true }
      if isOwn, !isBegun {
        // What it looked at before it gave a lock back, it may have looked at for something else.
        if other.operation == .release || (other.operation == .wait && other.isPending) { seen = [] }
        if other.operation.isAccess { seen.insert(other.object) }
      }
      if other.isPending || isBegun { continue }
      if other.object == event.object, other.operation == .clear {
        // What it lowers, it did not lower in the trace.
        moved += raised.filter { $0 > place }
        raised = []
      }
      if isOwn { continue }
      if other.object == event.object, other.operation == .set { raised.append(place) }
      guard place > begin else { continue }
      let isWakeup =
        other.object == event.object
        && (other.operation == .notify || other.operation == .set || other.operation == .clear)
      // What is done under its lock may be what it waits for.
      let isSection = kind == .condition && other.operation == .acquire && other.object == lock
      if isWakeup || isSection { moved.append(place) }
    }
    wakeups = moved.filter { [.notify, .set].contains(index.history[$0].operation) }.uniqued()
    isCertain = moved.allSatisfy { place in
      let waker = index.thread(of: place)
      return schedule.contains {
        index.thread(of: $0) == waker && index.history[$0].operation.isAccess
          && index.history[$0].operation != .read && seen.contains(index.history[$0].object)
      }
    }
  }
}

extension RunIndex {
  /// The pending event of a wait; the wait itself where it has none.
  func beginning(ofWait place: Int) -> Int {
    let event = history[place]
    guard !event.isPending, position[place] > 0 else { return place }
    let before = self.place(of: event.thread.index, at: Int(position[place]) - 1)
    let other = history[before]
    return other.isPending && other.operation == .wait && other.object == event.object
      ? before : place
  }
}
