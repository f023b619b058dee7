import LockcheckTrace

/// What the operations on an object take for granted, besides what their own threads did before.
enum Discipline: UInt8, Sendable {
  /// A variable: a read, the write that it saw.
  case values
  /// A lock, or a semaphore with one permit that is used as one: nobody else is inside.
  case sections
  /// Permits, wakeups, flags, rounds, items: certain events before them, and the order in which things
  /// were done to the object.
  case causes
  /// Everything that was done to it before: it was used in a way that says no more.
  case samePast
}

/// Looks through a run for what each event takes for granted.
///
/// The causes are chosen so that any set of events that is closed under program order and causes, and
/// in which no thread enters a critical section that another one has not left, can be run in the
/// order of the trace (`Docs/reordering.md`).
struct CauseFinder {
  private(set) var causes: CauseTable
  private(set) var disciplines: [Discipline]
  private(set) var sections: ContiguousArray<Section> = []
  /// By place of a thread's first event after it was made, or joined all the same: the places of the
  /// fork and the join.
  private(set) var births: [Int: [Int]] = [:]
  /// Events that are certain to be possible only where all that was done before them, to their object
  /// or at all, was done in the order of the trace.
  private(set) var rigid: Set<Int> = []
  /// By object that was made during the run: when. Ascending.
  private(set) var creations: [ObjectID: [Int]] = [:]

  let tables: TraceTables
  /// By object: the place of the last write, or -1.
  private var lastWrite: ContiguousArray<Int32>
  /// By object: whether anything was done to it.
  private var isTouched: ContiguousArray<Bool>
  /// By thread: its last event, and its latest fork, or -1.
  private var lastEvent: ContiguousArray<Int>
  private var fork: ContiguousArray<Int>
  /// By thread: the forks and joins that its next event needs.
  private var newBirths: [ThreadID: [Int]] = [:]
  /// By object of the discipline ``Discipline/samePast``: what was done to it last.
  private var lastUse: [ObjectID: Int] = [:]
  /// Objects whose end, or second beginning, is in the trace: by thread, what was done to them last.
  private var ended: [ObjectID: [ThreadID: Int]]
  var locks: LockUse
  var waits = WaitUse()
  /// Objects that turned out to need another discipline than they were given.
  private var demotions: [ObjectID: Discipline] = [:]
  private var newlyEnded: Set<ObjectID> = []

  /// Looks through the whole run; again, if an object turns out not to be what it seemed.
  ///
  /// - Complexity: Linear in events for each kind of surprise; there are two at most for an object.
  static func look(through history: History, tables: TraceTables) -> CauseFinder {
    var disciplines = (0..<tables.objects.count).map { initialDiscipline(of: ObjectID($0), tables) }
    var ended: Set<ObjectID> = []
    while true {
      var finder = CauseFinder(history.count, tables, disciplines, ended)
      for place in 0..<history.count { finder.note(history[place], at: place) }
      if finder.demotions.isEmpty, finder.newlyEnded.isEmpty { return finder }
      for (object, discipline) in finder.demotions { disciplines[object.index] = discipline }
      ended.formUnion(finder.newlyEnded)
    }
  }

  private init(
    _ count: Int, _ tables: TraceTables, _ disciplines: [Discipline], _ ended: Set<ObjectID>
  ) {
    self.tables = tables
    self.disciplines = disciplines
    self.ended = Dictionary(uniqueKeysWithValues: ended.map { ($0, [:]) })
    causes = CauseTable(count: count)
    lastWrite = ContiguousArray(repeating: -1, count: tables.objects.count)
    lastEvent = ContiguousArray(repeating: -1, count: tables.threads.count)
    fork = lastEvent
    isTouched = ContiguousArray(repeating: false, count: tables.objects.count)
    locks = LockUse(threadCount: tables.threads.count, objectCount: tables.objects.count)
  }

  private static func initialDiscipline(
    of object: ObjectID, _ tables: TraceTables
  ) -> Discipline {
    switch tables.objects.kind(of: object) {
    case .variable: return .values
    case .lock, .rlock, .rwlock:
      return tables.objects[object].handover == true ? .samePast : .sections
    case .semaphore:
      guard let value = tables.objects[object].value else { return .samePast }
      return value == 1 ? .sections : .causes
    case .barrier: return tables.objects[object].parties == nil ? .samePast : .causes
    case .condition, .event, .future: return .causes
    case .queue, .pool:
      // Which item comes next in another order, what was put meanwhile decides.
      return tables.objects[object].isFirstInFirstOut ? .causes : .samePast
    case .undetermined: return .samePast
    }
  }

  /// The object was used in a way that its discipline does not explain.
  mutating func demote(_ object: ObjectID) {
    // There is no way further down, and to look again would be to look for ever.
    if disciplines[object.index] == .samePast { return }
    let isUsedAsLock = disciplines[object.index] == .sections
    let hasPermits = tables.objects.kind(of: object) == .semaphore
    demotions[object] = isUsedAsLock && hasPermits ? .causes : .samePast
  }

  mutating func cause(_ cause: Int, of place: Int) {
    if cause >= 0 { causes.add(cause, to: place) }
  }

