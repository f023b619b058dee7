public import LockcheckFindings
public import LockcheckTrace

/// Takes a picture of a run from one pass over its events.
///
/// What it keeps does not grow with events: only with threads, locks, and the places that ask for them.
/// Spans and cells have budgets; see `SpanStore` and `CellStore`.
public struct RunPainter: Sendable {
  private var times = LockTimes()
  private var uses = LockUseTable()
  private var threads: [PaintedThread] = []
  private var order: [ThreadID] = []
  /// By object: the thread that holds it exclusively, or -1.
  private var owners: [Int32] = []
  /// Levels of holds that another thread's acquire cut short, whose releases are still to come.
  private var lapsed: [Hold: Int] = [:]
  private var axis = TimeAxis()
  private var spans: SpanStore
  private var cells: CellStore
  private var eventCount = 0

  /// What is known of one thread just now.
  private struct PaintedThread: Sendable {
    var use: ThreadActivity?
    var held: [OpenHold] = []
    /// What it is about to do, since when, and for what.
    var wait: (event: Event, begin: UInt64)?
    /// Locks given up for a wait on a condition.
    var suspended: [OpenHold] = []
    /// Since when it has held anything.
    var busySince: UInt64?
  }

  private struct Hold: Hashable {
    var thread: Int
    var lock: ObjectID
  }

  private struct OpenHold: Sendable {
    var lock: ObjectID
    var mode: LockMode
    var begin: UInt64
    var levels = 1
  }

  /// Nothing seen yet.
  public init() { self.init(spanLimit: SpanStore.usualLimit, cellLimit: CellStore.usualLimit) }

  init(spanLimit: Int, cellLimit: Int) {
    spans = SpanStore(limit: spanLimit)
    cells = CellStore(limit: cellLimit)
  }

  /// Takes note of one event.
  public mutating func observe(_ event: Event, in tables: TraceTables) {
    times.observe(event, at: eventCount, in: tables)
    let now = axis.place(of: event, at: eventCount)
    eventCount += 1
    let thread = thread(event.thread, at: now)
    threads[thread].use?.note(now)
    if event.isPending {
      if event.operation.canBlock { threads[thread].wait = (event, now) }
    } else {
      endWait(of: thread, at: now)
    }
    switch event.operation {
    case .acquire where event.isEffective && tables.objects.isHeldByThread(event.object):
      acquire(event, thread, at: now)
    case .release where event.isEffective && tables.objects.isHeldByThread(event.object):
      release(event.object, by: thread, at: now)
    case .wait where tables.objects.kind(of: event.object) == .condition:
      conditionWait(event, thread, at: now, in: tables)
    default: break
    }
  }

  /// The picture of what was seen.
  ///
  /// - Parameter requests: What threads asked for with locks in their hands, where somebody looked.
  /// - Complexity: Linear in spans, cells, and different requests times what was held around them.
  public consuming func finish(_ requests: LockRequests?) -> RunPicture {
    let end = axis.length
    for thread in threads.indices {
      endWait(of: thread, at: end)
      for hold in threads[thread].held.reversed() { close(hold, thread, at: end) }
      if let since = threads[thread].busySince { addBusy(thread, since, end) }
    }
    var timeline = RunTimeline(unit: axis.unit)
    timeline.length = end
    timeline.spans = spans.finish()
    timeline.resolution = spans.resolution
    timeline.cellWidth = cells.width
    timeline.cells = cells.rows
    timeline.marks = axis.marks
    var picture = RunPicture(
      timeline: timeline, threads: order.compactMap { threads[$0.index].use },
      locks: uses.sorted(with: times.totals))
    if let requests { (picture.orders, picture.omittedOrders) = requests.orders(limit: 20_000) }
    return picture
  }
}

// MARK: - Holding and waiting

extension RunPainter {
  private mutating func acquire(_ event: Event, _ thread: Int, at now: UInt64) {
    let held = threads[thread].held
    if let place = held.lastIndex(where: { $0.lock == event.object }) {
      threads[thread].held[place].levels += 1
      return
    }
    uses.note(event.object, by: event.thread)
    if let owner = owner(of: event.object) { cutShort(event.object, of: owner, at: now) }
    if !lapsed.isEmpty { lapsed[Hold(thread: thread, lock: event.object)] = nil }
    open(OpenHold(lock: event.object, mode: event.mode, begin: now), thread, at: now)
  }

