import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

@testable import LockcheckAnalysis

/// Waits, holds and convoys against a plain look at the whole trace.
@Suite struct `Waits and holds` {
  static func run(_ seed: UInt64) -> Trace {
    RandomQueue.make(
      seed: seed, threads: 3 + Int(seed % 3), locks: 1 + Int(seed % 2),
      events: 40 + Int(seed % 4) * 40)
  }

  @Test(arguments: 0..<500 as Range<UInt64>)
  func `are those of the definition`(seed: UInt64) {
    let trace = Self.run(seed)
    let plain = PlainTimes(trace)
    let times = times(trace)
    var waits: [PlainTimes.Site: [UInt64]] = [:]
    var holds = waits
    for site in times.sites {
      let key = PlainTimes.Site(lock: site.lock, stack: site.stack)
      #expect(TimeSpent(of: plain.waits[key] ?? []) == site.waits, "seed \(seed)")
      #expect(TimeSpent(of: plain.holds[key] ?? []) == site.holds, "seed \(seed)")
      #expect(TimeSpent(of: plain.waitedHolds[key] ?? []) == site.waitedHolds, "seed \(seed)")
      waits[key] = plain.waits[key]
      holds[key] = plain.holds[key]
    }
    #expect(waits == plain.waits && holds == plain.holds, "seed \(seed)")
  }

  @Test(arguments: 0..<500 as Range<UInt64>)
  func `queue as the definition says`(seed: UInt64) {
    let trace = Self.run(seed)
    let plain = PlainTimes(trace)
    let times = times(trace)
    for (place, lock) in times.lockIDs.enumerated() {
      var queue = times.locks[place].queue
      queue.end()
      let convoys = plain.convoys(on: lock)
      #expect(queue.convoys == convoys.count, "seed \(seed)")
      #expect(queue.longest?.count ?? 0 == convoys.map(\.count).max() ?? 0, "seed \(seed)")
      let first = convoys.first { $0.count == queue.longest?.count }?.first
      #expect(queue.longest?.first.first?.index == first, "seed \(seed)")
    }
  }

  @Test func `of random runs have convoys and none`() {
    let counts = (0..<200 as Range<UInt64>).map { seed in
      PlainTimes(Self.run(seed)).convoys(on: ObjectID(0)).count
    }
    #expect(counts.contains(0) && counts.contains { $0 > 0 })
  }

  @Test func `end with a wait on a condition, and begin again after it`() {
    var trace = trace(
      """
      objects: C condition(L)
      T1: acq(L) wait(C)?               wait(C) rel(L)
      T2:                 acq(L) rel(L)
      """)
    for place in trace.events.indices { trace.events[place].time = UInt64(place * 10) }
    let holds = times(trace).sites.map(\.holds)
    // From 0 to 10 and from 40 to 50 by the first thread, from 20 to 30 by the second.
    #expect(holds.reduce(0) { $0 + $1.total } == 30)
    #expect(holds.reduce(0) { $0 + $1.count } == 3)
  }

  @Test func `of a lock that another thread gives back are its owner's`() {
    var trace = trace("objects: K lock(handover)\nT1: acq(K)@f\nT2:          rel(K)@g")
    for place in trace.events.indices { trace.events[place].time = UInt64(place * 10) }
    let sites = times(trace).sites
    #expect(sites.map(\.holds.total) == [10])
    #expect(sites.first?.longestHold?.begin.event.thread == ThreadID(0))
  }

  private func times(_ trace: Trace) -> LockTimes {
    var times = LockTimes()
    for (index, event) in trace.events.enumerated() {
      times.observe(event, at: index, in: trace.tables)
    }
    return times
  }
}

@Suite struct `Where the time goes` {
  @Test func `is found at these thresholds and not below`() {
    // Two waits of 0.5 ms each in 10 ms are 1 ms, a tenth of the run.
    #expect(found(waits: [500_000, 500_000], span: 10_000_000) == [.contention])
    #expect(found(waits: [500_000, 499_999], span: 10_000_000) == [])
    #expect(found(waits: [500_000, 500_000], span: 10_000_001) == [.contention])
    #expect(found(waits: [500_000, 500_000], span: 10_000_010) == [])
    #expect(found(waits: [1_000_000], span: 10_000_000) == [])
    #expect(found(holds: [100_000_000]) == [.longHold])
    #expect(found(holds: [99_999_999]) == [])
  }

  @Test func `is a warning where the trace has no times`() {
    let result = analyze(trace("T1: acq(A) rel(A)"), with: [ContentionDetector()])
    #expect(result.findings.isEmpty)
    #expect(result.warnings.map(\.kind) == [.noTimes])
  }

  @Test func `is not looked for unless asked for`() {
    #expect(Rule.usual.allSatisfy { $0.kind != .performance })
    #expect(Rule.selected(by: "performance") == [.contention, .longHold, .convoy])
  }

