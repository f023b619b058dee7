import LockcheckTrace

/// Whether nobody can go on: see "Nobody can go on" in `Docs/reordering.md`.
extension WitnessChecker {
  func flaw(inHang steps: [Int], after state: ScheduleState) -> WitnessFlaw? {
    guard !steps.isEmpty else { return flaw(.noCycle, -1) }
    var waiting: [ThreadID: Int] = [:]
    for index in steps {
      guard let event = self.event(index) else { return flaw(.noSuchEvent, index) }
      guard waiting.updateValue(index, forKey: facts.known(event.thread)) == nil else {
        return flaw(.oneThread, index)
      }
    }
    for index in steps {
      if let rule = rule(ofHanging: index, among: waiting, state) { return flaw(rule, index) }
    }
    return flaw(inRest: waiting, after: state)
  }

  private func rule(
    ofHanging index: Int, among waiting: [ThreadID: Int], _ state: ScheduleState
  ) -> Rule? {
    guard var event = self.event(index) else { return .noSuchEvent }
    let hasBegun = event.isPending && event.operation == .wait
    if hasBegun {
      let thread = facts.known(event.thread)
      let isLast = state.last(of: thread) == index && facts.last(of: thread) == index
      guard isLast else { return .cannotBlock }
      if let rule = ruleOfObjects(event) { return rule }
    } else if let rule = ruleOfNext(event, index, state) {
      return rule
    }
    if event.operation == .join {
      guard let next = waiting[facts.known(event.child)] else { return .waitsForAnother }
      return rule(ofWaiting: index, for: next, state)
    }
    // Who has not come to a barrier yet would come first, and others may go on by that.
    let hasCome = hasBegun || facts.previous(of: index).flatMap(self.event)?.isPending ?? false
    if facts.kind(of: facts.known(event.object)) == .barrier, !hasCome { return .cannotBlock }
    event.isPending = false
    return rule(ofDoing: event, index, among: waiting, state)
  }

  /// What would have to be said if the thread went on.
  private func rule(
    ofDoing event: Event, _ index: Int, among waiting: [ThreadID: Int], _ state: ScheduleState
  ) -> Rule? {
    var state = state
    let isPatient = isWholehearted(event, index)
    if let rule = ruleOfObject(event, index, &state) {
      return isPatient && Self.holdsUp.contains(rule) ? nil : .cannotBlock
    }
    // However a wait ends, its lock is taken again before.
    if ruleOfLock(event, index, &state) == .lockHeld { return nil }
    let isBehind = isPatient && isBehindWriter(event, among: waiting)
    return isBehind ? nil : .goesOn
  }

  /// What keeps a thread waiting, for as long as nobody else does anything.
  private static var holdsUp: Set<Rule> {
    [
      .lockHeld, .tooFewPermits, .notWoken, .flagDown, .roundNotFull, .queueFull, .queueEmpty,
      .tasksOpen,
    ]
  }

  /// Whether a reader has to let a writer go first that waits, too.
  private func isBehindWriter(_ event: Event, among waiting: [ThreadID: Int]) -> Bool {
    let lock = facts.known(event.object)
    guard event.operation == .acquire, event.mode == .shared,
      facts.details(of: lock).preference == .writer
    else { return false }
    return waiting.values.contains { index in
      guard let other = self.event(index) else { return false }
      return other.operation == .acquire && other.mode == .exclusive && other.thread != event.thread
        && facts.known(other.object) == lock
    }
  }

  /// Every thread that is not among those that wait has to be over, or not there yet.
  private func flaw(
    inRest waiting: [ThreadID: Int], after state: ScheduleState
  ) -> WitnessFlaw? {
    var next: [ThreadID: Int] = [:]
    for index in 0..<facts.count {
      guard let thread = event(index).map({ facts.known($0.thread) }) else { continue }
      if waiting[thread] == nil, next[thread] == nil, index > (state.last(of: thread) ?? -1) {
        next[thread] = index
      }
    }
    for number in 0..<threadCount {
      let thread = ThreadID(number)
      if waiting[thread] != nil { continue }
      if let index = next[thread] {
        guard let fork = facts.fork(of: thread, before: index), !isDone(fork, state),
          (state.last(of: thread) ?? -1) < fork
        else { return flaw(.someoneGoesOn, index) }
      } else if let last = facts.last(of: thread) {
        let isJoined = (facts.join(of: thread, before: .max) ?? -1) > last
        guard isJoined || event(last)?.operation == .exit else { return flaw(.someoneGoesOn, last) }
      } else {
        // It does nothing in the trace: it may be there from the start, and do anything.
        guard let fork = facts.fork(of: thread, before: .max), !isDone(fork, state) else {
          return flaw(.someoneGoesOn, -1)
        }
      }
    }
    return nil
  }
}
