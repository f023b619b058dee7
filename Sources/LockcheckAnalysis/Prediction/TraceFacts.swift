import LockcheckTrace

/// What has to be known about a trace to check schedules of it: twelve bytes an event, and a few for
/// each thread and object.
///
/// Where four bytes name an event, they hold its index plus one, so that 0 says "none".
struct TraceFacts {
  /// How many events are known: what stands behind the first four billion is never scheduled.
  let count: Int
  /// The thread's event before each event.
  private var previous: [UInt32] = []
  /// What each read and each get sees: the write, or the put.
  private var source: [UInt32] = []
  /// How many events on its object stand before each event.
  private var ordinal: [UInt32] = []
  /// The same for the lock of a wait on a condition.
  private var lockOrdinal: [Int: Int] = [:]
  /// The forks of each thread. Ascending.
  private var forks: [ThreadID: [Int]] = [:]
  /// The joins that found a thread at its end. Ascending.
  private var joins: [ThreadID: [Int]] = [:]
  /// The last event of each thread.
  private var last: [UInt32]
  /// The last event of the child that stands before each join.
  private var lastBeforeJoin: [Int: Int] = [:]
  /// The first time that each object is created.
  private var creation: [UInt32]
  /// The other times, where there are any. Ascending.
  private var laterCreations: [ObjectID: [Int]] = [:]
  /// The objects whose events in the trace break the rules.
  private(set) var unclear: Set<ObjectID> = []
  /// The pending events that could not block for ever after all, as their ends say.
  private(set) var halfHearted: Set<Int> = []

  private let tables: TraceTables

  /// Scans the events once.
  init(_ events: some RandomAccessCollection<Event>, tables: TraceTables) {
    self.tables = tables
    count = min(events.count, Int(UInt32.max) - 1)
    // One more than there are: for what no table has.
    last = Array(repeating: 0, count: tables.threads.count + 1)
    creation = Array(repeating: 0, count: tables.objects.count + 1)
    previous.reserveCapacity(count)
    source.reserveCapacity(count)
    ordinal.reserveCapacity(count)
    var scan = Scan(objectCount: tables.objects.count)
    for (index, event) in events.prefix(count).enumerated() {
      noteThread(event, index, &scan)
      noteObject(event, index, &scan)
    }
  }
}

// MARK: - What is asked

extension TraceFacts {
  /// The number of a thread, and one number for all that no table has.
  func known(_ thread: ThreadID) -> ThreadID {
    thread.index < tables.threads.count ? thread : .absent
  }

  /// The number of an object, and one number for all that no table has.
  func known(_ object: ObjectID) -> ObjectID {
    object.index < tables.objects.count ? object : .absent
  }

  /// The kind of an object; undetermined where no table has it.
  func kind(of object: ObjectID) -> ObjectKind {
    object.index < tables.objects.count ? tables.objects.kind(of: object) : .undetermined
  }

  /// What else is known about an object.
  func details(of object: ObjectID) -> ObjectDetails {
    tables.objects.details.isEmpty ? ObjectDetails() : tables.objects[object]
  }

  /// The lock that a wait on a condition gives up and takes again.
  func lock(of event: Event) -> ObjectID? {
    guard event.operation == .wait, kind(of: event.object) == .condition else { return nil }
    return (event.lock.ifPresent ?? details(of: event.object).lock?.ifPresent).map(known)
  }

  /// The event of the same thread before this one.
  func previous(of index: Int) -> Int? { Self.index(previous[index]) }

  /// The write or put that this read or get sees.
  func source(of index: Int) -> Int? { Self.index(source[index]) }

  /// The place of this event among those on its object.
  func ordinal(of index: Int) -> Int { Int(ordinal[index]) }

  /// The place of this wait among the events on its lock.
  func lockOrdinal(of index: Int) -> Int { lockOrdinal[index] ?? .max }

  /// The last event of a thread.
  func last(of thread: ThreadID) -> Int? { Self.index(last[slot(thread)]) }

  /// The last event of the child before a join.
  func lastOfChild(before join: Int) -> Int? { lastBeforeJoin[join] }

  /// The latest fork of a thread before `index`.
  func fork(of thread: ThreadID, before index: Int) -> Int? {
    forks.isEmpty ? nil : Self.latest(of: forks[known(thread)] ?? [], before: index)
  }

  /// The latest join that found a thread at its end before `index`.
  func join(of thread: ThreadID, before index: Int) -> Int? {
    joins.isEmpty ? nil : Self.latest(of: joins[known(thread)] ?? [], before: index)
  }

  /// Where an object was created last before `index`.
  func creation(of object: ObjectID, before index: Int) -> Int? {
    if !laterCreations.isEmpty, let later = laterCreations[object],
      let latest = Self.latest(of: later, before: index)
    {
      return latest
    }
    return Self.index(creation[slot(object)]).flatMap { $0 < index ? $0 : nil }
  }

