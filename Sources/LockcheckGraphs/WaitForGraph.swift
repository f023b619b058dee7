public import LockcheckTrace

/// Who waits for whom, at one moment.
///
/// The OR model of [Knapp 1987] and [Chandy, Misra & Haas 1983]: any one of those that a thread
/// waits for may wake it. A thread is stuck when nobody that runs can be reached from it along waits:
/// then all that it could wait for are stuck too, or have ended. Beside it the AND model, for whoever
/// knows that a thread needs all of them: it is stuck as soon as one of them is, or has ended.
///
/// Pure, so that the analysis of a trace and a watchdog inside a running program can share it.
///
/// [Knapp 1987]: https://doi.org/10.1145/45075.46163
/// [Chandy, Misra & Haas 1983]: https://doi.org/10.1145/357360.357365
public struct WaitForGraph: Sendable {
  /// What a thread does.
  public enum Activity: Sendable, Hashable {
    /// It runs, or will run again by itself: it could do anything.
    case running
    /// It will never do anything again.
    case ended
    /// One of these must do something first.
    case waitingFor([ThreadID])
    /// All of these must do something first.
    case waitingForAll([ThreadID])
    /// Any other thread could end its wait.
    case waitingForAnyone
  }

  /// By thread.
  private var activities: [Activity]

  /// Makes a graph of threads that all run.
  public init(threadCount: Int) {
    activities = [Activity](repeating: .running, count: threadCount)
  }

  /// What the thread does.
  public subscript(thread: ThreadID) -> Activity {
    get { activities[thread.index] }
    set { activities[thread.index] = newValue }
  }

  /// The threads that can never go on: the largest set of waiting threads in which every possible
  /// waker of each has ended or is in the set; one that waits for all of several, as soon as one of
  /// them has ended or is in the set.
  ///
  /// - Complexity: Linear in threads and waits.
  public func stuckThreads() -> [ThreadID] {
    var isLive = activities.map { $0 == .running || $0 == .waitingForAll([]) }
    var worklist = activities.indices.filter { isLive[$0] }
    var waiters = [[Int]](repeating: [], count: activities.count)
    // How many must still be found live before the thread is.
    var needed = [Int](repeating: 1, count: activities.count)
    var anyone: [Int] = []
    for (thread, activity) in activities.enumerated() {
      switch activity {
      case .waitingFor(let wakers): for waker in wakers { waiters[waker.index].append(thread) }
      case .waitingForAll(let wakers):
        needed[thread] = wakers.count
        for waker in wakers { waiters[waker.index].append(thread) }
      case .waitingForAnyone: anyone.append(thread)
      case .running, .ended: break
      }
    }
    while let thread = worklist.popLast() {
      for waiter in waiters[thread] + anyone where !isLive[waiter] {
        needed[waiter] -= 1
        guard needed[waiter] == 0 else { continue }
        isLive[waiter] = true
        worklist.append(waiter)
      }
      anyone.removeAll()
    }
    return activities.indices
      .filter { !isLive[$0] && activities[$0] != .ended }
      .map { ThreadID($0) }
  }

  /// Those of `stuck` that wait for one another, directly or through others, a group for each cycle
  /// or tangle of cycles; a thread that waits for itself alone is a group too.
  ///
  /// - Parameter stuck: What ``stuckThreads()`` says.
  /// - Returns: The groups, and the threads in each, by their numbers.
  /// - Complexity: Linear in threads and waits.
  public func cycles(among stuck: [ThreadID]) -> [[ThreadID]] {
    let isStuck = membership(of: stuck)
    // One more node stands for everyone: n threads that wait for anyone are n edges, not n squared.
    let everyone = activities.count
    var edges = stuck.map { (from: everyone, to: $0.index) }
    for thread in stuck {
      switch self[thread] {
      case .waitingFor(let wakers), .waitingForAll(let wakers):
        for waker in wakers where isStuck[waker.index] {
          edges.append((thread.index, waker.index))
        }
      case .waitingForAnyone: edges.append((thread.index, everyone))
      case .running, .ended: break
      }
    }
    let graph = DirectedGraph(nodeCount: everyone + 1, edges: edges)
    let components = StronglyConnectedComponents(of: graph)
    var groups: [Int: [ThreadID]] = [:]
    for thread in stuck { groups[components.component[thread.index], default: []].append(thread) }
    return groups.values
      .filter { $0.count > 1 || waitsForItself($0[0]) }
      .sorted { $0[0] < $1[0] }
  }

  /// Those of `stuck` that `thread` waits for, by their numbers.
  ///
  /// - Complexity: Linear in those it waits for, apart from the sorting: all of `stuck` where that is
  ///   anyone.
  public func wakers(of thread: ThreadID, among stuck: Set<ThreadID>) -> [ThreadID] {
    switch self[thread] {
    case .waitingFor(let wakers), .waitingForAll(let wakers):
      return wakers.filter(stuck.contains).sorted()
    case .waitingForAnyone: return stuck.filter { $0 != thread }.sorted()
    case .running, .ended: return []
    }
  }

  private func waitsForItself(_ thread: ThreadID) -> Bool {
    switch self[thread] {
    case .waitingFor(let wakers), .waitingForAll(let wakers): wakers.contains(thread)
    case .waitingForAnyone, .running, .ended: false
    }
  }

  private func membership(of threads: [ThreadID]) -> [Bool] {
    var isMember = [Bool](repeating: false, count: activities.count)
    for thread in threads { isMember[thread.index] = true }
    return isMember
  }
}
