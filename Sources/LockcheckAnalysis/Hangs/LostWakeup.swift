import LockcheckTrace

/// Whether threads would wait in a schedule where they wait in it.
///
/// A `notify` that nobody waits for, and a `set` that is cleared, leave nothing behind. So a program looks at
/// variables before it waits: `while !isReady { wait() }`. What it sees there, the trace may not say. So:
///
/// - A wait on a condition is certain if the same sections of its lock and the same notifies come before
///   it in the schedule as in the trace; or if the thread looked, since it last gave a lock back, at a
///   variable that others write: then the schedule has it see what it saw.
/// - A wakeup that is early is one that the thread misses if who woke it wrote, after the thread had looked
///   and before the wakeup, a variable that the thread had looked at.
/// - A wait on an event is certain if no `clear` undoes a `set` that it did not undo in the trace.
struct LostWakeup {
  /// The wakeups that come before the wait in the schedule, and not in the trace, or are undone in it.
  private(set) var wakeups: [Int] = []
  /// Whether it is certain that the thread would wait.
  private(set) var isCertain = true

  /// One wait of a schedule.
  ///
  /// - Parameters:
  ///   - wait: The place of the wait, or of its beginning.
  ///   - schedule: What has been done.
  /// - Complexity: Linear in the schedule, times wakeups that were moved.
  init(of wait: Int, in schedule: [Int], _ index: borrowing RunIndex) {
    let event = index.history[wait]
    guard event.operation == .wait else { return }
    switch index.tables.objects.kind(of: event.object) {
    case .condition: judgeCondition(wait, schedule, index)
    case .event, .future: judgeFlag(wait, schedule, index)
    default: break
    }
  }

  /// Whether all threads would have waited where a schedule has them wait.
  ///
  /// - Parameter waits: Where they wait in the end.
  static func isCertain(
    _ schedule: [Int], waits: [Int], in index: borrowing RunIndex
  ) -> Bool {
    let moved = movedWaits(in: schedule, index)
    if moved.count > 64 { return false }
    for place in moved where !LostWakeup(of: place, in: schedule, index).isCertain { return false }
    for place in waits where index.history[place].operation == .wait {
      let isFlag = index.tables.objects.kind(of: index.history[place].object).isFlag
      if isFlag, !LostWakeup(of: place, in: schedule, index).isCertain { return false }
    }
    return true
  }

  /// Beginnings of waits on conditions before which other sections and notifies come than in the trace.
  ///
  /// - Complexity: Linear in the trace.
  private static func movedWaits(in schedule: [Int], _ index: borrowing RunIndex) -> [Int] {
    var inTrace: [ObjectID: Past] = [:]
    var expected: [Int: Past] = [:]
    for place in 0..<index.history.count {
      if let (lock, isBegin) = subject(at: place, index) {
        if isBegin { expected[place] = inTrace[lock] ?? Past() }
        inTrace[lock, default: Past()].add(place)
      }
    }
    if expected.isEmpty { return [] }
    var done: [ObjectID: Past] = [:]
    var moved: [Int] = []
    for place in schedule {
      guard let (lock, isBegin) = subject(at: place, index) else { continue }
      if isBegin, done[lock] ?? Past() != expected[place] { moved.append(place) }
      done[lock, default: Past()].add(place)
    }
    return moved
  }

  /// A set of events, told from others by their number and a sum.
  private struct Past: Equatable {
    var count = 0
    var sum: UInt64 = 0

    mutating func add(_ place: Int) {
      count += 1
      var hash = UInt64(truncatingIfNeeded: place) &+ 0x9E37_79B9_7F4A_7C15
      hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
      sum &+= hash ^ (hash >> 27)
    }
  }

  /// The lock that an event is about: an acquire of it, or a notify or the beginning of a wait on one of its
  /// conditions.
  private static func subject(
    at place: Int, _ index: borrowing RunIndex
  ) -> (lock: ObjectID, isBegin: Bool)? {
    let event = index.history[place]
    switch event.operation {
    case .acquire where event.isEffective: return (event.object, false)
    case .notify where event.isEffective:
      return (
        (event.lock.ifPresent ?? index.tables.objects[event.object].lock) ?? event.object, false
      )
    case .wait where index.tables.objects.kind(of: event.object) == .condition:
      return (index.lock(of: event), event.isPending)
    default: return nil
    }
  }
}

