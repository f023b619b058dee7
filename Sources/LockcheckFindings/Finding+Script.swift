public import LockcheckTrace

extension Finding {
  /// The way into the predicted state, for a run of the same program under a scheduler.
  ///
  /// - Parameter events: The trace's events; only needed where the witness does not have each by itself, as
  ///   those of long traces do not.
  /// - Returns: Nil where there is no witness, it needs the events, or a thread of it was not started in the
  ///   trace.
  /// - Complexity: O(events of the witness).
  public func script(in events: [Event]? = nil) -> Script? {
    guard !witness.isEmpty, let schedule = wholeWitness(events) else { return nil }
    let ends = waits.isEmpty ? steps : waits
    var cast = ScriptCast(schedule, ends)
    guard let last = ends.mapAll({ cast.entry($0.thread, $0.operation, $0.object) }) else {
      return nil
    }
    var script = Script(threads: [], steps: [], last: last, goal: scriptGoal)
    let isCompleted = schedule.completions
    for (place, event) in schedule.enumerated() {
      guard let (operation, object) = event.deed(isCompleted: isCompleted[place]) else { continue }
      guard let entry = cast.entry(event.thread, operation, object) else { return nil }
      script.steps.append(entry)
    }
    script.threads = cast.threads
    return script
  }

  /// What shows that it has come true.
  private var scriptGoal: Script.Goal {
    if !waits.isEmpty || rule.kind == .deadlock { return .stuck }
    return rule.kind == .race && steps.count == 2 && steps.allSatisfy(\.operation.isAccess)
      ? .meeting : .end
  }

  /// The witness from the beginning, event by event.
  private func wholeWitness(_ events: [Event]?) -> [ScheduledEvent]? {
    let isWhole = witnessStart == 0 && witness.allSatisfy { $0.index == $0.through }
    if isWhole { return witness }
    guard let events, witness.allSatisfy({ $0.through < events.count }) else { return nil }
    let start = (0..<min(witnessStart, events.count)).map { ScheduledEvent(events[$0], at: $0) }
    return start
      + witness.flatMap { run in
        (run.index...run.through).filter { events[$0].thread == run.thread }
          .map { ScheduledEvent(events[$0], at: $0) }
      }
  }
}

/// Who and what a script names, by its own numbers.
private struct ScriptCast {
  private(set) var threads: [Script.Origin] = []
  private var numbers: [ThreadID: Int] = [:]
  private var objects: [ObjectID: Int] = [:]

  /// Numbers the threads: the one that nobody starts, and then those that known ones start.
  init(_ schedule: [ScheduledEvent], _ steps: [Step]) {
    let started = Set(schedule.lazy.filter { $0.operation == .fork }.map(\.child))
    let root = (schedule.lazy.map(\.thread) + steps.lazy.map(\.thread)).first {
      !started.contains($0)
    }
    guard let root else { return }
    add(root, Script.Origin(parent: nil, ordinal: 0))
    var children: [ThreadID: Int] = [:]
    for event in schedule where event.operation == .fork {
      guard let parent = numbers[event.thread] else { continue }
      add(event.child, Script.Origin(parent: parent, ordinal: children[event.thread, default: 0]))
      children[event.thread, default: 0] += 1
    }
  }

  private mutating func add(_ thread: ThreadID, _ origin: Script.Origin) {
    guard numbers[thread] == nil else { return }
    numbers[thread] = threads.count
    threads.append(origin)
  }

  mutating func entry(
    _ thread: ThreadID, _ operation: Operation, _ object: ObjectID
  ) -> Script.Entry? {
    guard let number = numbers[thread] else { return nil }
    var named: Int?
    if object.isPresent {
      named = objects[object, default: objects.count]
      objects[object] = named
    }
    return Script.Entry(thread: number, operation: operation, object: named)
  }
}

extension ScheduledEvent {
  /// The step of a scheduler that the event stands for; nil where it is none of its own.
  ///
  /// - Parameter isCompleted: Whether the schedule has the end of it, where it is pending.
  fileprivate func deed(isCompleted: Bool) -> (Operation, ObjectID)? {
    switch operation {
    case .start, .begin, .end, .create, .destroy, .dummy, .refused: return nil
    // A wait on a condition gives the lock up when it begins, and takes it when it is over.
    case .wait where lock.isPresent: return isPending ? (.wait, object) : (.acquire, lock)
    // The scheduler waits until the step can be taken.
    case .acquire where isPending: return nil
    default: return isPending && isCompleted ? nil : (operation, object)
    }
  }
}

extension [ScheduledEvent] {
  /// For each event whether it is pending and the same thread's next event is its end.
  fileprivate var completions: [Bool] {
    var result = map { _ in false }
    var pending: [ThreadID: Int] = [:]
    for (place, event) in enumerated() {
      if let before = pending[event.thread] {
        result[before] = !event.isPending && event.operation == self[before].operation
      }
      pending[event.thread] = event.isPending ? place : nil
    }
    return result
  }
}

extension Sequence {
  /// What each element becomes; nil if one becomes nothing.
  fileprivate func mapAll<Other>(_ transform: (Element) -> Other?) -> [Other]? {
    var result: [Other] = []
    for element in self {
      guard let other = transform(element) else { return nil }
      result.append(other)
    }
    return result
  }
}
