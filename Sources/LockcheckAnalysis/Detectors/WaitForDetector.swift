public import LockcheckFindings
import LockcheckGraphs
public import LockcheckTrace

/// Finds threads that are stuck at the end of the trace: it happened, in this run.
///
/// A thread that is pending at the end waits for whoever could end its wait: for a lock its holders,
/// for a join the child, for everything else any other thread. A set of pending threads is stuck when
/// every possible waker of each has ended or is in the set (the OR model, see ``WaitForGraph``). A thread
/// that is neither pending nor at its end could do anything, and so could one that only tries or waits
/// for a time; a thread that the trace names exists from the start unless it was forked. What the
/// pending thread waits for may be there already (a free lock, a permit, a raised flag, an item): then
/// it was about to go on.
///
/// Stuck threads that wait for one another are a `deadlock`, or a `self-deadlock` if it is one thread
/// that asks for what it holds; all others, and several that merely wait on the same object, are
/// `stuck-thread`s.
///
/// Pools that wait for themselves are told apart by ``StarvedPools``.
///
/// Misses writers held up by a stuck reader as long as another reader runs: by the promise of
/// `observed`, any holder that runs could be the one that is waited for.
public struct WaitForDetector: Detector {
  /// Every operation that its state depends on.
  public let interests: OperationSet = [.fork, .join]
  /// The rules that it can find broken.
  public let rules: [Rule] = [.deadlock, .selfDeadlock, .poolStarvation, .stuckThread]

  /// Who has been joined, and so has ended, whether or not the trace holds its last event.
  private var joined: Set<ThreadID> = []

  /// Makes a detector that has seen nothing yet.
  public init() {}

  /// Takes note of one event.
  public mutating func observe(_ event: Event, at index: Int, in run: borrowing Run) {
    guard event.isEffective, event.child.isPresent else { return }
    // A number can be given to a new thread once the old one has ended.
    if event.operation == .fork { joined.remove(event.child) } else { joined.insert(event.child) }
  }

  /// Says what it found, after the last event.
  public mutating func finish(in run: borrowing Run) -> Detections {
    let graph = graph(writersGoFirst: false, in: run)
    let stuck = graph.stuckThreads()
    let starved = StarvedPools(stuck, graph, in: run)
    var findings = starved.findings
    findings += StuckThreads(starved.others, graph).findings(.observed, in: run)
    findings += findingsUnderWriterPreference(besides: stuck, in: run)
    return Detections(findings: findings)
  }

  /// What hangs only if rwlocks whose preference is not known let waiting writers go first.
  private func findingsUnderWriterPreference(
    besides certain: [ThreadID], in run: borrowing Run
  ) -> [Finding] {
    let graph = graph(writersGoFirst: true, in: run)
    let stuck = graph.stuckThreads()
    guard stuck != certain else { return [] }
    let findings = StuckThreads(stuck, graph).findings(.possible, in: run)
    return findings.filter { finding in !finding.threads.contains { certain.contains($0) } }
  }

  private func graph(writersGoFirst: Bool, in run: borrowing Run) -> WaitForGraph {
    let count = run.tables.threads.count
    var graph = WaitForGraph(threadCount: count)
    for thread in (0..<count).map({ ThreadID($0) }) {
      if let entry = run.pending.entry(of: thread) {
        if entry.event.attempt == .blocking {
          let wait = PendingWait(entry, writersGoFirst: writersGoFirst)
          graph[thread] = wait.activity(in: run)
        }
      } else if hasEnded(thread, in: run) {
        graph[thread] = .ended
      }
    }
    for thread in (0..<count).map({ ThreadID($0) }) {
      // A join of what has ended is about to return.
      if let entry = run.pending.entry(of: thread), entry.event.operation == .join,
        entry.event.child.index >= count || graph[entry.event.child] == .ended
      {
        graph[thread] = .running
      }
    }
    return graph
  }

  private func hasEnded(_ thread: ThreadID, in run: borrowing Run) -> Bool {
    run.hasExited(thread) || joined.contains(thread)
  }
}

/// One thread's wait at the end of the trace, and who could end it.
private struct PendingWait {
  private let entry: PendingEvents.Entry
  private let writersGoFirst: Bool

  init(_ entry: PendingEvents.Entry, writersGoFirst: Bool) {
    self.entry = entry
    self.writersGoFirst = writersGoFirst
  }

  func activity(in run: borrowing Run) -> WaitForGraph.Activity {
    let event = entry.event
    if event.operation == .join { return .waitingFor([event.child]) }
    guard event.operation.canBlock else { return .running }
    let kind = run.tables.objects.kind(of: event.object)
    if event.operation == .acquire, kind.isLock { return lockActivity(kind, in: run) }
    switch run.states.wakeup(for: entry, tables: run.tables) {
    case .none: return .waitingForAnyone
    case .uncertain, .certain:
      guard kind == .condition else { return .running }
      return wokenActivity(in: run)
    }
  }

  /// A thread that has been notified takes the lock again before it goes on.
  private func wokenActivity(in run: borrowing Run) -> WaitForGraph.Activity {
    let lock = run.conditionLock(of: entry.event)
    let holders = lock.isPresent ? run.held.holders(of: lock) : []
    if holders.isEmpty { return .running }
    // If it is another one that was notified, anyone can still notify this one.
    return run.states.wakeup(for: entry, tables: run.tables) == .certain
      ? .waitingFor(holders) : .waitingForAnyone
  }