  mutating func note(_ event: Event, at place: Int) {
    if !newBirths.isEmpty, let needed = newBirths.removeValue(forKey: event.thread) {
      for birth in needed { cause(birth, of: place) }
      births[place] = needed
    }
    defer { lastEvent[event.thread.index] = place }
    if event.isPending, event.operation != .wait {
      // It changes nothing, but needs what it is about to be done to.
      if event.object.isPresent { needCreation(of: event.object, at: place) }
      return
    }
    switch event.operation {
    case .read, .write, .atomicRead, .atomicWrite, .atomicUpdate: access(event, at: place)
    case .fork: makeThread(event, at: place)
    case .join: joinThread(event, at: place)
    case .create: create(event, at: place)
    case .destroy: end(event.object, by: event.thread, at: place)
    case .acquire, .release, .wait, .notify, .set, .clear, .put, .get, .taskDone, .queueJoin,
      .close:
      use(event, at: place)
    default: break
    }
  }

  private mutating func makeThread(_ event: Event, at place: Int) {
    guard event.isEffective else {
      // What a fork that was refused depends on is not known.
      return leaveAsInTrace(at: place)
    }
    fork[event.child.index] = place
    if event.child != event.thread { newBirths[event.child, default: []].append(place) }
  }

  /// The event takes all of the trace before it for granted.
  private mutating func leaveAsInTrace(at place: Int) {
    for last in lastEvent { cause(last, of: place) }
    rigid.insert(place)
  }

  private mutating func joinThread(_ event: Event, at place: Int) {
    let isOther = event.child != event.thread
    cause(fork[event.child.index], of: place)
    if event.result == .error { rigid.insert(place) }
    guard event.result == .success || event.result == .error, isOther else { return }
    cause(lastEvent[event.child.index], of: place)
    // What a thread does after it was found at its end is odd, and needs that as well.
    if event.result == .success { newBirths[event.child, default: []].append(place) }
  }

  private mutating func access(_ event: Event, at place: Int) {
    let object = event.object
    guard disciplines[object.index] == .values else {
      // Not what it can be used as.
      if disciplines[object.index] != .samePast { demotions[object] = .samePast }
      noteLife(of: object, by: event.thread, at: place)
      return follow(object, at: place)
    }
    if event.result == .error { end(object, by: event.thread, at: place) }
    let isWrite =
      event.operation != .read && event.operation != .atomicRead && event.isEffective
    let isRead =
      event.operation != .write && event.operation != .atomicWrite || !event.isEffective
    if isRead, lastWrite[object.index] >= 0 { causes.add(Int(lastWrite[object.index]), to: place) }
    if isWrite { lastWrite[object.index] = Int32(truncatingIfNeeded: place) }
    noteLife(of: object, by: event.thread, at: place)
  }

  private mutating func use(_ event: Event, at place: Int) {
    let object = event.object
    noteLife(of: object, by: event.thread, at: place)
    if event.lock.isPresent { needCreation(of: event.lock, at: place) }
    switch disciplines[object.index] {
    case .values: break
    case .sections: useSection(event, at: place)
    case .causes: useByCauses(event, at: place)
    case .samePast:
      follow(object, at: place)
      if tables.objects.kind(of: object) == .barrier, !event.isPending { leaveAsInTrace(at: place) }
    }
    if event.operation == .wait { handLock(event, at: place) }
  }

  /// Everything that was done to the object comes first.
  mutating func follow(_ object: ObjectID, at place: Int) {
    if let last = lastUse.updateValue(place, forKey: object) { cause(last, of: place) }
  }

  /// An object comes to be before, and ceases to be after, all that is done to it.
  private mutating func noteLife(of object: ObjectID, by thread: ThreadID, at place: Int) {
    isTouched[object.index] = true
    needCreation(of: object, at: place)
    if !ended.isEmpty { ended[object]?[thread] = place }
  }

  mutating func needCreation(of object: ObjectID, at place: Int) {
    if !creations.isEmpty, let creation = creations[object]?.last { cause(creation, of: place) }
  }

  private mutating func create(_ event: Event, at place: Int) {
    let object = event.object
    if isTouched[object.index], disciplines[object.index] != .values {
      // What is left of what it was is not plain.
      if disciplines[object.index] != .samePast { demotions[object] = .samePast }
    }
    if isTouched[object.index] || event.result == .error {
      end(object, by: event.thread, at: place)
    } else {
      noteLife(of: object, by: event.thread, at: place)
    }
    creations[object, default: []].append(place)
    if disciplines[object.index] == .values, event.isEffective {
      lastWrite[object.index] = Int32(truncatingIfNeeded: place)
    }
  }

  /// Everything that was done to the object comes first, whoever did it.
  private mutating func end(_ object: ObjectID, by thread: ThreadID, at place: Int) {
    rigid.insert(place)
    if ended[object] == nil { newlyEnded.insert(object) }
    for (_, last) in ended[object] ?? [:] { cause(last, of: place) }
    if disciplines[object.index] == .samePast { follow(object, at: place) }
    noteLife(of: object, by: thread, at: place)
  }

  mutating func open(_ lock: ObjectID, by thread: ThreadID, _ mode: LockMode, at place: Int) -> Int
  {
    sections.append(Section(lock: lock, thread: thread, mode: mode, opening: UInt32(place)))
    return sections.count - 1
  }

  mutating func close(_ section: Int, at place: Int) { sections[section].closing = UInt32(place) }
}
