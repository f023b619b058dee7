internal import LockcheckGraphs
internal import LockcheckTrace

/// The threads that can never go on, among those that wait at this moment.
///
/// A thread that waits for a lock needs all its holders, one that joins needs that thread; every other
/// wait could be ended by any thread that is neither stuck nor gone (see ``WaitForGraph``), or, for a
/// task in the queue of a pool, by any such worker. Threads that are idle wake nobody, and are never said
/// to be stuck. Asked under the lock of the live checks, so that no wait begins or ends meanwhile.
struct StuckSearch {
  /// Those that can never go on.
  let stuck: [LiveWait]
  /// Those of them that wait for one another, a group for each tangle.
  let cycles: [[LiveWait]]

  /// Looks at `waits`, which may end by themselves or not.
  ///
  /// - Parameters:
  ///   - isAlive: Whether the process has a thread of that number.
  ///   - someoneRuns: Whether it has a thread, not among the waiting ones that are given, that could
  ///     wake somebody.
  /// - Complexity: Linear in waits and in those they wait for.
  init(
    _ waits: [LiveWait], isAlive: (UInt32) -> Bool, someoneRuns: (_ waiting: Set<UInt32>) -> Bool
  ) {
    let pairs = waits.filter(\.isOpenEnded).map { ($0, $0.blockers) }
      .filter { $0.1 != .nobody }
    let waiting = pairs.map(\.0)
    let index = Dictionary(
      waiting.enumerated().map { ($1.thread, $0) }, uniquingKeysWith: { first, _ in first })
    let runner = waiting.count
    let gone = waiting.count + 1
    var graph = WaitForGraph(threadCount: waiting.count + 2)
    graph[ThreadID(gone)] = .ended
    if !someoneRuns(Set(index.keys)) { graph[ThreadID(runner)] = .ended }
    for (number, (_, blockers)) in pairs.enumerated() {
      switch blockers {
      case .nobody: break
      case .anyone: graph[ThreadID(number)] = .waitingForAnyone
      case .all(let threads):
        let needed = threads.map { index[$0] ?? ($0 == 0 || isAlive($0) ? runner : gone) }
        // A holder that is alive runs, whoever counts for the others.
        graph[ThreadID(number)] = .waitingForAll(
          (needed.contains(gone) ? needed : needed.filter { $0 != runner }).map { ThreadID($0) })
      case .workers(let threads, _):
        let able = threads.map { index[$0] ?? ($0 == 0 || isAlive($0) ? runner : gone) }
        // A worker that is alive and does not wait runs, whoever counts for the others.
        graph[ThreadID(number)] =
          able.contains(runner) ? .running : .waitingFor(able.map { ThreadID($0) })
      }
    }
    let stuckThreads = graph.stuckThreads().filter { !waiting[$0.index].isIdle }
    stuck = stuckThreads.map { waiting[$0.index] }
    cycles = graph.cycles(among: stuckThreads).map { $0.map { waiting[$0.index] } }
  }
}
