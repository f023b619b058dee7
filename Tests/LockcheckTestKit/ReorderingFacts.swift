import LockcheckTrace

/// What follows about the events of a trace from the trace alone; by event, -1 where there is nothing.
struct ReorderingFacts: Sendable {
  /// How many events of its thread come before it.
  private(set) var places: [Int] = []
  /// The fork that its thread needs.
  private(set) var forks: [Int] = []
  /// The join that found its thread at its end before.
  private(set) var joins: [Int] = []
  /// The latest `create` of its object before it.
  private(set) var creates: [Int] = []
  /// The pending event that it completes.
  private(set) var begins: [Int] = []
  /// The lock that a wait on a condition gives up or takes again.
  private(set) var locks: [Int] = []
  /// How many events of its child come before a join.
  private(set) var childEventsBefore: [Int] = []
  /// How many events of its child there are until its number is forked again.
  private(set) var childEvents: [Int] = []
  /// What wrote the value that an access sees.
  private(set) var writers: [Int] = []
  /// The put whose item a get has got.
  private(set) var puts: [Int] = []
  /// The acquires of the same lock that come later in the trace.
  private(set) var laterAcquires: [[Int]] = []
  /// Whether only the same past allows it, whatever else is in the trace.
  private(set) var needsPastAnyway: [Bool] = []
  /// Whether it is an access that has been made.
  private(set) var isAccess: [Bool] = []
  /// Whether it could have waited for another thread for ever.
  private(set) var canWait: [Bool] = []
  /// Whether its thread does nothing more.
  private(set) var isLast: [Bool] = []
  /// By object: the events on it, without the pending ones.
  private(set) var histories: [[Int]]
  /// By object: how many puts there are.
  private(set) var putCounts: [Int]

  init(_ trace: Trace) {
    let events = trace.events
    histories = [[Int]](repeating: [], count: trace.tables.objects.count)
    putCounts = histories.indices.map { object in
      events.count { $0.operation == .put && $0.object == ObjectID(object) }
    }
    isAccess = events.map { $0.operation.isAccess && !$0.isPending }
    canWait = events.map {
      $0.operation.canBlock && $0.attempt == .blocking && $0.result == .success
    }
    var counts = [Int](repeating: 0, count: trace.tables.threads.count)
    var latest = counts.map { _ in -1 }
    for (index, event) in events.enumerated() {
      let own = latest[event.thread.index]
      places.append(counts[event.thread.index])
      begins.append(own >= 0 && Self.completes(event, events[own]) ? own : -1)
      locks.append(Self.lock(of: event, begun: begins[index] >= 0 ? events[own] : nil, trace))
      needsPastAnyway.append(needsPast(index, event, trace))
      creates.append(lastCreate(before: index, of: event, events))
      if !event.isPending {
        if event.object.isPresent { histories[event.object.index].append(index) }
        if locks[index] >= 0 { histories[locks[index]].append(index) }
      }
      counts[event.thread.index] += 1
      latest[event.thread.index] = index
    }
    isLast = events.indices.map { latest[events[$0].thread.index] == $0 }
    forks = events.indices.map { Self.birth(by: .fork, of: $0, events) }
    joins = events.indices.map { Self.birth(by: .join, of: $0, events) }
    for (index, event) in events.enumerated() {
      let (before, all) = Self.childEvents(of: index, event, events)
      childEventsBefore.append(before)
      childEvents.append(all)
      writers.append(
        events[..<index].lastIndex {
          $0.object.isPresent && $0.object == event.object && ReorderingModel.writes($0)
        } ?? -1)
    }
    puts = Self.puts(events)
    laterAcquires = events.indices.map { index in
      guard let lock = acquired(index, trace) else { return [] }
      return events.indices.filter { $0 > index && acquired($0, trace) == lock }
    }
  }

  private static func completes(_ event: Event, _ own: Event) -> Bool {
    !event.isPending && own.isPending && own.operation == event.operation
      && own.object == event.object && own.child == event.child
  }

  private static func lock(of event: Event, begun: Event?, _ trace: Trace) -> Int {
    guard event.operation == .wait, trace.tables.objects.kind(of: event.object) == .condition else {
      return -1
    }
    let lock =
      event.lock.ifPresent ?? trace.tables.objects[event.object].lock ?? begun?.lock ?? .absent
    return lock.isPresent ? lock.index : -1
  }

  /// The lock that an event takes.
  private func acquired(_ index: Int, _ trace: Trace) -> Int? {
    let event = trace.events[index]
    guard !event.isPending else { return nil }
    if locks[index] >= 0 { return locks[index] }
    guard event.operation == .acquire, event.result == .success,
      trace.tables.objects.kind(of: event.object).isLock
    else { return nil }
    return event.object.index
  }

  private func lastCreate(before index: Int, of event: Event, _ events: [Event]) -> Int {
    guard event.object.isPresent else { return -1 }
    return events[..<index].lastIndex {
      $0.operation == .create && $0.object == event.object && !$0.isPending
    } ?? -1
  }

  private func needsPast(_ index: Int, _ event: Event, _ trace: Trace) -> Bool {
    guard event.object.isPresent, !event.isPending else { return false }
    let kind = trace.tables.objects.kind(of: event.object)
    let details = trace.tables.objects[event.object]
    switch event.operation {
    case .destroy: return true
    case .create: return trace.events[..<index].contains { $0.object == event.object }
    // Refused because the queue is closed.
    case .put, .get: return false
    default: break
    }
    if event.result == .error || kind == .undetermined { return true }
    switch kind {
    case .semaphore: return details.value == nil && event.operation == .acquire
    case .condition: return event.operation == .wait && begins[index] < 0
    case .barrier:
      return event.operation == .wait
        && (event.result != .success || (details.parties ?? 0) == 0)
    default: return false
    }
  }

  /// The latest fork, or join, of the thread before the event.
  private static func birth(by operation: Operation, of index: Int, _ events: [Event]) -> Int {
    events[..<index].lastIndex { event in
      event.operation == operation && event.isEffective && event.child == events[index].thread
    } ?? -1
  }

  private static func childEvents(
    of index: Int, _ event: Event, _ events: [Event]
  ) -> (before: Int, all: Int) {
    guard event.operation == .join else { return (0, 0) }
    let again = events[index...].firstIndex {
      $0.operation == .fork && $0.isEffective && $0.child == event.child
    }
    return (
      events[..<index].count { $0.thread == event.child },
      events[..<(again ?? events.count)].count { $0.thread == event.child }
    )
  }

  /// By number, or else by order.
  private static func puts(_ events: [Event]) -> [Int] {
    var found = [Int](repeating: -1, count: events.count)
    var waiting: [ObjectID: [Int]] = [:]
    for (index, event) in events.enumerated() where event.isEffective {
      if event.operation == .put { waiting[event.object, default: []].append(index) }
      guard event.operation == .get, let puts = waiting[event.object] else { continue }
      let place =
        event.item == nil ? puts.indices.first : puts.firstIndex { events[$0].item == event.item }
      if let place { found[index] = waiting[event.object]!.remove(at: place) }
    }
    return found
  }
}
