/// Where everything stands at one point of a schedule.
struct HangState: Hashable {
  /// By thread: how many of its events are done.
  var done: ContiguousArray<Int32>
  /// By object.
  var objects: ContiguousArray<HangObject>
  /// By object: how much was done to it, where that was as in the trace; else -1. Kept only where it matters.
  var pasts: ContiguousArray<Int32>
}

/// How one object stands.
enum HangObject: Hashable {
  case plain
  /// The place of the latest write, or -1.
  case variable(Int32)
  case lock(HangLock)
  case permits(Int64)
  case flag(HangFlag)
  /// Threads that wait, and -1 for each wakeup that nobody has taken, in the order in which they came.
  case condition([Int32])
  case barrier(HangBarrier)
  case queue(HangQueue)
}

/// Who holds a lock.
struct HangLock: Hashable {
  var owner: Int32 = -1
  var depth: Int32 = 0
  /// Who holds it together with others, once for each level.
  var sharers: [Int32] = []

  func isFree(for thread: Int32) -> Bool {
    (owner == -1 || owner == thread) && !sharers.contains { $0 != thread }
  }

  func isFreeToShare(for thread: Int32) -> Bool { owner == -1 || owner == thread }

  func isHeld(by thread: Int32) -> Bool { owner == thread || sharers.contains(thread) }

  mutating func acquire(_ thread: Int32, levels: Int32 = 1) {
    owner = thread
    depth += levels
  }

  mutating func share(_ thread: Int32) {
    sharers.append(thread)
    sharers.sort()
  }

  mutating func release(_ thread: Int32, shared: Bool) {
    let mine = sharers.firstIndex(of: thread)
    // A trace that does not say which mode it gives back means the one that there is.
    if let mine, shared || owner != thread {
      sharers.remove(at: mine)
    } else if owner == thread {
      depth -= 1
      if depth <= 0 { (owner, depth) = (-1, 0) }
    }
  }
}

/// The flag of an event.
struct HangFlag: Hashable {
  var isUp = false
  var waiters: [Int32] = []
  /// Those of the waiters that a `set` has reached.
  var reached: [Int32] = []

  mutating func set() {
    isUp = true
    reached = waiters
  }

  mutating func begin(_ thread: Int32) {
    end(thread)
    waiters.append(thread)
    waiters.sort()
  }

  mutating func end(_ thread: Int32) {
    waiters.removeAll { $0 == thread }
    reached.removeAll { $0 == thread }
  }

  func letsThrough(_ thread: Int32) -> Bool { isUp || reached.contains(thread) }
}

/// Who has come to a barrier.
struct HangBarrier: Hashable {
  var parties: Int32
  var arrivals: Int32 = 0
  /// Who has not left, with the number of the arrival.
  var waiting: [[Int32]] = []

  mutating func arrive(_ thread: Int32) {
    waiting.append([thread, arrivals])
    waiting.sort { $0[0] < $1[0] }
    arrivals += 1
  }

  /// Whether the round of the thread is full; of one that only now arrives, with it.
  func letsThrough(_ thread: Int32) -> Bool {
    guard let mine = waiting.first(where: { $0[0] == thread }) else {
      return (arrivals + 1) / parties > arrivals / parties
    }
    return arrivals / parties > mine[1] / parties
  }

  mutating func leave(_ thread: Int32) {
    if let mine = waiting.firstIndex(where: { $0[0] == thread }) {
      waiting.remove(at: mine)
    } else {
      arrivals += 1
    }
  }
}

/// What is in a queue.
struct HangQueue: Hashable {
  /// 0 where there is no limit.
  var capacity: Int64
  /// The places of the puts.
  var items: [Int32] = []
  var openTasks: Int32 = 0
  var isClosed = false

  var isFull: Bool { capacity > 0 && Int64(items.count) >= capacity }
}
