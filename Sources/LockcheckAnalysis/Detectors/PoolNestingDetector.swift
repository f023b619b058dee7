public import LockcheckFindings
public import LockcheckTrace

/// Finds tasks that wait for tasks of their own pool, in a run in which none of them hung.
///
/// Such a task keeps a worker while it waits. If all workers are kept like that while what they wait
/// for is queued, nobody is left to run it. A wait may lead back to the pool by way of another pool's
/// task. How many workers the tasks on one such way keep is its depth d: ⌈workers ⁄ d⌉ of them at once
/// leave no worker.
///
/// No such wait is one for a task that the same thread submitted earlier: tasks are taken first come,
/// first served, and so it was taken before. Ruled out are tasks that cannot be at it at once: where
/// there are several, the one thread that submits them waits for each before the next, each waits for
/// all that it submits that waits in turn, and the most that one brings with it leaves a worker.
///
/// Of a task whose `put` or whose future's number is not in the trace it knows nothing.
public struct PoolNestingDetector: Detector {
  /// Every operation that its state depends on.
  public let interests: OperationSet = [.put, .get, .taskDone, .wait, .set, .queueJoin, .destroy]
  /// The rules that it can find broken.
  public let rules: [Rule] = [.poolStarvation]

  /// A wait of a task for another one that leads to a task of its own pool.
  struct NestedWait: Sendable {
    /// The pool that may starve.
    var pool: ObjectID
    /// The task that waits, and the one that it waits for, by their places in ``tasks``.
    var waiting: Int
    var awaited: Int
    /// How many workers of the pool the way from here keeps.
    var depth: Int
    var step: Step
  }

  /// All tasks of the run.
  private(set) var tasks = PoolTaskTable()
  /// One for each pool and place in the code, the deepest.
  private(set) var waits: [NestedWait] = []
  private var places: [Place: Int] = [:]
  /// By place: the events of each time.
  private var occurrences: [[[Int]]] = []
  private var counts: [Int] = []
  private var loads: [ObjectID: Load] = [:]

  private struct Place: Hashable {
    var pool: ObjectID
    var stack: StackID
  }

  /// What speaks against several tasks of one pool that wait at once.
  private struct Load: Sendable {
    /// The first wait of the first root, and that of the last.
    var first: Step
    var last: Step
    var roots: Set<Int> = []
    var mostPerRoot = 0
    var isOneAtATime = true
  }

  private static let mostKept = 1000

  /// Makes a detector that has seen nothing yet.
  public init() {}

  /// Takes note of one event.
  public mutating func observe(_ event: Event, at index: Int, in run: borrowing Run) {
    guard event.isEffective else { return }
    let kind = run.tables.objects.kind(of: event.object)
    if kind == .future { return useFuture(event, at: index, in: run) }
    guard kind == .pool else { return }
    switch event.operation {
    case .put: tasks.submit(event, at: index)
    case .get: tasks.begin(event)
    case .taskDone: tasks.end(event)
    case .queueJoin: tasks.awaitAll(of: event.object, by: event.thread)
    default: break
    }
  }

  private mutating func useFuture(_ event: Event, at index: Int, in run: borrowing Run) {
    switch event.operation {
    case .set: tasks.set(event)
    case .destroy: tasks.forget(event.object)
    case .wait:
      guard let awaited = tasks.maker(of: event.object) else { return }
      if isOwn(event.object, of: awaited, in: run) { tasks.await(awaited, by: event.thread) }
      guard event.attempt == .blocking, let waiting = tasks.task(of: event.thread),
        waiting != awaited
      else { return }
      wait(of: waiting, for: awaited, event, at: index, in: run)
    default: break
    }
  }

  /// Whether the future is done when the task is, and not before.
  private func isOwn(_ future: ObjectID, of task: Int, in run: borrowing Run) -> Bool {
    let details = run.tables.objects[future]
    guard let number = details.externalID.flatMap({ UInt64(exactly: $0) }) else { return false }
    return details.pool == tasks[task].pool && number == tasks[task].item
  }

  private mutating func wait(
    of waiting: Int, for awaited: Int, _ event: Event, at index: Int, in run: borrowing Run
  ) {
    let own = tasks[waiting].pool
    // The way goes on where the awaited task has waited itself; or ends in it.
    var ways = tasks[awaited].chains
    let pool = tasks[awaited].pool
    if ways[pool] == nil, !isTakenBefore(awaited, waiting, in: run) { ways[pool] = 0 }
    for (pool, depth) in ways {
      let here = depth + (pool == own ? 1 : 0)
      tasks[waiting].chains[pool] = max(tasks[waiting].chains[pool] ?? 0, here)
    }
    guard let depth = ways[own], run.tables.objects[own].workers != nil else { return }
    let step = run.step(event, at: index)
    let wait = NestedWait(
      pool: own, waiting: waiting, awaited: awaited, depth: depth + 1, step: step)
    keep(wait, at: Place(pool: own, stack: event.stack))
    weigh(wait)
  }

