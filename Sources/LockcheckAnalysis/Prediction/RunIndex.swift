import LockcheckTrace

/// A run as prediction looks at it: by thread, with what each event takes for granted.
///
/// Built once from the ``History``, and only if there is something to predict. Positions count the
/// events of one thread from 0, places those of the trace.
struct RunIndex: ~Copyable {
  let history: History
  let tables: TraceTables
  let held: HeldLocks
  /// By place: the event's position in its thread.
  let position: ContiguousArray<UInt32>
  /// By place: what has to come before it.
  let causes: CauseTable
  /// By place of a thread's first event after it was made, or joined all the same: the places of the
  /// fork and the join.
  let births: [Int: [Int]]
  /// Events that need all that was done before them to be in the order of the trace.
  let rigid: Set<Int>
  /// By object that was made during the run: when. Ascending.
  private let creations: [ObjectID: [Int]]
  /// By object: what its operations take for granted.
  let disciplines: [Discipline]
  /// What is held between which events.
  let sections: SectionTable
  /// The places of each thread's events, one thread after the other.
  private let order: ContiguousArray<UInt32>
  /// By thread: where its events begin in `order`; one more at the end.
  private let starts: ContiguousArray<Int>
  /// What comes before whole pieces of threads.
  private(set) var summaries = CausalSummaries()

  /// Indexes a run.
  ///
  /// - Complexity: Linear in events, times threads divided by the size of a piece.
  init(_ history: History, tables: TraceTables, held: HeldLocks) {
    self.history = history
    self.tables = tables
    self.held = held
    let threadCount = tables.threads.count
    var starts = ContiguousArray(repeating: 0, count: threadCount + 1)
    var position = ContiguousArray<UInt32>(repeating: 0, count: history.count)
    for place in 0..<history.count {
      let thread = history[place].thread.index
      position[place] = UInt32(starts[thread + 1])
      starts[thread + 1] += 1
    }
    for thread in 0..<threadCount { starts[thread + 1] += starts[thread] }
    var order = ContiguousArray<UInt32>(repeating: 0, count: history.count)
    for place in 0..<history.count {
      order[starts[history[place].thread.index] + Int(position[place])] = UInt32(place)
    }
    self.order = order
    self.starts = starts
    self.position = position
    let found = CauseFinder.look(through: history, tables: tables)
    causes = found.causes
    births = found.births
    rigid = found.rigid
    creations = found.creations
    disciplines = found.disciplines
    isExact = !found.disciplines.contains { $0 == .causes || $0 == .samePast }
    sections = SectionTable(
      found.sections, areSections: ContiguousArray(found.disciplines.map { $0 == .sections }),
      threadCount: threadCount)
    summaries = CausalSummaries(self)
  }

  var threadCount: Int { starts.count - 1 }

  /// Whether what an event takes for granted is all that there is to it, so that what no set of events
  /// allows no schedule does: so it is of locks and variables, while other objects could be used in
  /// other orders than those that are looked at.
  let isExact: Bool

  /// How many events the thread has.
  @inline(__always)
  func count(of thread: Int) -> Int { starts[thread + 1] - starts[thread] }

  /// How many of the thread's events lie before a place of the trace.
  ///
  /// - Complexity: Logarithmic in its events.
  func count(of thread: Int, before place: Int) -> UInt32 {
    var low = starts[thread]
    var high = starts[thread + 1]
    while low < high {
      let middle = low + (high - low) / 2
      if Int(order[middle]) < place { low = middle + 1 } else { high = middle }
    }
    return UInt32(low - starts[thread])
  }

  /// The place of a thread's event.
  @inline(__always)
  func place(of thread: Int, at position: Int) -> Int { Int(order[starts[thread] + position]) }

  @inline(__always)
  func thread(of place: Int) -> Int { history[place].thread.index }

  /// The section that the event enters or leaves; nil for an event that does neither.
  ///
  /// - Complexity: Linear in the threads that ever took its lock, logarithmic in the thread's sections.
  func sectionEdge(at place: Int) -> SectionTable.Edge? {
    let event = history[place]
    let lock: ObjectID
    switch event.operation {
    case .acquire, .release: lock = event.object
    case .wait: lock = conditionLock(of: event, at: place)
    default: return nil
    }
    guard lock.isPresent, sections.covers(lock),
      let segment = sections.segment(of: lock, by: event.thread),
      let number = sections.last(of: segment, before: self.position[place] + 1, self.position)
    else { return nil }
    let section = sections[number]
    let isOpening = section.opening == place
    guard isOpening || section.closing == place else { return nil }
    return SectionTable.Edge(lock: lock, mode: section.mode, isOpening: isOpening)
  }

