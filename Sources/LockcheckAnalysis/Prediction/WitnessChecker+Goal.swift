import LockcheckTrace

/// What a schedule leads to: the last section of `Docs/reordering.md`.
extension WitnessChecker {
  func flaw(in goal: WitnessGoal, after state: ScheduleState) -> WitnessFlaw? {
    switch goal {
    case .adjacent(let one, let other): flaw(inPair: [one, other], after: state)
    case .stuck(let steps): flaw(inCycle: steps, after: state)
    case .hung(let steps): flaw(inHang: steps, after: state)
    }
  }

  private func flaw(inPair pair: [Int], after state: ScheduleState) -> WitnessFlaw? {
    var accesses: [Event] = []
    for index in pair {
      guard let event = self.event(index) else { return flaw(.noSuchEvent, index) }
      if let rule = ruleOfNext(event, index, state) { return flaw(rule, index) }
      guard event.operation.isAccess, !event.isPending else { return flaw(.noAccess, index) }
      accesses.append(event)
    }
    let (one, other) = (accesses[0], accesses[1])
    if facts.known(one.thread) == facts.known(other.thread) { return flaw(.oneThread, pair[1]) }
    return conflict(one, other) ? nil : flaw(.noConflict, pair[1])
  }

  private func conflict(_ one: Event, _ other: Event) -> Bool {
    func isPlain(_ event: Event) -> Bool { event.operation == .read || event.operation == .write }
    return one.object == other.object && (one.isSeen || other.isSeen)
      && (isPlain(one) || isPlain(other))
  }

  private func flaw(inCycle steps: [Int], after state: ScheduleState) -> WitnessFlaw? {
    guard steps.count > 1 else { return flaw(.noCycle, steps.first ?? -1) }
    var threads: Set<ThreadID> = []
    for index in steps {
      guard let event = self.event(index) else { return flaw(.noSuchEvent, index) }
      if let rule = ruleOfNext(event, index, state) { return flaw(rule, index) }
      if !threads.insert(facts.known(event.thread)).inserted { return flaw(.oneThread, index) }
    }
    for (place, index) in steps.enumerated() {
      let next = steps[(place + 1) % steps.count]
      if let rule = rule(ofWaiting: index, for: next, state) { return flaw(rule, index) }
    }
    return nil
  }

  /// Whether the event can be what its thread is about to do.
  func ruleOfNext(_ event: Event, _ index: Int, _ state: ScheduleState) -> Rule? {
    ruleOfBeing(event, index, state) ?? ruleOfObjects(event)
  }

  /// Whether it is known how the objects of the event behave.
  func ruleOfObjects(_ event: Event) -> Rule? {
    guard event.operation.namesObject else { return nil }
    let touched = [facts.known(event.object), facts.lock(of: event)].compactMap(\.self)
    return touched.contains(where: facts.unclear.contains) ? .unclearObject : nil
  }

  /// Whether the thread of one event cannot do it before that of another goes on.
  func rule(ofWaiting index: Int, for next: Int, _ state: ScheduleState) -> Rule? {
    guard let event = self.event(index), let other = self.event(next) else { return .noSuchEvent }
    let holder = facts.known(other.thread)
    switch event.operation {
    case .acquire:
      let lock = facts.known(event.object)
      guard isWholehearted(event, index), isOwned(lock) else { return .cannotBlock }
      return state.objects.locks.keepsOut(event.mode, of: lock, holder: holder)
        ? nil : .waitsForAnother
    case .wait:
      // However it ends, the lock is taken again before: there is no way round that.
      guard let lock = facts.lock(of: event), !event.isPending, isOwned(lock),
        state.objects.locks.hasGivenUp(lock, facts.known(event.thread))
      else { return .cannotBlock }
      return state.objects.locks.keepsOut(.exclusive, of: lock, holder: holder)
        ? nil : .waitsForAnother
    case .join:
      guard isWholehearted(event, index) else { return .cannotBlock }
      let isChild = facts.known(event.child) == holder
      // Of a thread whose number was used again, only the life that is joined counts.
      let isSameLife = facts.fork(of: holder, before: index) == facts.fork(of: holder, before: next)
      let isToCome = event.isPending || next < index
      return isChild && isSameLife && isToCome ? nil : .waitsForAnother
    default: return .cannotBlock
    }
  }

  /// Whether it blocks for as long as it takes.
  func isWholehearted(_ event: Event, _ index: Int) -> Bool {
    event.attempt == .blocking && event.result == .success && !facts.halfHearted.contains(index)
  }

  /// Whether it is a lock that only its holder can release.
  private func isOwned(_ lock: ObjectID) -> Bool {
    facts.kind(of: lock).isLock && facts.details(of: lock).handover != true
  }
}
