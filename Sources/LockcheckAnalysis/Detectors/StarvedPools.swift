import LockcheckFindings
import LockcheckGraphs
import LockcheckTrace

/// Pools, among threads that are stuck at the end, of which every worker waits for what only a worker of
/// the pool could do: run a task that is still queued.
///
/// A thread that waits for the future of a queued task waits for any worker of its pool to come free;
/// for that of a task that has been taken, for its worker. With these edges beside those of the
/// ``WaitForGraph``, a pool is starved if a cycle goes through such a wait, and all of its workers
/// lead to it. So two workers in an opposite order of locks are no starved pool, however many tasks
/// are queued behind them.
struct StarvedPools {
  /// One for each group of pools that starve each other, or of one that starves itself.
  private(set) var findings: [Finding] = []
  /// The stuck threads that nothing of this explains; without workers that merely have nothing to do.
  private(set) var others: [ThreadID]

  private let graph: WaitForGraph
  private let isStuck: Set<ThreadID>
  /// The workers of pools that have no more to spare, and tasks that wait for one.
  private var full: [ObjectID: [ThreadID]] = [:]
  /// The worker that runs the task of a future, by the pool and the task's number.
  private var runners: [TaskKey: ThreadID] = [:]
  /// By stuck thread.
  private var waits: [ThreadID: PoolWait] = [:]

  private struct TaskKey: Hashable {
    var pool: ObjectID
    var item: UInt64
  }

  /// What a stuck thread waits for.
  private struct PoolWait {
    var wakers: [ThreadID]
    /// The pool that has to run a queued task first.
    var queuedIn: ObjectID?
  }

  init(_ stuck: [ThreadID], _ graph: WaitForGraph, in run: borrowing Run) {
    self.graph = graph
    isStuck = Set(stuck)
    others = stuck
    guard !stuck.isEmpty else { return }
    others = stuck.filter { !Self.isIdleWorker($0, in: run) }
    findFullPools(in: run)
    guard !full.isEmpty else { return }
    for thread in others { waits[thread] = wait(of: thread, in: run) }
    let groups = starvedGroups(threadCount: run.tables.threads.count)
    for group in groups { findings.append(finding(group, in: run)) }
    others = unexplained(by: groups.flatMap(\.threads))
  }

  /// Whether all that the thread waits for is a task.
  private static func isIdleWorker(_ thread: ThreadID, in run: borrowing Run) -> Bool {
    guard let event = run.pending.entry(of: thread)?.event, event.operation == .get else {
      return false
    }
    return run.tables.objects.kind(of: event.object) == .pool
  }

  private mutating func findFullPools(in run: borrowing Run) {
    let pools = run.states.pools
    for (pool, workers) in pools.workersByPool() {
      guard let limit = run.tables.objects[pool].workers, UInt64(workers.count) >= limit,
        pools.hasQueued(pool), workers.allSatisfy(isStuck.contains)
      else { continue }
      full[pool] = workers
    }
    guard !full.isEmpty else { return }
    for (thread, task) in pools.running {
      if let item = task.item { runners[TaskKey(pool: task.pool, item: item)] = thread }
    }
  }

  private func wait(of thread: ThreadID, in run: borrowing Run) -> PoolWait {
    let plain = PoolWait(wakers: graph.namedWakers(of: thread).filter(isStuck.contains))
    guard let event = run.pending.entry(of: thread)?.event, event.operation == .wait,
      run.tables.objects.kind(of: event.object) == .future
    else { return plain }
    let details = run.tables.objects[event.object]
    guard let pool = details.pool else { return plain }
    if let item = details.externalID.flatMap({ UInt64(exactly: $0) }),
      let runner = runners[TaskKey(pool: pool, item: item)]
    {
      return PoolWait(wakers: isStuck.contains(runner) ? [runner] : [])
    }
    return full[pool].map { PoolWait(wakers: $0, queuedIn: pool) } ?? plain
  }
}

// MARK: - Groups

extension StarvedPools {
  private struct Group {
    var pools: [ObjectID]
    var threads: [ThreadID]
  }

  private func starvedGroups(threadCount: Int) -> [Group] {
    var edges: [(from: Int, to: Int)] = []
    var backward: [ThreadID: [ThreadID]] = [:]
    for thread in others {
      for waker in waits[thread]?.wakers ?? [] {
        edges.append((thread.index, waker.index))
        backward[waker, default: []].append(thread)
      }
    }
    let component = StronglyConnectedComponents(
      of: DirectedGraph(nodeCount: threadCount, edges: edges)
    ).component
    var pools: [Int: Set<ObjectID>] = [:]
    for thread in others {
      guard let pool = waits[thread]?.queuedIn, let workers = full[pool] else { continue }
      let own = component[thread.index]
      if workers.contains(where: { component[$0.index] == own }) {
        pools[own, default: []].insert(pool)
      }
    }
    return pools.keys.sorted().compactMap { number in
      let cycle = others.filter { component[$0.index] == number }
      let leading = Self.reaching(cycle, by: backward)
      let starved = pools[number]!.sorted().filter { (full[$0] ?? []).allSatisfy(leading.contains) }
      guard !starved.isEmpty else { return nil }
      let threads = Set(cycle + starved.flatMap { full[$0] ?? [] })
      return Group(pools: starved, threads: threads.sorted())
    }
  }

  /// Those that `targets` can be reached from, themselves included.
  private static func reaching(
    _ targets: [ThreadID], by backward: [ThreadID: [ThreadID]]
  ) -> Set<ThreadID> {
    var reached = Set(targets)
    var worklist = targets
    while let thread = worklist.popLast() {
      for other in backward[thread] ?? [] where reached.insert(other).inserted {
        worklist.append(other)
      }
    }
    return reached
  }

  /// The threads whose wait would not end even if those of `starved` went on, who could have ended any
  /// wait that anyone could end, nor if a worker came free: what keeps the workers is told of elsewhere.
  private func unexplained(by starved: [ThreadID]) -> [ThreadID] {
    var backward: [ThreadID: [ThreadID]] = [:]
    for thread in others {
      for waker in waits[thread]?.wakers ?? [] { backward[waker, default: []].append(thread) }
    }
    let open = others.filter { !starved.isEmpty && graph[$0] == .waitingForAnyone }
    let queued = others.filter { waits[$0]?.queuedIn != nil }
    let explained = Self.reaching(starved + open + queued, by: backward)
    return others.filter { !explained.contains($0) }
  }

  private func finding(_ group: Group, in run: borrowing Run) -> Finding {
    let members = Set(group.threads)
    var steps: [Step] = []
    for thread in group.threads {
      guard let entry = run.pending.entry(of: thread) else { continue }
      let wakers = (waits[thread]?.wakers ?? []).filter { members.contains($0) && $0 != thread }
      steps.append(
        Step(
          entry.event, at: entry.index, holding: run.held.locks(of: run.held.set(of: thread)),
          waitsFor: wakers))
    }
    let pool = group.pools[0]
    let reason = Reason.poolStarved(pool: pool, workers: UInt64(full[pool]?.count ?? 0))
    return Finding(
      .poolStarvation, .observed, reason, steps: steps, objects: group.pools,
      assumes: run.assumptions.filter { $0 == .incompleteTrace })
  }
}

extension WaitForGraph {
  /// The threads that are known to be the only ones who could end the wait.
  fileprivate func namedWakers(of thread: ThreadID) -> [ThreadID] {
    if case .waitingFor(let wakers) = self[thread] { wakers } else { [] }
  }
}
