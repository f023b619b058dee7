import LockcheckTrace

extension RunIndex {
  /// What comes before two accesses, of which happens-before orders neither before the other: by happens-before, every
  /// section on a lock before a later one, and by what reads saw.
  ///
  /// The earlier one may be among them: an atomic access without an order tells its thread that something was done, and
  /// puts nothing before what it does next.
  ///
  /// - Returns: Their places, ascending; nil where the later one is among them.
  /// - Complexity: Linear in the events before the later one.
  func past(of earlier: Int, and later: Int) -> [Int]? {
    var needed = ContiguousArray<UInt32>(repeating: 0, count: threadCount)
    var taken: Set<ObjectID> = []
    var past: [Int] = []
    func need(_ place: Int, _ needed: inout ContiguousArray<UInt32>) {
      let thread = thread(of: place)
      needed[thread] = max(needed[thread], position[place] + 1)
    }
    for place in [earlier, later] {
      let thread = thread(of: place)
      needed[thread] = max(needed[thread], position[place])
      for birth in needs(of: place) { need(birth, &needed) }
    }
    for place in (0..<max(earlier, later)).reversed() {
      let event = history[place]
      let locks = self.locks(of: event, at: place)
      // Whoever gives back what is taken later comes before.
      if locks.given.isPresent, taken.contains(locks.given) { need(place, &needed) }
      guard position[place] < needed[event.thread.index] else { continue }
      if place == later { return nil }
      past.append(place)
      if locks.taken.isPresent { taken.insert(locks.taken) }
      // Why something was refused orders nothing: a try that failed goes on at once.
      if event.isEffective || event.operation.isAccess {
        causes.forEach(of: place) { need($0, &needed) }
      }
    }
    past.reverse()
    return past
  }

  /// The locks and semaphores that an event takes and gives back.
  private func locks(of event: Event, at place: Int) -> (taken: ObjectID, given: ObjectID) {
    switch event.operation {
    case .acquire where event.isEffective: return (event.object, .absent)
    case .release: return (.absent, event.object)
    case .wait:
      let lock = event.lock.ifPresent ?? tables.objects[event.object].lock ?? .absent
      return event.isPending ? (.absent, lock) : (lock, .absent)
    default: return (.absent, .absent)
    }
  }
}