  /// Whether the task has a worker for sure before the other one has.
  private func isTakenBefore(_ task: Int, _ other: Int, in run: borrowing Run) -> Bool {
    let (a, b) = (tasks[task], tasks[other])
    return a.pool == b.pool && a.submitter == b.submitter && a.parent == b.parent && a.put < b.put
      && run.tables.objects[a.pool].isFirstInFirstOut
  }

  private mutating func keep(_ wait: NestedWait, at place: Place) {
    let events = [tasks[wait.awaited].put, wait.step.event]
    guard let number = places[place] else {
      places[place] = waits.count
      waits.append(wait)
      occurrences.append([events])
      counts.append(1)
      return
    }
    counts[number] += 1
    if wait.depth > waits[number].depth {
      waits[number] = wait
      occurrences[number].insert(events, at: 0)
    } else if occurrences[number].count < Self.mostKept {
      occurrences[number].append(events)
    }
  }

  private mutating func weigh(_ wait: NestedWait) {
    let root = tasks[wait.waiting].root
    var load = loads[wait.pool] ?? Load(first: wait.step, last: wait.step)
    if load.roots.insert(root).inserted { load.last = wait.step }
    if tasks[root].pool != wait.pool || !tasks[root].isAlone { load.isOneAtATime = false }
    tasks[root].waitingTasks += 1
    load.mostPerRoot = max(load.mostPerRoot, tasks[root].waitingTasks)
    loads[wait.pool] = load
  }
}

// MARK: - What comes of it

extension PoolNestingDetector {
  /// Says what it found, after the last event.
  public mutating func finish(in run: borrowing Run) -> Detections {
    var detections = Detections()
    var ruledOut: Set<ObjectID> = []
    for pool in loads.keys.sorted() where isRuledOut(pool, in: run) {
      guard let load = loads[pool] else { continue }
      ruledOut.insert(pool)
      let reason = RuledOut.Reason.ordered(earlier: load.first.event, later: load.last.event)
      detections.ruledOut.append(
        RuledOut(.poolStarvation, reason, steps: [load.first, load.last]))
    }
    for (number, wait) in waits.enumerated() where !ruledOut.contains(wait.pool) {
      if run.keepsHistory {
        detections.hangs.append(
          HangPattern(
            finding: detections.findings.count, waits: occurrences[number].map { $0[1] }.sorted()))
      }
      detections.findings.append(finding(wait, number, in: run))
    }
    return detections
  }

  private func isRuledOut(_ pool: ObjectID, in run: borrowing Run) -> Bool {
    guard let load = loads[pool], let workers = run.tables.objects[pool].workers else {
      return false
    }
    return load.roots.count > 1 && load.isOneAtATime && areAwaited(load.roots, of: pool)
      && UInt64(load.mostPerRoot) < workers
  }

  /// Whether all tasks that go back to these and wait themselves, and those in between, have been
  /// waited for by the tasks that submitted them.
  private func areAwaited(_ roots: Set<Int>, of pool: ObjectID) -> Bool {
    tasks.tasks.allSatisfy { task in
      task.parent >= 0
        ? task.isAwaited || !roots.contains(task.root) : task.pool != pool || task.isAlone
    }
  }

  private func finding(
    _ wait: NestedWait, _ number: Int, in run: borrowing Run
  ) -> Finding {
    let workers = run.tables.objects[wait.pool].workers ?? 0
    let awaited = tasks[wait.awaited]
    let put = Event(.put, by: awaited.submitter, on: awaited.pool, at: awaited.stack)
    var finding = Finding(
      .poolStarvation, .possible,
      .poolNested(pool: wait.pool, workers: workers, depth: UInt64(wait.depth)),
      steps: [Step(put, at: awaited.put), wait.step], threads: [wait.step.thread],
      objects: [wait.pool], assumes: run.assumptions.filter { $0 == .incompleteTrace })
    finding.occurrences = occurrences[number]
    finding.occurrenceCount = counts[number]
    return finding
  }
}

extension Detections {
  /// Drops what pools may come to that came to it in this very run.
  mutating func dropStarvationThatHappened() {
    let starved = findings.filter { $0.rule == .poolStarvation && $0.verdict == .observed }
      .flatMap(\.objects)
    guard !starved.isEmpty else { return }
    dropFindings { finding in
      finding.rule == .poolStarvation && finding.verdict != .observed
        && finding.objects.contains(where: starved.contains)
    }
  }
}
