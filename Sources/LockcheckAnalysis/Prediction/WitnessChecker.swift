public import LockcheckTrace

/// Decides whether a schedule is a correct reordering of a trace, by the rules of
/// `Docs/reordering.md` and nothing else.
///
/// What a `predicted` finding promises hangs on this: so it is plain, and has no algorithm in common
/// with what finds the schedules. It goes through a schedule event by event, keeps the state that
/// the primitives themselves would keep, and asks of each event whether it would have had the same
/// outcome. It trusts neither the trace nor the schedule: whatever they hold, the answer is a flaw or
/// none.
public struct WitnessChecker<Events: RandomAccessCollection>
where Events.Element == Event, Events.Index == Int {
  let events: Events
  let facts: TraceFacts
  private let tables: TraceTables

  /// Takes a trace in.
  ///
  /// - Complexity: O(events) time; twelve bytes an event.
  public init(_ events: Events, tables: TraceTables) {
    self.events = events
    self.tables = tables
    facts = TraceFacts(events, tables: tables)
  }

  /// The objects whose events in the trace break the rules: nothing is promised that rests on them.
  public var unclearObjects: Set<ObjectID> { facts.unclear }

  /// What keeps the schedule from being a correct reordering that reaches the goal; nil where
  /// nothing does.
  ///
  /// - Parameter schedule: Events by their index, in the order in which they are done.
  /// - Complexity: O(schedule).
  public func flaw(in schedule: [Int], reaching goal: WitnessGoal) -> WitnessFlaw? {
    let (state, flaw) = replay(schedule)
    return flaw ?? self.flaw(in: goal, after: state)
  }

  /// What keeps the schedule from being a correct reordering, wherever it leads.
  ///
  /// - Complexity: O(schedule).
  public func flaw(in schedule: [Int]) -> WitnessFlaw? { replay(schedule).flaw }

  /// What keeps a schedule that begins as the trace does from being a correct reordering that reaches
  /// the goal; nil where nothing does.
  ///
  /// - Parameters:
  ///   - schedule: What comes after the beginning.
  ///   - start: The beginning: see ``advance(_:to:)``.
  /// - Complexity: O(schedule), and a copy of the state of all threads and objects.
  public func flaw(
    in schedule: [Int], after start: WitnessStart, reaching goal: WitnessGoal
  ) -> WitnessFlaw? {
    if let flaw = start.flaw { return flaw }
    let (state, flaw) = replay(schedule, after: start.state)
    return flaw ?? self.flaw(in: goal, after: state)
  }

  /// Goes on in the trace as it stands, until its first `count` events are done.
  ///
  /// - Complexity: O(events gone through).
  public func advance(_ start: inout WitnessStart, to count: Int) {
    while start.count < min(count, facts.count), start.flaw == nil {
      let index = start.count
      if let rule = rule(brokenBy: events[events.startIndex + index], index, after: &start.state) {
        start.flaw = flaw(rule, index, at: index)
      }
      start.count += 1
    }
  }

  private func replay(
    _ schedule: [Int], after start: ScheduleState = ScheduleState()
  ) -> (state: ScheduleState, flaw: WitnessFlaw?) {
    var state = start
    for (position, index) in schedule.enumerated() {
      guard let event = self.event(index) else {
        return (state, flaw(.noSuchEvent, index, at: position))
      }
      if let rule = rule(brokenBy: event, index, after: &state) {
        return (state, flaw(rule, index, at: position))
      }
    }
    return (state, nil)
  }

  /// How many threads the trace names.
  var threadCount: Int { tables.threads.count }

  /// The event of that index, if the trace has one.
  func event(_ index: Int) -> Event? {
    (0..<facts.count).contains(index) ? events[events.startIndex + index] : nil
  }

  func flaw(_ rule: WitnessFlaw.Rule, _ index: Int, at position: Int? = nil) -> WitnessFlaw {
    WitnessFlaw(
      event: index, position: position, action: event(index).map(describe) ?? "", rule: rule)
  }

  private func describe(_ event: Event) -> String {
    func name(_ thread: ThreadID) -> String {
      thread.index < tables.threads.count ? tables[thread].name ?? "T\(thread.rawValue)" : "?"
    }
    var target = ""
    if event.operation.namesThread {
      target = "(\(name(event.child)))"
    } else if event.operation.namesObject {
      let object = facts.known(event.object)
      let id = "\(facts.kind(of: object).name) \(object.rawValue)"
      target = object.isPresent ? "(\(tables.objects.name(of: object) ?? id))" : "(?)"
    }
    return "\(name(event.thread)) \(event.operation.name)\(target)"
  }
}

/// The beginning of a trace as the beginning of schedules, gone through once for all of them.
public struct WitnessStart {
  /// How many events of the trace it holds.
  public fileprivate(set) var count = 0
  fileprivate var state = ScheduleState()
  fileprivate var flaw: WitnessFlaw?

  /// Makes an empty one.
  public init() {}
}