  private func slot(_ thread: ThreadID) -> Int { min(thread.index, tables.threads.count) }

  private func slot(_ object: ObjectID) -> Int { min(object.index, tables.objects.count) }

  private static func index(_ number: UInt32) -> Int? { number > 0 ? Int(number) - 1 : nil }

  /// The latest of `places`, which ascend, that stands before `index`.
  private static func latest(of places: [Int], before index: Int) -> Int? {
    var (low, high) = (0, places.count)
    while low < high {
      let middle = (low + high) / 2
      if places[middle] < index { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? places[low - 1] : nil
  }
}

// MARK: - Scanning

extension TraceFacts {
  /// What is only needed while the trace is scanned.
  private struct Scan {
    var objects = PlainObjects()
    /// By object: the latest write.
    var written: [UInt32]
    /// By object: how many events there were.
    var done: [UInt32]
    /// By thread: a pending event that is its latest one.
    var pending: [ThreadID: (index: Int, operation: Operation)] = [:]

    init(objectCount: Int) {
      written = Array(repeating: 0, count: objectCount + 1)
      done = Array(repeating: 0, count: objectCount + 1)
    }
  }

  private mutating func noteThread(_ event: Event, _ index: Int, _ scan: inout Scan) {
    let thread = known(event.thread)
    // Before it counts as done itself: a thread may join itself.
    if event.operation == .join, !event.isPending { noteJoin(event, index) }
    previous.append(last[slot(thread)])
    last[slot(thread)] = UInt32(index + 1)
    if !scan.pending.isEmpty, let pending = scan.pending.removeValue(forKey: thread),
      pending.operation == event.operation,
      event.attempt != .blocking || event.result != .success
    {
      halfHearted.insert(pending.index)
    }
    if event.isPending { scan.pending[thread] = (index, event.operation) }
    if event.operation == .fork, event.isEffective {
      forks[known(event.child), default: []].append(index)
    }
  }

  private mutating func noteJoin(_ event: Event, _ index: Int) {
    let child = known(event.child)
    lastBeforeJoin[index] = last(of: child)
    if event.result == .success { joins[child, default: []].append(index) }
  }

  private mutating func noteObject(_ event: Event, _ index: Int, _ scan: inout Scan) {
    source.append(0)
    ordinal.append(0)
    guard event.operation.namesObject else { return }
    let object = known(event.object)
    let kind = kind(of: object)
    if event.seesWrites { source[index] = scan.written[slot(object)] }
    if event.isSeen { scan.written[slot(object)] = UInt32(index + 1) }
    if event.leavesMark {
      ordinal[index] = countUp(object, &scan)
      if event.operation == .create { noteCreation(of: object, kind, index) }
    }
    if !kind.allows(event.operation) { unclear.insert(object) }
    if kind.isQueue, !details(of: object).isFirstInFirstOut { unclear.insert(object) }
    // What is done to a variable always goes well.
    guard event.leavesMark, kind != .variable else { return }
    if event.operation == .get, let head = scan.objects.head(of: object) {
      source[index] = UInt32(head + 1)
    }
    if case .refused = scan.objects.step(event, at: index, kind: kind, details(of: object)) {
      unclear.insert(object)
    }
    if let lock = lock(of: event) { noteLock(lock, of: event, index, &scan) }
  }

  private mutating func noteLock(
    _ lock: ObjectID, of event: Event, _ index: Int, _ scan: inout Scan
  ) {
    lockOrdinal[index] = Int(countUp(lock, &scan))
    let step = scan.objects.stepLock(lock, of: event, kind: kind(of: lock), details(of: lock))
    if case .refused = step { unclear.formUnion([known(event.object), lock]) }
  }

  private func countUp(_ object: ObjectID, _ scan: inout Scan) -> UInt32 {
    defer { scan.done[slot(object)] += 1 }
    return scan.done[slot(object)]
  }

  private mutating func noteCreation(of object: ObjectID, _ kind: ObjectKind, _ index: Int) {
    if creation[slot(object)] == 0 {
      creation[slot(object)] = UInt32(index + 1)
    } else {
      laterCreations[object, default: []].append(index)
    }
    // Of anything but a variable it is not plain what is left of what it was.
    if ordinal[index] > 0, kind != .variable { unclear.insert(object) }
  }
}

extension Event {
  /// Whether it counts among what was done to its object: a wait does so as it begins, too.
  var leavesMark: Bool { operation.namesObject && (!isPending || operation == .wait) }

  /// Whether it looks at a value that a write left.
  var seesWrites: Bool {
    guard !isPending else { return false }
    switch operation {
    case .read, .atomicRead, .atomicUpdate: return true
    // One that failed has only looked.
    case .write, .atomicWrite: return result != .success
    default: return false
    }
  }

  /// Whether later reads can see it.
  var isSeen: Bool {
    guard isEffective else { return false }
    switch operation {
    case .write, .atomicWrite, .atomicUpdate, .create: return true
    default: return false
    }
  }
}
