import LockcheckTrace

/// An abstract deadlock pattern [Tunç et al. 2023]: for each step of a cycle, the requests that may be
/// that step.
///
/// [Tunç et al. 2023]: https://doi.org/10.1145/3591291
struct AbstractCycle: Sendable {
  /// The requests of one thread.
  struct Requests: Sendable {
    var thread: ThreadID
    /// Where they stand in the trace, in order.
    var places: [Int]
  }

  /// The place of the finding that tells of it.
  var finding: Int
  /// By step, by thread.
  var steps: [[Requests]]

  /// The ways to give each step to a thread of its own, at most `limit`.
  func patterns(limit: Int) -> [[Requests]] {
    var patterns: [[Requests]] = []
    var chosen: [Requests] = []
    var next = [Int](repeating: 0, count: steps.count)
    while true {
      let step = chosen.count
      if step == steps.count {
        patterns.append(chosen)
        if patterns.count == limit { return patterns }
        chosen.removeLast()
        continue
      }
      guard next[step] < steps[step].count else {
        next[step] = 0
        if chosen.popLast() == nil { return patterns }
        continue
      }
      let requests = steps[step][next[step]]
      next[step] += 1
      if !chosen.contains(where: { $0.thread == requests.thread }) { chosen.append(requests) }
    }
  }
}