  /// The rules that a run breaks in which these waits and holds follow one another.
  private func found(
    waits: [UInt64] = [], holds: [UInt64] = [], span: UInt64 = 0
  ) -> [Rule] {
    var trace = trace("T1: acq(A)\nT2: dummy")
    trace.events = []
    var now: UInt64 = 0
    func emit(_ operation: Operation, _ wait: UInt64, isPending: Bool = false) {
      now += wait
      var event = Event(operation, by: ThreadID(0), on: ObjectID(0))
      event.isPending = isPending
      event.time = now
      trace.events.append(event)
    }
    for wait in waits {
      emit(.acquire, 0, isPending: true)
      emit(.acquire, wait)
      emit(.release, 0)
    }
    for hold in holds {
      emit(.acquire, 0)
      emit(.release, hold)
    }
    emit(.dummy, span - min(span, now))
    return analyze(trace, with: [ContentionDetector()]).findings.map(\.rule)
  }
}

extension TimeSpent {
  fileprivate init(of all: [UInt64]) {
    self.init()
    for one in all { add(one) }
  }
}

/// Every wait and hold of a trace, each looked up in the whole of it.
private struct PlainTimes {
  struct Site: Hashable {
    var lock: ObjectID
    var stack: StackID
  }

  var waits: [Site: [UInt64]] = [:]
  var holds: [Site: [UInt64]] = [:]
  var waitedHolds: [Site: [UInt64]] = [:]
  private let events: [Event]
  /// By event: what ends the hold that it begins.
  private var ends: [Int?] = []

  init(_ trace: Trace) {
    events = trace.events
    for index in events.indices {
      let isAcquire = events[index].operation == .acquire && !events[index].isPending
      ends.append(isAcquire ? end(of: index) : nil)
    }
    for (index, event) in events.enumerated()
    where event.operation == .acquire && !event.isPending {
      let site = Site(lock: event.object, stack: event.stack)
      if let asked = pending(of: index), let from = events[asked].time, let to = event.time {
        waits[site, default: []].append(to - from)
      }
      guard let end = ends[index], let from = event.time, let to = events[end].time else {
        continue
      }
      holds[site, default: []].append(to - from)
    }
    // In the order in which they end.
    for end in events.indices {
      for (index, event) in events.enumerated() where ends[index] == end {
        guard let from = event.time, let to = events[end].time, waiting(event.object, at: end) > 0
        else { continue }
        let site = Site(lock: event.object, stack: event.stack)
        waitedHolds[site, default: []].append(to - from)
      }
    }
  }

  /// The pending half of an acquire: the thread's event before it.
  private func pending(of index: Int) -> Int? {
    let before = (0..<index).last { events[$0].thread == events[index].thread }
    return before.flatMap { events[$0].isPending ? $0 : nil }
  }

  private func depth(of lock: ObjectID, by thread: ThreadID, before index: Int) -> Int {
    events[..<index].reduce(0) { depth, event in
      guard event.thread == thread, event.object == lock, !event.isPending else { return depth }
      return depth + (event.operation == .acquire ? 1 : -1)
    }
  }

  /// What ends the hold that an acquire begins; nil for a re-entry.
  private func end(of index: Int) -> Int? {
    let event = events[index]
    guard depth(of: event.object, by: event.thread, before: index) == 0 else { return nil }
    var depth = 1
    for later in index + 1..<max(events.count, index + 1) {
      let other = events[later]
      guard other.thread == event.thread, other.object == event.object, !other.isPending else {
        continue
      }
      depth += other.operation == .acquire ? 1 : -1
      if depth == 0 { return later }
    }
    return nil
  }

  /// How many threads wait for the lock after an event.
  private func waiting(_ lock: ObjectID, at index: Int) -> Int {
    var latest: [ThreadID: Event] = [:]
    for event in events[...index] { latest[event.thread] = event }
    return latest.values.count { $0.isPending && $0.object == lock }
  }

  /// Rows of turns on a lock that are convoys, by the events of the turns.
  func convoys(on lock: ObjectID) -> [[Int]] {
    let turns = events.indices.filter { index in
      let event = events[index]
      return event.operation == .acquire && !event.isPending && event.object == lock
        && depth(of: lock, by: event.thread, before: index) == 0
    }
    var rows: [[Int]] = [[]]
    for turn in turns {
      let isQueued = pending(of: turn).map { asked in
        (asked..<turn).contains { events[$0].operation == .release && isEnd($0, of: lock) }
      }
      if isQueued ?? false, waiting(lock, at: turn) > 0, isShort(turn) {
        rows[rows.count - 1].append(turn)
      } else {
        rows.append([])
      }
    }
    return rows.filter { row in
      let threads = Dictionary(grouping: row) { events[$0].thread }
      return threads.values.count { $0.count >= 3 } >= 3
    }
  }

  private func isEnd(_ index: Int, of lock: ObjectID) -> Bool {
    events[index].object == lock
      && depth(of: lock, by: events[index].thread, before: index + 1) == 0
  }

  /// Whether a turn is known to be over after a millisecond.
  private func isShort(_ turn: Int) -> Bool {
    guard let end = ends[turn], let from = events[turn].time, let to = events[end].time
    else { return false }
    return to - from <= 1_000_000
  }
}