  /// The lock that a wait gives up or takes again; the end of a wait need not say which.
  private func conditionLock(of event: Event, at place: Int) -> ObjectID {
    if event.lock.isPresent { return event.lock }
    if let lock = tables.objects[event.object].lock { return lock }
    guard !event.isPending, position[place] > 0 else { return .absent }
    return history[self.place(of: event.thread.index, at: Int(position[place]) - 1)].lock
  }

  /// What has to be there for a thread to come to an event: thread and object.
  func needs(of place: Int) -> [Int] {
    let births = births.isEmpty ? [] : births[place] ?? []
    guard !creations.isEmpty else { return births }
    let event = history[place]
    var objects: [ObjectID] = []
    if event.operation.namesObject { objects.append(event.object) }
    if let lock = event.operation == .wait ? event.lock.ifPresent : nil { objects.append(lock) }
    return births + objects.compactMap { creations[$0]?.last { $0 < place } }
  }

  /// Whether an event can stand for one that waits for a lock or a thread for as long as it takes.
  func canWait(at place: Int) -> Bool {
    let event = history[place]
    if event.operation != .join {
      let lock = lock(of: event)
      guard sections.covers(lock), tables.objects.kind(of: lock).isLock else { return false }
    }
    if event.operation == .wait { return true }
    if event.attempt != .blocking || event.result != .success { return false }
    let next = Int(position[place]) + 1
    guard event.isPending, next < count(of: event.thread.index) else { return true }
    let end = history[self.place(of: event.thread.index, at: next)]
    return end.operation != event.operation || (end.attempt == .blocking && end.result == .success)
  }

  /// What a wait on a condition takes again; what is asked for otherwise.
  func lock(of event: Event) -> ObjectID {
    guard event.operation == .wait else { return event.object }
    return event.lock.ifPresent ?? tables.objects[event.object].lock ?? event.object
  }

  /// What the thread holds before the event at that position, or at its end.
  @inline(__always)
  func heldSet(of thread: Int, at position: Int) -> HeldSetID {
    position < count(of: thread)
      ? history.held(at: place(of: thread, at: position)) : held.set(of: ThreadID(thread))
  }
}

/// What has to come before each event, besides the events of its own thread.
struct CauseTable: Sendable {
  private static let none = UInt32.max
  private static let listFlag: UInt32 = 1 << 31

  /// By place: none, a place, or the number of a list.
  private var first: ContiguousArray<UInt32>
  private var lists: [[UInt32]] = []

  init(count: Int) { first = ContiguousArray(repeating: Self.none, count: count) }

  /// How many events can be told apart.
  static let limit = Int(listFlag) - 1

  mutating func add(_ cause: Int, to place: Int) {
    let known = first[place]
    if known == Self.none {
      first[place] = UInt32(cause)
    } else if known & Self.listFlag != 0 {
      lists[Int(known & ~Self.listFlag)].append(UInt32(cause))
    } else if known != UInt32(cause) {
      first[place] = UInt32(lists.count) | Self.listFlag
      lists.append([known, UInt32(cause)])
    }
  }

  /// Calls `body` with the place of each cause.
  @inline(__always)
  func forEach(of place: Int, _ body: (Int) -> Void) {
    let known = first[place]
    if known == Self.none { return }
    if known & Self.listFlag == 0 { return body(Int(known)) }
    for cause in lists[Int(known & ~Self.listFlag)] { body(Int(cause)) }
  }

  /// Whether `body` holds for each cause.
  @inline(__always)
  func allSatisfy(of place: Int, _ body: (Int) -> Bool) -> Bool {
    let known = first[place]
    if known == Self.none { return true }
    if known & Self.listFlag == 0 { return body(Int(known)) }
    return lists[Int(known & ~Self.listFlag)].allSatisfy { body(Int($0)) }
  }
}
