public import LockcheckFindings
import LockcheckGraphs
public import LockcheckTrace

/// Finds threads that are stuck at the end of the trace: it happened, in this run.
///
/// A thread that is pending at the end waits for whoever could end its wait: for a lock its holders,
/// for a join the child, for everything else any other thread. A set of pending threads is stuck when
/// every possible waker of each has ended or is in the set (the OR model, see `WaitForGraph`). A thread
/// that is neither pending nor at its end could do anything, and so could one that only tries or waits
/// for a time; a thread that the trace names exists from the start unless it was forked. What the
/// pending thread waits for may be there already (a free lock, a permit, a raised flag, an item): then
/// it was about to go on.
///
/// Stuck threads that wait for one another are a `deadlock`, or a `self-deadlock` if it is one thread
/// that asks for what it holds; a reader that asks to write is a `lock-upgrade`, a wait that was
/// notified too early a `lost-wakeup`; all others, and several that merely wait on the same object, are
/// `stuck-thread`s. Beside them it names the call that is to be mended: the notify, the `taskDone` that
/// is missing, the barrier for too many.
///
/// What it keeps of conditions also tells which waits were not followed by another look at what they
/// waited for, and which hang if the notify comes first.
///
/// Pools that wait for themselves are told apart by `StarvedPools`.
///
/// Misses writers held up by a stuck reader as long as another reader runs: by the promise of
/// `observed`, any holder that runs could be the one that is waited for.
public struct WaitForDetector: Detector {
  /// Every operation that its state depends on.
  public let interests: OperationSet = [
    .fork, .join, .acquire, .release, .wait, .notify, .set, .clear, .get, .taskDone,
    .read, .write, .atomicRead, .atomicWrite, .atomicUpdate,
  ]
  /// The rules that it can find broken.
  public let rules: [Rule] = [
    .deadlock, .selfDeadlock, .lockUpgrade, .poolStarvation, .lostWakeup, .stuckThread,
    .waitWithoutRecheck, .notifyNobody, .taskDoneMissing, .barrierMismatch,
  ]

  /// Who has been joined, and so has ended, whether or not the trace holds its last event.
  private var joined: Set<ThreadID> = []
  private var conditions = ConditionLedger()
  private var wakes = WakeLedger()
  /// Who has locks that the trace has no acquire of, as those said who had to wait.
  private var unseenHolders: [ObjectID: ThreadID] = [:]

  /// Makes a detector that has seen nothing yet.
  public init() {}

  /// Takes note of one event.
  public mutating func observe(_ event: Event, at index: Int, in run: borrowing Run) {
    switch event.operation {
    case .fork, .join: noteLife(event)
    case .acquire:
      conditions.acquire(event, at: index, in: run)
      noteUnseenHolder(event)
    case .release:
      conditions.release(event)
      if !unseenHolders.isEmpty { unseenHolders[event.object] = nil }
    case .notify: conditions.notify(event, at: index, in: run)
    case .wait: wait(event, at: index, in: run)
    case .set: wakes.set(event, at: index, in: run)
    case .clear: wakes.clear(event)
    case .get: wakes.get(event, at: index, in: run)
    case .taskDone: wakes.taskDone(event)
    default: conditions.access(event, in: run)
    }
  }

  private mutating func noteUnseenHolder(_ event: Event) {
    if event.isPending, event.holder.isPresent {
      unseenHolders[event.object] = event.holder
    } else if event.isEffective, !unseenHolders.isEmpty {
      unseenHolders[event.object] = nil
    }
  }

  private mutating func noteLife(_ event: Event) {
    guard event.isEffective, event.child.isPresent else { return }
    // A number can be given to a new thread once the old one has ended.
    if event.operation == .fork { joined.remove(event.child) } else { joined.insert(event.child) }
  }

  private mutating func wait(_ event: Event, at index: Int, in run: borrowing Run) {
    switch run.tables.objects.kind(of: event.object) {
    case .condition: conditions.wait(event, at: index, in: run)
    case .event: wakes.wait(event, in: run)
    default: break
    }
  }

  /// Says what it found, after the last event.
  public mutating func finish(in run: borrowing Run) -> Detections {
    let graph = graph(writersGoFirst: false, in: run)
    let stuck = graph.stuckThreads()
    let starved = StarvedPools(stuck, graph, in: run)
    let hung = StuckThreads(starved.others, graph, conditions.records, wakes)
    var findings = starved.findings + hung.findings(.observed, in: run)
    findings += hung.misuses(in: run)
    findings += findingsUnderWriterPreference(besides: stuck, in: run)
    findings += conditions.rechecks(in: run)
    var detections = Detections(findings: findings)
    detections.append(conditions.unlooked.detections(conditions.records, in: run))
    return detections
  }

  /// What hangs only if rwlocks whose preference is not known let waiting writers go first.
  private func findingsUnderWriterPreference(
    besides certain: [ThreadID], in run: borrowing Run
  ) -> [Finding] {
    let graph = graph(writersGoFirst: true, in: run)
    let stuck = graph.stuckThreads()
    guard stuck != certain else { return [] }
    let findings = StuckThreads(stuck, graph, conditions.records, wakes)
      .findings(.possible, in: run)
    return findings.filter { finding in !finding.threads.contains { certain.contains($0) } }
  }

  private func graph(writersGoFirst: Bool, in run: borrowing Run) -> WaitForGraph {
    let count = run.tables.threads.count
    var graph = WaitForGraph(threadCount: count)
    for thread in (0..<count).map({ ThreadID($0) }) {
      if let entry = run.pending.entry(of: thread) {
        if entry.event.attempt == .blocking {
          let wait = PendingWait(
            entry, unseenHolder: unseenHolders[entry.event.object] ?? .absent,
            writersGoFirst: writersGoFirst)
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
