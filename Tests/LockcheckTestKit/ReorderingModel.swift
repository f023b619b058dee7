public import LockcheckTrace

/// How far each thread has come, in one byte each, and after that what the objects remember.
///
/// Two schedules that lead to the same state can go on in the same ways. What follows from how far the
/// threads have come (who holds which lock, how many permits are left) is not kept.
typealias ReorderingState = [UInt8]

/// The rules of `Docs/reordering.md` for one small trace: what may come next, and what then is.
///
/// Where the page leaves something open, the model refuses it.
public struct ReorderingModel: Sendable {
  /// The events of the trace.
  let events: [Event]
  /// By object.
  let kinds: [ObjectKind]
  /// By object.
  let details: [ObjectDetails]
  /// By thread: its events in program order.
  let programs: [[Int]]
  /// What follows about each event from the trace alone.
  let facts: ReorderingFacts
  /// By thread: after how many events it holds which locks; see ``hold(of:by:in:)``.
  let holds: [[UInt8]]
  /// By thread: after how many events it has added how many permits to which semaphore.
  let permitSums: [[Int]]
  /// By object: whether the trace breaks the rules for it, so that nothing but the order of the trace
  /// is certain to be possible.
  private(set) var isBroken: [Bool]
  /// By event: whether it needs the same past, and nothing else of its object.
  private(set) var isPastOnly: [Bool]
  /// By object: where a state keeps how much of the object's past is that of the trace; or -1.
  private var pastPlaces: [Int] = []
  /// By object: where a state keeps what the object remembers; or -1.
  private(set) var places: [Int] = []
  /// By object: in how many bytes.
  private(set) var memorySizes: [Int] = []
  /// Nothing done yet.
  private(set) var start: ReorderingState = []

  /// The rules for `trace`.
  ///
  /// - Precondition: It has fewer than 255 events.
  public init(_ trace: Trace) {
    precondition(trace.events.count < 255, "a state has one byte for an event")
    events = trace.events
    let objects = trace.tables.objects
    kinds = objects.kinds
    details = objects.kinds.indices.map { objects[ObjectID($0)] }
    var programs = [[Int]](repeating: [], count: trace.tables.threads.count)
    for index in events.indices { programs[events[index].thread.index].append(index) }
    self.programs = programs
    let facts = ReorderingFacts(trace)
    self.facts = facts
    holds = programs.map { Self.holds(of: $0, trace.events, facts, objectCount: objects.count) }
    permitSums = programs.map { Self.permitSums(of: $0, trace.events, objectCount: objects.count) }
    // What another order takes next is not known.
    isBroken = details.map { $0.order == .lifo || $0.order == .priority }
    isPastOnly = facts.needsPastAnyway
    memorySizes = kinds.indices.map { memorySize(of: $0) }
    layOut(keepingPastOf: [Bool](repeating: true, count: objects.count))
    judge()
    var isWatched = isBroken
    for index in events.indices where isPastOnly[index] {
      isWatched[events[index].object.index] = true
    }
    for object in kinds.indices where details[object].bound != nil { isWatched[object] = true }
    layOut(keepingPastOf: isWatched)
  }

  /// Goes through the trace itself to see which objects break the rules in it.
  private mutating func judge() {
    var state = start
    var raised: Set<ObjectID> = []
    for index in events.indices {
      let event = events[index]
      if event.object.isPresent, !event.isPending, !isPastOnly[index],
        !isPossible(index, event, in: state)
      {
        // A flag that may have been up from the start.
        if kinds[event.object.index].isFlag, event.operation == .wait, event.result == .success,
          !raised.contains(event.object)
        {
          isPastOnly[index] = true
        } else {
          isBroken[event.object.index] = true
        }
      }
      if event.operation == .set { raised.insert(event.object) }
      judgeLock(of: index, event, in: state)
      state = self.state(after: index, in: state)
    }
  }

  /// A wait gives up a lock that its thread holds, and takes it when nobody has it.
  private mutating func judgeLock(of index: Int, _ event: Event, in state: ReorderingState) {
    let lock = facts.locks[index]
    guard lock >= 0 else { return }
    if event.isPending {
      guard hold(of: lock, by: event.thread.index, in: state) == 0 else { return }
      isBroken[lock] = true
      isBroken[event.object.index] = true
    } else if facts.begins[index] >= 0,
      !others(than: event.thread.index, hold: lock, in: state).isEmpty
    {
      isBroken[lock] = true
    }
  }

  private mutating func layOut(keepingPastOf isWatched: [Bool]) {
    start = [UInt8](repeating: 0, count: programs.count)
    pastPlaces = []
    places = []
    for object in kinds.indices {
      pastPlaces.append(isWatched[object] ? start.count : -1)
      if isWatched[object] { start.append(0) }
      let size = memorySizes[object]
      places.append(size > 0 ? start.count : -1)
      start += [UInt8](repeating: 0, count: size)
    }
  }

  /// How many bytes an object remembers.
  private func memorySize(of object: Int) -> Int {
    func count(_ isMeant: (Event) -> Bool) -> Int {
      events.count { $0.object == ObjectID(object) && isMeant($0) }
    }
    switch kinds[object] {
    case .variable: return count(Self.reads) > 0 ? 1 : 0
    case .condition: return 2 * count(\.isPending)
    case .event, .future, .barrier: return 1 + programs.count
    case .queue, .pool: return 2 + count { $0.operation == .put }
    case .lock, .rlock, .rwlock: return details[object].handover == true ? 1 : 0
    case .semaphore, .undetermined: return 0
    }
  }
}

// MARK: - What may come next

