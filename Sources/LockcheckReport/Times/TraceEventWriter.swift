public import LockcheckFindings
public import LockcheckTrace

/// A whole trace in the Trace Event Format, for Perfetto and whatever else reads that of Chrome.
///
/// One lane for each thread, with slices for what it waits for and which locks it holds; one for each lock,
/// with slices for who holds it; arrows from the release of a lock to its next acquire by another thread;
/// and a marker at each event of a finding. Takes the events one by one and keeps only what is still open, so
/// that the length of a trace does not matter.
///
/// Holds of one thread need not be nested, but the slices of a lane must: where two would cross, one of them
/// goes to a second lane of the same thread. The same for readers who share a lock.
///
/// - Complexity: An event costs what its thread holds at that moment.
public struct TraceEventWriter {
  /// What one event of a finding means in it.
  private struct Marker {
    var name: String
    var message: String
    var fingerprint: String
  }

  private var page = TraceEventPage()
  private let tables: TraceTables
  private var names: Names
  private let hasTimes: Bool
  /// The numbers of the two groups of lanes, those of threads and those of locks.
  private let processes: (threads: Int, locks: Int)
  private var markers: [Int: [Marker]] = [:]
  private var threads: [ThreadLanes] = []
  private var locks: [ObjectID: LockLanes] = [:]
  private var namedLanes: Set<TraceEventPage.Lane> = []
  private var places: [StackID: String] = [:]
  private var lastTime: UInt64 = 0

  /// Makes a writer.
  ///
  /// - Parameters:
  ///   - report: What was found in the trace.
  ///   - tables: The trace's tables, complete, with the frames resolved that are to be shown by name.
  ///   - hasTimes: Whether the events say when they happened; if not, each takes a microsecond.
  ///   - trace: What the trace is called where there are several.
  ///   - number: Which of several traces it is, from 0.
  public init(
    _ report: Report, tables: TraceTables, hasTimes: Bool, trace: String? = nil, number: Int = 0
  ) {
    self.tables = tables
    self.hasTimes = hasTimes
    names = report.names.knowing(tables)
    processes = (number * 2 + 1, number * 2 + 2)
    for reported in report.findings {
      let rule = reported.finding.rule
      let story = Story(reported, in: report)
      let marker = Marker(
        name: "\(reported.finding.verdict.words): \(rule.code) \(rule.name)",
        message: story.message, fingerprint: "\(reported.fingerprint)")
      for event in Set(reported.finding.steps.map(\.event)) {
        markers[event, default: []].append(marker)
      }
    }
    let of = trace.map { " of \($0)" } ?? ""
    let unit = hasTimes ? "" : ", one event a microsecond"
    page.name(process: processes.threads, "threads\(of)\(unit)")
    page.name(process: processes.locks, "locks\(of)\(unit)")
  }

  /// What has been written since the last time: pieces of one list of events, without its brackets.
  public mutating func take() -> String { page.take() }
}

// MARK: - Events

extension TraceEventWriter {
  /// Takes the next event of the trace.
  public mutating func observe(_ event: Event, at index: Int) {
    guard event.thread.isPresent else { return }
    while threads.count <= event.thread.index { threads.append(ThreadLanes()) }
    let time = time(of: event, at: index)
    mark(event, at: index, time)
    if event.isPending { return begin(event, time) }
    if event.operation.canBlock { endWait(event, time) }
    switch event.operation {
    case .acquire where isLock(event.object) && event.isEffective:
      take(event.object, by: event.thread, event.mode, at: event.stack, time)
    case .release where isLock(event.object): giveBack(event.object, by: event.thread, time)
    case .wait:
      if let (lock, depth) = threads[event.thread.index].givenUp.popLast() {
        take(lock, by: event.thread, .exclusive, at: event.stack, time, depth: depth)
      }
    default: break
    }
  }

  /// Ends what is still open, where the trace ends.
  public mutating func finish() {
    for thread in threads.indices {
      let end = max(lastTime, threads[thread].last + 2)
      while let slice = threads[thread].open.last {
        threads[thread].open.removeLast()
        close(slice, of: ThreadID(thread), at: end, isUnfinished: true)
      }
    }
  }

  /// Nanoseconds; later than all that its thread did before, so that slices nest, with a nanosecond in between
  /// for a marker: a slice that begins together with it would not be found by the arrows.
  private mutating func time(of event: Event, at index: Int) -> UInt64 {
    let recorded = hasTimes ? event.time ?? lastTime : UInt64(index) * 1_000
    let last = threads[event.thread.index].last
    let time = max(recorded, threads[event.thread.index].isNew ? 0 : last + 2)
    threads[event.thread.index].last = time
    threads[event.thread.index].isNew = false
    lastTime = max(lastTime, time)
    return time
  }

  private func isLock(_ object: ObjectID) -> Bool {
    object.isPresent && object.index < tables.objects.count
      && tables.objects.kind(of: object).isLock
  }

  private mutating func mark(_ event: Event, at index: Int, _ time: UInt64) {
    guard let here = markers[index] else { return }
    let lane = lane(of: event.thread)
    for marker in here {
      page.marker(
        marker.name, on: lane, at: time + 1,
        [
          ("message", marker.message), ("finding", marker.fingerprint),
          ("at", place(of: event.stack)), ("event", "\(index)"),
        ])
    }
  }
}

// MARK: - Waits

extension TraceEventWriter {
  private mutating func begin(_ event: Event, _ time: UInt64) {
    guard event.operation.canBlock else { return }
    giveUpLock(event, time)
    let target = event.operation.namesThread ? name(of: event.child) : name(of: event.object)
    threads[event.thread.index].open.append(
      OpenSlice(
        kind: .wait(event.operation), object: event.object, name: "wait \(target)", begin: time,
        stack: event.stack))
  }

