import LockcheckTrace

/// Finds, among all instances of a deadlock pattern, one whose threads can stand on their steps at the
/// same time, with the critical sections before them in the order of the trace.
///
/// SPDOffline [Tunç et al. 2023]: the closure of what comes before the steps either holds none of them,
/// and then it is the schedule; or it holds some, and then these, and all earlier ones of their
/// threads, can stand on no later instance either. So cursors move only forward, and the closure only
/// grows: a pattern costs one pass over its instances, however many they are.
///
/// [Tunç et al. 2023]: https://doi.org/10.1145/3591291
struct DeadlockPrediction {
  /// One request for each step of the cycle, and the events that lead there.
  struct Deadlock {
    var steps: [Int]
    var schedule: FoundSchedule
  }

  /// The instances that lie beyond what the closure rules out: a deadlock, if nil is not returned.
  ///
  /// - Complexity: Linear in the instances, and in the events before the last of them.
  static func syncPreserving(
    _ pattern: [AbstractCycle.Requests], in index: borrowing RunIndex
  ) -> Deadlock? {
    var closure = SyncPreservingClosure(threadCount: index.threadCount)
    var cursors = [Int](repeating: 0, count: pattern.count)
    var hasMoved = true
    while hasMoved {
      for (requests, cursor) in zip(pattern, cursors) {
        closure.raise(before: requests.places[cursor], in: index)
      }
      guard closure.close(in: index) else { return nil }
      hasMoved = false
      for step in pattern.indices {
        let places = pattern[step].places
        while Int(index.position[places[cursors[step]]]) < closure[pattern[step].thread.index] {
          cursors[step] += 1
          hasMoved = true
          if cursors[step] == places.count { return nil }
        }
      }
    }
    let steps = zip(pattern, cursors).map { $0.places[$1] }
    return Deadlock(steps: steps, schedule: index.schedule(of: closure, before: steps))
  }
}

extension DeadlockPrediction {
  /// Some instances of a pattern, one request for each step.
  ///
  /// - Returns: The instances, at most `limit`, and whether they are all.
  static func instances(
    of pattern: [AbstractCycle.Requests], limit: Int
  ) -> (steps: [[Int]], isComplete: Bool) {
    var instances: [[Int]] = [[]]
    var isComplete = true
    for requests in pattern {
      // As many of each as there is room for: the first ones and the last ones.
      let room = Swift.max(2, limit / Swift.max(1, instances.count))
      var places = requests.places
      if places.count > room {
        isComplete = false
        places = Array(places.prefix(room - room / 2) + places.suffix(room / 2))
      }
      instances = instances.flatMap { instance in places.map { instance + [$0] } }
      if instances.count > limit {
        isComplete = false
        instances = Array(instances.prefix(limit))
      }
    }
    return (instances, isComplete)
  }
}
