public import LockcheckFindings
public import LockcheckTrace

/// How long threads waited for each lock and held it, by call site, from one pass over the events.
///
/// A wait goes from a pending `acquire` to the event that ends it, whatever its result; an `acquire` without
/// a pending event did not wait. A hold goes from the `acquire` of a lock that the thread does not hold
/// already to the last `release` of it; a wait on a condition ends one, and its return begins another.
/// Events without a time count for nothing, nor does what is still going on when the trace ends.
///
/// A semaphore with one permit is a lock. Memory grows with locks, with call sites of each, and with
/// threads, not with events.
public struct LockTimes: Sendable {
  /// A lock asked for at one place of the code.
  public struct Site: Sendable {
    /// The lock.
    public let lock: ObjectID
    /// The place.
    public let stack: StackID
    /// How long threads waited for it there.
    public internal(set) var waits = TimeSpent()
    /// The end of the longest wait.
    public internal(set) var longestWait: Sighting?
    /// How long threads held it from there on.
    public internal(set) var holds = TimeSpent()
    /// Those of the holds at whose end some thread waited for the lock.
    public internal(set) var waitedHolds = TimeSpent()
    /// The longest hold, and the longest of those that were waited for.
    public internal(set) var longestHold: Hold?
    /// See ``longestHold``.
    public internal(set) var longestWaitedHold: Hold?
    /// How many holds were long enough to tell of: see `LongHold`.
    public internal(set) var longHolds: UInt64 = 0
  }

  /// An event.
  public struct Sighting: Sendable, Hashable {
    /// Its index in the trace.
    public var index: Int
    /// The event.
    public var event: Event
  }

  /// Both ends of a hold.
  public struct Hold: Sendable, Hashable {
    /// What began it.
    public var begin: Sighting
    /// What ended it.
    public var end: Sighting
  }

  /// What is known of one lock.
  struct Lock: Sendable {
    /// Who holds it exclusively.
    var owner = ThreadID.absent
    /// How many threads have asked for it and are not through.
    var waiting = 0
    /// When it was last given back: the index, or -1.
    var release = -1
    /// Waits at all sites.
    var waits = TimeSpent()
    var queue = LockQueue()
  }

  /// By first event.
  public private(set) var sites: [Site] = []
  /// The first and last moment of the trace; nil where no event has a time.
  public private(set) var span: ClosedRange<UInt64>?
  /// By first event.
  private(set) var locks: [Lock] = []
  /// By place in `locks`.
  private(set) var lockIDs: [ObjectID] = []
  /// By object: the place in `locks`, or -1.
  private var lockPlaces: [Int32] = []
  private var sitePlaces: [SiteKey: Int] = [:]
  /// By thread.
  private var threads: [ThreadTimes] = []

  private struct SiteKey: Hashable {
    var lock: ObjectID
    var stack: StackID
  }

  private struct ThreadTimes: Sendable {
    /// The pending `acquire`, and its index.
    var pending: Sighting?
    /// What it holds, outermost first.
    var held: [OpenHold] = []
    /// The lock that a wait on a condition has given up, and how often it was held.
    var suspended: [(lock: ObjectID, depth: Int)] = []
  }

  private struct OpenHold: Sendable {
    var lock: ObjectID
    var begin: Sighting
    var depth = 1
  }

  /// Nothing seen yet.
  public init() {}

  /// Takes note of one event.
  public mutating func observe(_ event: Event, at index: Int, in tables: TraceTables) {
    if let time = event.time {
      span = min(span?.lowerBound ?? time, time)...max(span?.upperBound ?? time, time)
    }
    switch event.operation {
    case .acquire where tables.objects.isHeldByThread(event.object): acquire(event, at: index)
    case .release where tables.objects.isHeldByThread(event.object):
      release(event.object, Sighting(index: index, event: event))
    case .wait: wait(event, at: index, in: tables)
    default: break
    }
  }
}

// MARK: - Asking and holding

extension LockTimes {
  private mutating func acquire(_ event: Event, at index: Int) {
    let thread = thread(event.thread)
    let lock = lock(event.object)
    if event.isPending {
      if threads[thread].pending == nil { locks[lock].waiting += 1 }
      threads[thread].pending = Sighting(index: index, event: event)
      return
    }
    let pending = threads[thread].pending
    threads[thread].pending = nil
    if let pending {
      locks[self.lock(pending.event.object)].waiting -= 1
      if pending.event.object == event.object { noteWait(pending, event, at: index) }
    }
    guard event.result == .success else { return }
    if let known = threads[thread].held.lastIndex(where: { $0.lock == event.object }) {
      threads[thread].held[known].depth += 1
      return
    }
    let isQueued = pending.map {
      $0.event.object == event.object && $0.index < locks[lock].release
    }
    locks[lock].queue.take(
      event, at: index, wasQueued: isQueued ?? false, waiting: locks[lock].waiting)
    begin(Sighting(index: index, event: event), of: lock)
  }

