import LockcheckTrace

/// The rules of `Docs/reordering.md`, one function for each of its sections on events.
extension WitnessChecker {
  typealias Rule = WitnessFlaw.Rule

  /// Does the next event of a schedule.
  ///
  /// - Returns: The rule that it breaks, if it does; the state is then of no more use.
  func rule(brokenBy event: Event, _ index: Int, after state: inout ScheduleState) -> Rule? {
    if let rule = ruleOfBeing(event, index, state) { return rule }
    if let rule = ruleOfThreads(event, index, state) { return rule }
    if event.operation.namesObject {
      if let rule = ruleOfVariables(event, index, state) { return rule }
      if let rule = ruleOfObject(event, index, &state) { return rule }
      if let rule = ruleOfLock(event, index, &state) { return rule }
    }
    state.note(index, by: facts.known(event.thread))
    if event.isSeen { state.noteWrite(index, to: facts.known(event.object)) }
    return nil
  }

  /// Program order, and that there are a thread and an object.
  func ruleOfBeing(_ event: Event, _ index: Int, _ state: ScheduleState) -> Rule? {
    let thread = facts.known(event.thread)
    if facts.previous(of: index) != state.last(of: thread) { return .programOrder }
    let births = [facts.fork(of: thread, before: index), facts.join(of: thread, before: index)]
      .compactMap(\.self)
    if births.contains(where: { !isDone($0, state) }) { return .threadNotThere }
    guard event.operation.namesObject else { return nil }
    for object in [facts.known(event.object), facts.lock(of: event)] {
      if let object, let creation = facts.creation(of: object, before: index),
        !isDone(creation, state)
      {
        return .objectNotThere
      }
    }
    return nil
  }

  /// Forks and joins.
  private func ruleOfThreads(_ event: Event, _ index: Int, _ state: ScheduleState) -> Rule? {
    guard event.operation.namesThread, !event.isPending else { return nil }
    let child = facts.known(event.child)
    if event.operation == .fork {
      // What a fork that was refused depends on is not known.
      let isAsInTrace = state.count == index && state.highest == index - 1
      return event.result == .success || isAsInTrace ? nil : .otherPast
    }
    if let fork = facts.fork(of: child, before: index), !isDone(fork, state) {
      return .childNotThere
    }
    let (done, doneInTrace) = (state.last(of: child), facts.lastOfChild(before: index))
    switch event.result {
    case .success: return (done ?? -1) >= (doneInTrace ?? -1) ? nil : .childNotDone
    case .error: return done == doneInTrace ? nil : .otherPast
    // Where it had done everything in the trace as well, it was still about to end.
    case .timeout, .failed:
      let last = facts.last(of: child)
      return done != last || doneInTrace == last ? nil : .childDone
    }
  }

  /// What is seen, and what has to be as in the trace.
  private func ruleOfVariables(_ event: Event, _ index: Int, _ state: ScheduleState) -> Rule? {
    guard event.seesWrites else { return nil }
    let isSame = state.written(facts.known(event.object)) == facts.source(of: index)
    return isSame ? nil : .otherValue
  }

  /// What the object of the event allows.
  func ruleOfObject(_ event: Event, _ index: Int, _ state: inout ScheduleState) -> Rule? {
    guard event.leavesMark else { return nil }
    let object = facts.known(event.object)
    let ordinal = facts.ordinal(of: index)
    let isSamePast = state.isSamePast(of: object, before: ordinal)
    state.note(ordinal: ordinal, on: object)
    let isRemade = event.operation == .create && ordinal > 0
    if facts.kind(of: object) == .barrier, facts.unclear.contains(object), !event.isPending {
      // Who had to come before is not known: its arrival need not be in the trace.
      return state.count == index && state.highest == index - 1 ? nil : .otherPast
    }
    if event.operation == .destroy || isRemade || facts.unclear.contains(object) {
      // That a wait begins is nothing that could have gone otherwise.
      return isSamePast || event.isPending ? nil : .otherPast
    }
    if event.operation == .get, event.isEffective,
      let head = state.objects.head(of: object), head != facts.source(of: index)
    {
      return .otherItem
    }
    let step = state.objects.step(
      event, at: index, kind: facts.kind(of: object), facts.details(of: object))
    return rule(of: step, isSamePast)
  }

  /// What the lock of a condition allows when a wait begins or ends.
  func ruleOfLock(_ event: Event, _ index: Int, _ state: inout ScheduleState) -> Rule? {
    guard let lock = facts.lock(of: event) else { return nil }
    let ordinal = facts.lockOrdinal(of: index)
    let isSamePast = state.isSamePast(of: lock, before: ordinal)
    state.note(ordinal: ordinal, on: lock)
    if facts.unclear.contains(lock) { return isSamePast ? nil : .otherPast }
    let step = state.objects.stepLock(
      lock, of: event, kind: facts.kind(of: lock), facts.details(of: lock))
    return rule(of: step, isSamePast)
  }

  private func rule(of step: PermittedStep, _ isSamePast: Bool) -> Rule? {
    switch step {
    case .allowed: nil
    case .withSamePast: isSamePast ? nil : .otherPast
    case .refused(let rule): rule
    }
  }

  /// Whether an event of the trace has been done.
  func isDone(_ index: Int, _ state: ScheduleState) -> Bool {
    guard let event = self.event(index) else { return false }
    // A thread does its events in order: what stands before the last one is done.
    return (state.last(of: facts.known(event.thread)) ?? -1) >= index
  }
}