  private mutating func open(_ hold: OpenHold, _ thread: Int, at now: UInt64) {
    if threads[thread].held.isEmpty { threads[thread].busySince = now }
    threads[thread].held.append(hold)
    guard hold.mode == .exclusive else { return }
    while owners.count <= hold.lock.index { owners.append(-1) }
    owners[hold.lock.index] = Int32(thread)
  }

  private func owner(of lock: ObjectID) -> Int? {
    lock.index < owners.count && owners[lock.index] >= 0 ? Int(owners[lock.index]) : nil
  }

  /// Ends a hold because another thread has the lock: see ``HeldLocks``, which takes it the same way.
  private mutating func cutShort(_ lock: ObjectID, of owner: Int, at now: UInt64) {
    guard let place = threads[owner].held.lastIndex(where: { $0.lock == lock }) else { return }
    lapsed[Hold(thread: owner, lock: lock)] = threads[owner].held[place].levels
    threads[owner].held[place].levels = 1
    release(lock, by: owner, at: now)
  }

  private mutating func release(_ lock: ObjectID, by thread: Int, at now: UInt64) {
    var holder = thread
    var place = threads[thread].held.lastIndex { $0.lock == lock }
    if place == nil {
      if let levels = lapsed[Hold(thread: thread, lock: lock)] {
        lapsed[Hold(thread: thread, lock: lock)] = levels > 1 ? levels - 1 : nil
        return
      }
      // Handed over: given back by another thread than took it.
      holder = owner(of: lock) ?? thread
      place = threads[holder].held.lastIndex { $0.lock == lock }
    }
    guard let place else { return }
    threads[holder].held[place].levels -= 1
    if threads[holder].held[place].levels > 0 { return }
    let hold = threads[holder].held[place]
    close(hold, holder, at: now, depth: place)
    threads[holder].held.remove(at: place)
    if owner(of: lock) == holder { owners[lock.index] = -1 }
    if threads[holder].held.isEmpty, let since = threads[holder].busySince {
      threads[holder].busySince = nil
      addBusy(holder, since, now)
    }
  }

  private mutating func close(
    _ hold: OpenHold, _ thread: Int, at now: UInt64, depth: Int? = nil
  ) {
    let depth = depth ?? threads[thread].held.firstIndex { $0.lock == hold.lock } ?? 0
    spans.add(
      RunSpan(
        thread: ThreadID(thread), kind: hold.mode == .shared ? .share : .hold,
        depth: UInt8(clamping: depth), object: hold.lock, begin: hold.begin,
        end: max(now, hold.begin)))
  }

  private mutating func endWait(of thread: Int, at now: UInt64) {
    guard let (event, begin) = threads[thread].wait else { return }
    threads[thread].wait = nil
    guard now > begin else { return }
    spans.add(
      RunSpan(
        thread: ThreadID(thread), kind: .wait, depth: UInt8(clamping: threads[thread].held.count),
        object: event.operation.namesThread ? .absent : event.object, child: event.child,
        begin: begin, end: now))
    cells.addWaited(by: thread, from: begin, to: now)
    threads[thread].use?.waited += now - begin
  }

  private mutating func addBusy(_ thread: Int, _ since: UInt64, _ now: UInt64) {
    guard now > since else { return }
    cells.addHeld(by: thread, from: since, to: now)
    threads[thread].use?.held += now - since
  }

  /// A wait on a condition gives its lock up, and has it again at its end.
  private mutating func conditionWait(
    _ event: Event, _ thread: Int, at now: UInt64, in tables: TraceTables
  ) {
    if event.isPending {
      let lock = event.lock.isPresent ? event.lock : tables.objects[event.object].lock ?? .absent
      guard let place = threads[thread].held.lastIndex(where: { $0.lock == lock }) else { return }
      threads[thread].suspended.append(threads[thread].held[place])
      threads[thread].held[place].levels = 1
      release(lock, by: thread, at: now)
    } else if var hold = threads[thread].suspended.popLast() {
      hold.begin = now
      open(hold, thread, at: now)
    }
  }

  private mutating func thread(_ id: ThreadID, at now: UInt64) -> Int {
    while threads.count <= id.index { threads.append(PaintedThread()) }
    if threads[id.index].use == nil {
      threads[id.index].use = ThreadActivity(thread: id, begin: now)
      order.append(id)
    }
    return id.index
  }
}

extension ThreadActivity {
  /// Counts an event.
  fileprivate mutating func note(_ now: UInt64) {
    events += 1
    end = max(end, now)
  }
}