  /// A wait on a condition gives its lock up.
  private mutating func giveUpLock(_ event: Event, _ time: UInt64) {
    guard event.operation == .wait, event.object.isPresent,
      event.object.index < tables.objects.count,
      tables.objects.kind(of: event.object) == .condition
    else { return }
    let lock = event.lock.isPresent ? event.lock : tables.objects[event.object].lock ?? .absent
    guard isLock(lock) else { return }
    let thread = event.thread
    guard let depth = threads[thread.index].hold(of: lock)?.depth else { return }
    threads[thread.index].givenUp.append((lock, depth))
    endHold(of: lock, by: thread, time)
  }

  private mutating func endWait(_ event: Event, _ time: UInt64) {
    let thread = event.thread.index
    guard
      let place = threads[thread].open.lastIndex(where: { slice in
        if case .wait(event.operation) = slice.kind { slice.object == event.object } else { false }
      })
    else { return }
    let slice = threads[thread].open.remove(at: place)
    close(slice, of: event.thread, at: time, result: event.result)
  }
}

// MARK: - Holds

extension TraceEventWriter {
  private mutating func take(
    _ lock: ObjectID, by thread: ThreadID, _ mode: LockMode, at stack: StackID, _ time: UInt64,
    depth: Int = 1
  ) {
    if threads[thread.index].deepen(lock) { return }
    let lanes = locks[lock, default: LockLanes()].enter(at: time)
    var slice = OpenSlice(
      kind: .hold(depth: depth), object: lock, name: "hold \(name(of: lock))", begin: time,
      stack: stack)
    slice.isShared = mode == .shared
    slice.lockLane = lanes.lane
    slice.lockBegin = lanes.begin
    slice.cause = locks[lock]?.lastRelease.flatMap { $0.thread == thread ? nil : $0 }
    threads[thread.index].open.append(slice)
  }

  /// Ends one level of a hold; of another thread's where this one has none.
  private mutating func giveBack(_ lock: ObjectID, by thread: ThreadID, _ time: UInt64) {
    if threads[thread.index].undeepen(lock) { return }
    if threads[thread.index].hold(of: lock) != nil {
      return endHold(of: lock, by: thread, time)
    }
    guard let owner = threads.indices.first(where: { threads[$0].hold(of: lock) != nil }) else {
      return
    }
    if threads[owner].undeepen(lock) { return }
    let end = max(time, threads[owner].last + 2)
    threads[owner].last = end
    endHold(of: lock, by: ThreadID(owner), end)
  }

  private mutating func endHold(of lock: ObjectID, by thread: ThreadID, _ time: UInt64) {
    guard let slice = threads[thread.index].removeHold(of: lock) else { return }
    close(slice, of: thread, at: time)
  }

  /// Writes a slice, now that its end is known, and says of those that it crosses where they cannot go.
  private mutating func close(
    _ slice: OpenSlice, of thread: ThreadID, at time: UInt64, result: Event.Result = .success,
    isUnfinished: Bool = false
  ) {
    let number = threads[thread.index].settle(slice)
    let lane = lane(of: thread, number)
    var details = [("at", place(of: slice.stack))]
    if result != .success { details.append(("result", "\(result)")) }
    if isUnfinished { details.append(("unfinished", "the trace ends here")) }
    guard case .hold = slice.kind else {
      page.slice(slice.name, "wait", on: lane, from: slice.begin, to: time, details)
      return
    }
    if slice.isShared { details.append(("mode", "shared")) }
    page.slice(slice.name, "hold", on: lane, from: slice.begin, to: time, details)
    if let cause = slice.cause { page.arrow(from: cause.lane, cause.time, to: lane, slice.begin) }
    let lockLane = self.lane(of: slice.object, slice.lockLane)
    page.slice(
      name(of: thread), "hold", on: lockLane, from: slice.lockBegin,
      to: max(time, slice.lockBegin + 1), details)
    locks[slice.object]?.leave(
      slice.lockLane, at: max(time, slice.lockBegin + 1),
      LockLanes.Release(thread: thread, lane: lane, time: slice.begin))
  }
}

// MARK: - Names

extension TraceEventWriter {
  private mutating func lane(of thread: ThreadID, _ number: Int = 0) -> TraceEventPage.Lane {
    let lane = TraceEventPage.Lane(
      process: processes.threads, number: thread.index * ThreadLanes.limit + number + 1)
    if namedLanes.insert(lane).inserted {
      page.name(lane, name(of: thread) + (number > 0 ? " (\(number + 1))" : ""))
    }
    return lane
  }

  private mutating func lane(of lock: ObjectID, _ number: Int) -> TraceEventPage.Lane {
    let lane = TraceEventPage.Lane(
      process: processes.locks, number: lock.index * ThreadLanes.limit + number + 1)
    if namedLanes.insert(lane).inserted {
      page.name(lane, name(of: lock) + (number > 0 ? " (\(number + 1))" : ""))
    }
    return lane
  }

  private mutating func name(of thread: ThreadID) -> String {
    names.mention(thread)
    return names[thread]
  }

  private mutating func name(of object: ObjectID) -> String {
    names.mention(object)
    return names[object]
  }

  private mutating func place(of stack: StackID) -> String {
    guard stack.isPresent else { return "" }
    if let known = places[stack] { return known }
    let frame = tables.frames(of: stack).telling.first
    let place = frame?.place ?? ""
    let text = frame?.function.map { $0 == place ? place : "\($0) at \(place)" } ?? place
    places[stack] = text
    return text
  }
}
