import LockcheckFindings
import LockcheckTrace

/// An abstract acquire ⟨thread, lock, held set⟩: one thread asks for a lock with others in its hands, at
/// one place of the code, however often.
///
/// What iGoodLock [Joshi et al. 2009] calls a lock dependency, and [Tunç et al. 2023] an abstract
/// acquire.
///
/// [Joshi et al. 2009]: https://doi.org/10.1145/1542476.1542489
/// [Tunç et al. 2023]: https://doi.org/10.1145/3591291
struct LockDependency: Sendable {
  /// What makes two requests the same.
  struct Key: Sendable, Equatable {
    var thread: ThreadID
    var lock: ObjectID
    var held: HeldSetID
    var stack: StackID
    var mode: LockMode
    /// Whether it gives up by itself: a try or timed attempt.
    var isBounded: Bool

    @inline(__always)
    var hash: UInt64 {
      let low = UInt64(lock.rawValue) << 32 | UInt64(held.rawValue)
      let high = UInt64(thread.rawValue) << 32 | UInt64(stack.rawValue)
      let flags: UInt64 = (mode == .shared ? 1 : 0) | (isBounded ? 2 : 0)
      var hash = (low ^ flags) &* 0x9E37_79B9_7F4A_7C15
      hash = (hash ^ (hash >> 29) ^ high) &* 0xBF58_476D_1CE4_E5B9
      return hash ^ (hash >> 32)
    }
  }

  var key: Key
  /// Whether the thread was still waiting when the trace ended.
  var isPending: Bool
  /// The index of the first such request.
  var first: Int
  /// How many there were.
  var count: Int
  /// The standing of its thread at the latest one.
  var standing: HappensBefore.Standing
  /// The latest one among the places that are kept, or -1.
  var latest: Int32 = -1

  /// The request as a step of a finding.
  func step(at index: Int, holding held: [HeldLock]) -> Step {
    var event: Event
    if let child = key.lock.endedThread {
      event = Event(.join, by: key.thread, at: key.stack)
      event.child = child
    } else {
      event = Event(.acquire, by: key.thread, on: key.lock, at: key.stack)
      event.mode = key.mode
    }
    event.isPending = isPending
    return Step(event, at: index, holding: held)
  }
}

extension ObjectID {
  /// A thread's end, seen as a lock that the thread holds until then: what a join asks for.
  init(endOf thread: ThreadID) { self.init(rawValue: Self.endFlag | thread.rawValue) }

  private static var endFlag: UInt32 { 1 << 31 }

  /// The thread whose end it is; nil for an object of the trace.
  var endedThread: ThreadID? {
    rawValue & Self.endFlag != 0 ? ThreadID(rawValue: rawValue & ~Self.endFlag) : nil
  }
}

/// Requests of one thread between which it learned and told nothing, or those at the end of a list that
/// has no room for more.
struct OrderWindow: Sendable {
  var thread: ThreadID
  /// What the thread knew at the first of them.
  var known: VectorClock
  var first: Moment
  var last: Moment

  /// Whether all of it comes before all of `other`, whatever the scheduler does.
  func isBefore(_ other: OrderWindow) -> Bool {
    thread == other.thread ? last < other.first : other.known[thread] >= last
  }

  /// How many are kept of one dependency; what comes later is taken for one long window, which rules
  /// out less than it could and never too much.
  static let limit = 64
}

/// The dependencies seen so far.
///
/// Open addressing in two flat arrays: a request that was seen before costs a hash and a comparison.
struct LockDependencyTable: Sendable {
  private(set) var dependencies: ContiguousArray<LockDependency> = []
  /// By dependency: when it was seen.
  private(set) var windows: [[OrderWindow]] = []
  /// Where the requests stand, each with the one of its dependency before it; only where the run's
  /// history is kept.
  private var places: ContiguousArray<(place: UInt32, previous: Int32)> = []
  /// Places in `dependencies`, or -1; as many as a power of two.
  private var slots = ContiguousArray<Int32>(repeating: -1, count: 1024)

  /// Counts a request.
  mutating func note(
    _ key: LockDependency.Key, at index: Int, isPending: Bool, in run: borrowing Run
  ) {
    let standing = run.mustOrder.standing(of: key.thread)
    var slot = Int(truncatingIfNeeded: key.hash) & (slots.count - 1)
    while slots[slot] >= 0 {
      let place = Int(slots[slot])
      if dependencies[place].key == key {
        dependencies[place].count += 1
        if run.keepsHistory { keep(index, of: place) }
        if dependencies[place].standing != standing {
          dependencies[place].standing = standing
          addWindow(to: place, of: key.thread, at: index, in: run)
        }
        return
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = Int32(dependencies.count)
    dependencies.append(
      LockDependency(key: key, isPending: isPending, first: index, count: 1, standing: standing))
    windows.append([])
    if run.keepsHistory { keep(index, of: dependencies.count - 1) }
    addWindow(to: dependencies.count - 1, of: key.thread, at: index, in: run)
    if dependencies.count * 2 > slots.count { grow() }
  }

  private mutating func keep(_ index: Int, of dependency: Int) {
    places.append((UInt32(truncatingIfNeeded: index), dependencies[dependency].latest))
    dependencies[dependency].latest = Int32(truncatingIfNeeded: places.count - 1)
  }

  /// Where the requests of a dependency stand, in order.
  func requests(of dependency: Int) -> [Int] {
    var requests: [Int] = []
    var next = dependencies[dependency].latest
    while next >= 0 {
      requests.append(Int(places[Int(next)].place))
      next = places[Int(next)].previous
    }
    return requests.reversed()
  }

  private mutating func addWindow(
    to place: Int, of thread: ThreadID, at index: Int, in run: borrowing Run
  ) {
    let moment = Moment(index + 1)
    if windows[place].count == OrderWindow.limit {
      windows[place][OrderWindow.limit - 1].last = moment
      return
    }
    let known = run.mustOrder.clock(of: thread)
    windows[place].append(
      OrderWindow(thread: thread, known: known, first: moment, last: moment))
  }

  private mutating func grow() {
    slots = ContiguousArray(repeating: -1, count: slots.count * 2)
    for (place, dependency) in dependencies.enumerated() {
      var slot = Int(truncatingIfNeeded: dependency.key.hash) & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(place)
    }
  }
}