// MARK: - One wait

extension LostWakeup {
  private mutating func judgeCondition(
    _ wait: Int, _ schedule: [Int], _ index: borrowing RunIndex
  ) {
    let begin = index.beginning(ofWait: wait)
    let thread = index.thread(of: wait)
    let lock = index.lock(of: index.history[begin])
    let condition = index.history[wait].object
    guard let end = schedule.firstIndex(of: begin) else { return isCertain = false }
    let reads = Self.looks(of: thread, in: schedule[..<end], index)
    var hasEarly = false
    for (position, place) in schedule[..<end].enumerated() {
      let other = index.history[place]
      let isWakeup = other.operation == .notify && other.object == condition
      guard isWakeup || (other.operation == .acquire && other.object == lock), other.isEffective,
        index.thread(of: place) != thread
      else { continue }
      guard place > begin else { continue }
      hasEarly = true
      if isWakeup { wakeups.append(place) }
      if !Self.isMissed(position, by: reads, in: schedule, index) { isCertain = false }
    }
    // What is missing before it may be what it waited for, unless it is known what it saw.
    if !hasEarly, !reads.contains(where: { index.isWrittenByOthers($0.variable, than: thread) }) {
      isCertain = false
    }
  }

  /// Whether who wakes wrote what the thread had looked at, in between.
  private static func isMissed(
    _ position: Int, by reads: [(variable: ObjectID, position: Int)], in schedule: [Int],
    _ index: borrowing RunIndex
  ) -> Bool {
    let waker = index.thread(of: schedule[position])
    // A section that a notify follows counts with it.
    let limit = min(schedule.count, position + 64)
    for later in 0..<limit where index.thread(of: schedule[later]) == waker {
      let event = index.history[schedule[later]]
      guard event.isEffective, event.operation.writesVariable else { continue }
      if reads.contains(where: { $0.variable == event.object && $0.position < later }) {
        return true
      }
    }
    return false
  }

  /// What a thread read, and did not write, since it last gave a lock back.
  private static func looks(
    of thread: Int, in schedule: ArraySlice<Int>, _ index: borrowing RunIndex
  ) -> [(variable: ObjectID, position: Int)] {
    var reads: [(variable: ObjectID, position: Int)] = []
    for (position, place) in schedule.enumerated() where index.thread(of: place) == thread {
      let event = index.history[place]
      switch event.operation {
      case .release: reads = []
      case .wait where event.isPending: reads = []
      case .read, .atomicRead: reads.append((event.object, position))
      case .write, .atomicWrite, .atomicUpdate: reads.removeAll { $0.variable == event.object }
      default: break
      }
    }
    return reads
  }

  private mutating func judgeFlag(_ wait: Int, _ schedule: [Int], _ index: borrowing RunIndex) {
    let begin = index.beginning(ofWait: wait)
    let thread = index.thread(of: wait)
    let flag = index.history[wait].object
    let end = schedule.firstIndex(of: begin) ?? schedule.count
    let reads = Self.looks(of: thread, in: schedule[..<end], index)
    /// The sets that no clear has followed, by their positions.
    var raised: [Int] = []
    for (position, place) in schedule.enumerated() {
      let other = index.history[place]
      guard other.object == flag, other.isEffective else { continue }
      if other.operation == .set { raised.append(position) }
      guard other.operation == .clear else { continue }
      let isLate = place > begin
      let undone = raised.filter { isLate || schedule[$0] > place }
      raised = []
      for set in undone {
        wakeups.append(schedule[set])
        if !Self.isMissed(set, by: reads, in: schedule, index) { isCertain = false }
      }
      if isLate, index.thread(of: place) != thread { isCertain = false }
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

  /// Whether another thread writes a variable, anywhere in the trace.
  ///
  /// - Complexity: Linear in the trace.
  func isWrittenByOthers(_ variable: ObjectID, than thread: Int) -> Bool {
    for place in 0..<history.count where history[place].object == variable {
      let event = history[place]
      if event.thread.index != thread, event.isEffective, event.operation.writesVariable {
        return true
      }
    }
    return false
  }
}
