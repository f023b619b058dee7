import LockcheckTrace

// MARK: - What goes wrong in a state

extension ReorderingModel {
  /// Adds the conflicting accesses among the next events.
  func addRaces(
    among next: [Int], in state: ReorderingState, to pairs: inout Set<Reorderings.Pair>
  ) {
    for one in next.indices where next[one] >= 0 && facts.isAccess[next[one]] {
      for other in next.indices where other > one && next[other] >= 0 {
        guard facts.isAccess[next[other]], conflict(next[one], next[other]),
          isDue(next[one], in: state), isDue(next[other], in: state)
        else { continue }
        pairs.insert(Reorderings.Pair(next[one], next[other]))
      }
    }
  }

  private func conflict(_ one: Int, _ other: Int) -> Bool {
    let (a, b) = (events[one], events[other])
    guard a.object == b.object, Self.writes(a) || Self.writes(b) else { return false }
    let isAtomic = { (event: Event) in event.operation != .read && event.operation != .write }
    return !(isAtomic(a) && isAtomic(b))
  }

  /// Whether an access could be done if it were not for the value that it reads.
  private func isDue(_ index: Int, in state: ReorderingState) -> Bool {
    isReached(index, in: state)
      && (!needsPast(index) || hasSamePast(index, of: events[index].object.index, in: state))
  }

  /// Adds the cycles of threads that wait for one another at their next events.
  func addDeadlocks(
    among next: [Int], in state: ReorderingState, to cycles: inout Set<[Int]>
  ) {
    var waitsFor: [[Int]] = []
    var waiting = 0
    for index in next {
      waitsFor.append(index >= 0 && facts.canWait[index] ? blockers(of: index, in: state) : [])
      if !waitsFor[waitsFor.count - 1].isEmpty { waiting += 1 }
    }
    guard waiting > 1 else { return }
    var paths = next.indices.map { [$0] }
    while let path = paths.popLast() {
      for thread in waitsFor[path[path.count - 1]] {
        if thread == path[0], path.count > 1 {
          cycles.insert(Reorderings.cycle(path.map { next[$0] }))
        } else if thread > path[0], !path.contains(thread) {
          paths.append(path + [thread])
        }
      }
    }
  }
}

extension Reorderings {
  /// The cycle, from the event that stands first in the trace.
  public static func cycle(_ events: [Int]) -> [Int] {
    guard let first = events.min(), let place = events.firstIndex(of: first) else { return events }
    return Array(events[place...] + events[..<place])
  }
}

// MARK: - One schedule

/// A schedule that the rules do not allow.
public struct ScheduleFault: Error, CustomStringConvertible, Equatable {
  /// What is wrong with it.
  public let description: String
}

extension ReorderingModel {
  /// Replays a schedule, given by the places of its events in the trace.
  ///
  /// - Returns: What goes wrong in the state that it ends in: nothing else is reached by it.
  /// - Throws: Which event is not allowed where it stands.
  public func outcome(of schedule: [Int]) throws(ScheduleFault) -> Reorderings.Reach {
    var state = start
    for (number, index) in schedule.enumerated() {
      guard events.indices.contains(index), nextEvents(in: state).contains(index) else {
        throw ScheduleFault(description: "event \(index), number \(number): not its thread's next")
      }
      guard allows(index, in: state) else {
        throw ScheduleFault(description: "event \(index), number \(number): not allowed there")
      }
      state = self.state(after: index, in: state)
    }
    var reach = Reorderings.Reach()
    reach.stateCount = 1
    let next = nextEvents(in: state)
    addRaces(among: next, in: state, to: &reach.racePairs)
    addDeadlocks(among: next, in: state, to: &reach.deadlocks)
    addHang(in: state, to: &reach.hangs)
    return reach
  }
}
