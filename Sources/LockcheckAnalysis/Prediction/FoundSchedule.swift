/// A schedule that a predictor found: the beginning of the trace as it stands, and what comes after it.
struct FoundSchedule: Sendable {
  /// How many of the trace's first events are its beginning.
  var start = 0
  /// The places of the events after it, in the order in which they are done.
  var events: [Int]

  /// Runs of at most as many events are told from their first event on; in longer ones, what comes
  /// before the first of the steps is left as it was, where that is possible.
  static let longRun = 10_000
}

extension RunIndex {
  /// The schedule that a closure stands for: its events in the order of the trace.
  ///
  /// - Parameter steps: What is to be next when it is over.
  /// - Complexity: That of sorting the events after the beginning.
  func schedule(of closure: SyncPreservingClosure, before steps: [Int]) -> FoundSchedule {
    let first = steps.min() ?? 0
    if history.count > FoundSchedule.longRun {
      var wider = closure
      wider.raiseAll(before: first, in: self)
      let isWide = wider.close(in: self)
      if isWide, steps.allSatisfy({ wider[thread(of: $0)] == Int(position[$0]) }) {
        return FoundSchedule(start: first, events: schedule(wider.included, from: first))
      }
    }
    return FoundSchedule(events: schedule(closure.included, from: 0))
  }

  /// The schedule of as few events as can be, in the order of the trace; nil where that order does not lead
  /// to the steps.
  ///
  /// - Complexity: That of the closure, and of sorting its events.
  func leastSchedule(before steps: [Int]) -> FoundSchedule? {
    var closure = SyncPreservingClosure(threadCount: threadCount)
    for step in steps { closure.raise(before: step, in: self) }
    guard closure.close(in: self),
      steps.allSatisfy({ closure[thread(of: $0)] == Int(position[$0]) })
    else { return nil }
    return FoundSchedule(events: schedule(closure.included, from: 0))
  }

  /// The events of a set from one place to before another, in the order of the trace.
  ///
  /// - Complexity: That of sorting them.
  func schedule(
    _ included: ContiguousArray<UInt32>, from first: Int, before end: Int = .max
  ) -> [Int] {
    var places: [Int] = []
    for thread in included.indices {
      var position = first == 0 ? 0 : Int(count(of: thread, before: first))
      while position < Int(included[thread]) {
        let place = place(of: thread, at: position)
        if place >= end { break }
        places.append(place)
        position += 1
      }
    }
    places.sort()
    return places
  }
}