  private func lockActivity(_ kind: ObjectKind, in run: borrowing Run) -> WaitForGraph.Activity {
    let event = entry.event
    var holders = run.held.holders(of: event.object)
    if kind == .rlock, holders.contains(event.thread) { return .running }
    if event.mode == .shared, kind == .rwlock {
      let owner = run.held.owner(of: event.object)
      if !owner.isPresent { holders = holders.isEmpty ? [] : writersAhead(in: run) }
    }
    if holders.isEmpty { return .running }
    // Any thread may release it, by intention.
    return run.tables.objects[event.object].handover == true
      ? .waitingForAnyone : .waitingFor(holders)
  }

  /// The writers that wait in front of a reader, where they go first.
  private func writersAhead(in run: borrowing Run) -> [ThreadID] {
    let lock = entry.event.object
    switch run.tables.objects[lock].preference ?? .reader {
    case .reader: return []
    case .unknown: if !writersGoFirst { return [] }
    case .writer: break
    }
    return run.pending.all
      .filter {
        $0.event.operation == .acquire && $0.event.object == lock && $0.event.mode == .exclusive
          && $0.index < entry.index
      }
      .map(\.event.thread)
  }
}

/// Sorts stuck threads into findings.
private struct StuckThreads {
  private let stuck: [ThreadID]
  private let members: Set<ThreadID>
  private let graph: WaitForGraph

  init(_ stuck: [ThreadID], _ graph: WaitForGraph) {
    self.stuck = stuck
    members = Set(stuck)
    self.graph = graph
  }

  /// What a thread waits for, to tell who waits for the same.
  private struct Target: Hashable {
    var object: ObjectID
    var child: ThreadID
    var reason: Reason
  }

  func findings(_ verdict: Verdict, in run: borrowing Run) -> [Finding] {
    guard !stuck.isEmpty else { return [] }
    var findings: [Finding] = []
    var inCycle: Set<ThreadID> = []
    for group in graph.cycles(among: stuck) {
      let objects = Set(group.map { run.pending.entry(of: $0)?.event.object ?? .absent })
      // They wait for one another in form only: none of them can get to what all wait for.
      if group.count > 1, objects.count == 1, waitForAnyone(group) { continue }
      inCycle.formUnion(group)
      findings.append(cycle(group, verdict, in: run))
    }
    var others: [Target: [ThreadID]] = [:]
    var order: [Target] = []
    for thread in stuck where !inCycle.contains(thread) {
      guard let entry = run.pending.entry(of: thread) else { continue }
      let target = Target(
        object: entry.event.object, child: entry.event.child,
        reason: reason(of: thread, in: run))
      if others[target] == nil { order.append(target) }
      others[target, default: []].append(thread)
    }
    for target in order {
      let steps = (others[target] ?? []).compactMap { step($0, among: members, in: run) }
      findings.append(finding(.stuckThread, verdict, target.reason, steps, in: run))
    }
    return findings
  }

  private func waitForAnyone(_ group: [ThreadID]) -> Bool {
    group.allSatisfy { graph[$0] == .waitingForAnyone }
  }

  /// Whether some stuck thread that does not wait on the same object could have ended the wait.
  private func reason(of thread: ThreadID, in run: borrowing Run) -> Reason {
    let object = run.pending.entry(of: thread)?.event.object
    let wakers = graph.wakers(of: thread, among: members)
    if graph[thread] != .waitingForAnyone { return wakers.isEmpty ? .nobodyLeft : .behindStuck }
    let others = wakers.contains { run.pending.entry(of: $0)?.event.object != object }
    return others ? .behindStuck : .nobodyLeft
  }

  private func cycle(_ group: [ThreadID], _ verdict: Verdict, in run: borrowing Run) -> Finding {
    let members = Set(group)
    let steps = inOrder(group, members).compactMap { step($0, among: members, in: run) }
    // A thread that joins itself asks for nothing that it holds: a cycle of waits, if a short one.
    if group.count == 1, steps.allSatisfy({ $0.operation == .acquire }) {
      return finding(.selfDeadlock, verdict, .relock, steps, in: run)
    }
    return finding(.deadlock, verdict, .waitCycle, steps, in: run)
  }

  /// From the first thread to one it waits for, and on, so that a plain cycle stands in its order.
  private func inOrder(_ group: [ThreadID], _ members: Set<ThreadID>) -> [ThreadID] {
    var rest = members
    var left = group[...]
    var ordered: [ThreadID] = []
    var next: ThreadID?
    while let thread = next ?? left.popFirst() {
      next = nil
      guard rest.remove(thread) != nil else { continue }
      ordered.append(thread)
      next = graph.wakers(of: thread, among: members).first(where: rest.contains)
    }
    return ordered
  }

  private func step(
    _ thread: ThreadID, among group: Set<ThreadID>, in run: borrowing Run
  ) -> Step? {
    guard let entry = run.pending.entry(of: thread) else { return nil }
    return Step(
      entry.event, at: entry.index, holding: run.held.locks(of: run.held.set(of: thread)),
      waitsFor: graph.wakers(of: thread, among: group))
  }

  private func finding(
    _ rule: Rule, _ verdict: Verdict, _ reason: Reason, _ steps: [Step], in run: borrowing Run
  ) -> Finding {
    var assumes = run.assumptions.filter { $0 == .incompleteTrace }
    let dependsOnWriters = steps.contains {
      $0.operation == .acquire && $0.mode == .shared && !run.held.owner(of: $0.object).isPresent
    }
    if dependsOnWriters { assumes.append(.writerPreference) }
    return Finding(rule, verdict, reason, steps: steps, assumes: assumes)
  }
}