  private mutating func begin(_ sighting: Sighting, of lock: Int, depth: Int = 1) {
    let event = sighting.event
    if event.mode == .exclusive { locks[lock].owner = event.thread }
    threads[thread(event.thread)].held.append(
      OpenHold(lock: lockIDs[lock], begin: sighting, depth: depth))
  }

  private mutating func noteWait(_ pending: Sighting, _ event: Event, at index: Int) {
    guard let asked = pending.event.time, let through = event.time, through >= asked else { return }
    let waited = through - asked
    let stack = event.stack.isPresent ? event.stack : pending.event.stack
    let site = site(of: event.object, at: stack)
    if sites[site].waits.add(waited) {
      sites[site].longestWait = Sighting(index: index, event: event)
    }
    let lock = lock(event.object)
    locks[lock].waits.add(waited)
    locks[lock].queue.noteWait(waited)
  }

  /// Ends one level of a hold; of another thread's where this one has none.
  private mutating func release(_ object: ObjectID, _ end: Sighting, allLevels: Bool = false) {
    let lock = lock(object)
    var holder = thread(end.event.thread)
    var place = threads[holder].held.lastIndex { $0.lock == object }
    if place == nil, locks[lock].owner.isPresent {
      holder = thread(locks[lock].owner)
      place = threads[holder].held.lastIndex { $0.lock == object }
    }
    guard let place else { return }
    threads[holder].held[place].depth -= 1
    if threads[holder].held[place].depth > 0, !allLevels { return }
    let hold = threads[holder].held.remove(at: place)
    if locks[lock].owner.index == holder { locks[lock].owner = .absent }
    locks[lock].release = end.index
    noteHold(hold, end, of: lock)
  }

  private mutating func noteHold(_ hold: OpenHold, _ end: Sighting, of lock: Int) {
    guard let taken = hold.begin.event.time, let given = end.event.time, given >= taken else {
      locks[lock].queue.giveBack(after: nil)
      return
    }
    let held = given - taken
    locks[lock].queue.giveBack(after: held)
    let site = site(of: hold.lock, at: hold.begin.event.stack)
    let ends = Hold(begin: hold.begin, end: end)
    let isWaitedFor = locks[lock].waiting > 0
    if sites[site].holds.add(held) { sites[site].longestHold = ends }
    if isWaitedFor, sites[site].waitedHolds.add(held) { sites[site].longestWaitedHold = ends }
    if LongHold.isLong(held, isWaitedFor: isWaitedFor) { sites[site].longHolds += 1 }
  }
}

// MARK: - Conditions

extension LockTimes {
  private mutating func wait(_ event: Event, at index: Int, in tables: TraceTables) {
    guard tables.objects.kind(of: event.object) == .condition else { return }
    let thread = thread(event.thread)
    if event.isPending {
      let lock = event.lock.isPresent ? event.lock : tables.objects[event.object].lock ?? .absent
      guard lock.isPresent,
        let place = threads[thread].held.lastIndex(where: { $0.lock == lock })
      else { return }
      threads[thread].suspended.append((lock, threads[thread].held[place].depth))
      release(lock, Sighting(index: index, event: event), allLevels: true)
    } else if let (lock, depth) = threads[thread].suspended.popLast() {
      var taken = Event(.acquire, by: event.thread, on: lock, at: event.stack)
      taken.time = event.time
      let place = self.lock(lock)
      locks[place].queue.end()
      begin(Sighting(index: index, event: taken), of: place, depth: depth)
    }
  }
}

// MARK: - Places

extension LockTimes {
  private mutating func thread(_ id: ThreadID) -> Int {
    while threads.count <= id.index { threads.append(ThreadTimes()) }
    return id.index
  }

  private mutating func lock(_ id: ObjectID) -> Int {
    while lockPlaces.count <= id.index { lockPlaces.append(-1) }
    if lockPlaces[id.index] < 0 {
      lockPlaces[id.index] = Int32(locks.count)
      locks.append(Lock())
      lockIDs.append(id)
    }
    return Int(lockPlaces[id.index])
  }

  private mutating func site(of lock: ObjectID, at stack: StackID) -> Int {
    let key = SiteKey(lock: lock, stack: stack)
    if let known = sitePlaces[key] { return known }
    sitePlaces[key] = sites.count
    sites.append(Site(lock: lock, stack: stack))
    return sites.count - 1
  }
}

// MARK: - Totals

extension LockTimes {
  /// All that was waited for a lock, and all that it was held.
  public struct LockTotal: Sendable {
    /// The lock.
    public let lock: ObjectID
    /// How long threads waited for it.
    public var waits = TimeSpent()
    /// How long they held it.
    public var holds = TimeSpent()
  }

  /// One for each lock that has a wait or a hold of which the trace says how long it took.
  ///
  /// - Complexity: Linear in sites.
  public var totals: [LockTotal] {
    var totals: [LockTotal] = []
    var places: [ObjectID: Int] = [:]
    for site in sites {
      let place = places[site.lock] ?? totals.count
      if place == totals.count {
        places[site.lock] = place
        totals.append(LockTotal(lock: site.lock))
      }
      totals[place].waits.add(site.waits)
      totals[place].holds.add(site.holds)
    }
    return totals
  }
}