extension ReorderingModel {
  /// By thread: its next event, or -1 at its end.
  func nextEvents(in state: ReorderingState) -> [Int] {
    var next: [Int] = []
    for thread in programs.indices {
      let place = Int(state[thread])
      next.append(place < programs[thread].count ? programs[thread][place] : -1)
    }
    return next
  }

  /// Whether the next event of a thread can be done.
  func allows(_ index: Int, in state: ReorderingState) -> Bool {
    guard isReached(index, in: state) else { return false }
    let event = events[index]
    if event.isPending { return true }
    if event.operation == .join { return allowsJoin(index, event, in: state) }
    guard event.object.isPresent else { return true }
    if kinds[event.object.index] == .barrier, isBroken[event.object.index] {
      guard isAsInTrace(before: index, state) else { return false }
    } else if needsPast(index) {
      guard hasSamePast(index, of: event.object.index, in: state) else { return false }
    } else if !isPossible(index, event, in: state) {
      return false
    }
    return canRetakeLock(index, event, in: state)
  }

  /// Whether its thread has been forked and its object created.
  func isReached(_ index: Int, in state: ReorderingState) -> Bool {
    for birth in [facts.forks[index], facts.joins[index]] where birth >= 0 {
      if !isDone(birth, in: state) { return false }
    }
    let create = facts.creates[index]
    return create < 0 || isDone(create, in: state)
  }

  func isDone(_ index: Int, in state: ReorderingState) -> Bool {
    Int(state[events[index].thread.index]) > facts.places[index]
  }

  /// Whether exactly what stands before the event in the trace has been done.
  func isAsInTrace(before index: Int, _ state: ReorderingState) -> Bool {
    var done = [Int](repeating: 0, count: programs.count)
    for event in events[..<index] { done[event.thread.index] += 1 }
    return done.indices.allSatisfy { Int(state[$0]) == done[$0] }
  }

  /// Whether only the same past makes it possible.
  func needsPast(_ index: Int) -> Bool {
    isPastOnly[index] || isBroken[events[index].object.index]
  }

  /// Whether exactly those events have been done to the object that come before this one in the trace,
  /// in the same order.
  func hasSamePast(_ index: Int, of object: Int, in state: ReorderingState) -> Bool {
    let history = facts.histories[object]
    let count = Int(state[pastPlaces[object]])
    return count < history.count && history[count] == index
  }

  private func allowsJoin(_ index: Int, _ event: Event, in state: ReorderingState) -> Bool {
    let done = Int(state[event.child.index])
    switch event.result {
    case .success: return done >= facts.childEventsBefore[index]
    case .timeout, .failed:
      // Where it had done everything in the trace as well, it was still about to end.
      return done < facts.childEvents[index]
        || facts.childEvents[index] == facts.childEventsBefore[index]
    case .error: return done == facts.childEventsBefore[index]
    }
  }

  /// Whether the object lets it happen with the outcome that it had.
  private func isPossible(_ index: Int, _ event: Event, in state: ReorderingState) -> Bool {
    // The first one: all others need the same past.
    if event.operation == .create { return true }
    switch kinds[event.object.index] {
    case .variable: return seesSameWriter(index, event, in: state)
    case .lock, .rlock, .rwlock: return isLockPossible(index, event, in: state)
    case .semaphore: return isSemaphorePossible(index, event, in: state)
    case .condition: return isConditionPossible(event, in: state)
    case .event, .future: return isFlagPossible(event, in: state)
    case .barrier: return isBarrierPossible(index, event, in: state)
    case .queue, .pool: return isQueuePossible(index, event, in: state)
    case .undetermined: return true
    }
  }

  private func seesSameWriter(_ index: Int, _ event: Event, in state: ReorderingState) -> Bool {
    guard Self.reads(event) else { return true }
    return Int(state[places[event.object.index]]) == facts.writers[index] + 1
  }
}

// MARK: - What then is

extension ReorderingModel {
  /// The state once the event has been done.
  func state(after index: Int, in state: ReorderingState) -> ReorderingState {
    let event = events[index]
    var state = state
    state[event.thread.index] += 1
    guard event.object.isPresent else { return state }
    if !event.isPending {
      extendPast(of: event.object.index, by: index, &state)
      if facts.locks[index] >= 0 { extendPast(of: facts.locks[index], by: index, &state) }
    }
    guard places[event.object.index] >= 0 else { return state }
    switch kinds[event.object.index] {
    case .variable:
      if Self.writes(event) { state[places[event.object.index]] = UInt8(index + 1) }
    case .condition: advanceCondition(event, &state)
    case .event, .future: advanceFlag(event, &state)
    case .barrier: advanceBarrier(index, event, &state)
    case .queue, .pool: advanceQueue(index, event, &state)
    case .lock, .rlock, .rwlock: advanceHandover(event, &state)
    case .semaphore, .undetermined: break
    }
    return state
  }

  /// Once something has been done out of order, the past is never again that of the trace.
  private func extendPast(of object: Int, by index: Int, _ state: inout ReorderingState) {
    let place = pastPlaces[object]
    guard place >= 0, state[place] != .max else { return }
    state[place] = hasSamePast(index, of: object, in: state) ? state[place] + 1 : .max
  }

  /// Whether it looks at its variable's value.
  static func reads(_ event: Event) -> Bool {
    guard event.operation.isAccess, !event.isPending else { return false }
    switch event.operation {
    case .read, .atomicRead, .atomicUpdate: return true
    default: return event.result != .success
    }
  }

  /// Whether it decides what later reads see.
  static func writes(_ event: Event) -> Bool {
    guard event.isEffective else { return false }
    return [.write, .atomicWrite, .atomicUpdate, .create].contains(event.operation)
  }
}
