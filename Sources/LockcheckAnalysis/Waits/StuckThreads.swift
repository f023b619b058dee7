import LockcheckFindings
import LockcheckGraphs
import LockcheckTrace

/// Sorts stuck threads into findings: each into one.
struct StuckThreads {
  let stuck: [ThreadID]
  let members: Set<ThreadID>
  let graph: WaitForGraph
  let conditions: [ObjectID: ConditionRecord]
  let wakes: WakeLedger

  init(
    _ stuck: [ThreadID], _ graph: WaitForGraph, _ conditions: [ObjectID: ConditionRecord],
    _ wakes: WakeLedger
  ) {
    self.stuck = stuck
    members = Set(stuck)
    self.graph = graph
    self.conditions = conditions
    self.wakes = wakes
  }

  /// What a thread waits for, to tell who waits for the same.
  private struct Target: Hashable {
    var object: ObjectID
    var child: ThreadID
    var reason: Reason
  }

  func findings(_ verdict: Verdict, in run: borrowing Run) -> [Finding] {
    guard !stuck.isEmpty else { return [] }
    let upgrades = upgrades(in: run)
    let missed = missedWakes(in: run)
    var findings: [Finding] = []
    var told: Set<ThreadID> = []
    // What hangs by itself is in no circle: whoever waits for it stands behind it.
    var others = graph
    for (threads, _) in upgrades + missed.map({ ($0.threads, $0.object) }) {
      told.formUnion(threads)
      for thread in threads { others[thread] = .waitingFor([]) }
    }
    for (threads, _) in upgrades { findings.append(upgrade(threads, verdict, in: run)) }
    findings += missed.map { lostWakeup($0, verdict, in: run) }
    for group in others.cycles(among: stuck) {
      let objects = Set(group.map { run.pending.entry(of: $0)?.event.object ?? .absent })
      // They wait for one another in form only: none of them can get to what all wait for.
      if group.count > 1, objects.count == 1, waitForAnyone(group) { continue }
      told.formUnion(group)
      findings.append(cycle(group, verdict, in: run))
    }
    return findings + leftBehind(besides: told, verdict, in: run)
  }

  private func leftBehind(
    besides told: Set<ThreadID>, _ verdict: Verdict, in run: borrowing Run
  ) -> [Finding] {
    var findings: [Finding] = []
    var others: [Target: [ThreadID]] = [:]
    var order: [Target] = []
    for thread in stuck where !told.contains(thread) {
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

  func step(
    _ thread: ThreadID, among group: Set<ThreadID>, in run: borrowing Run
  ) -> Step? {
    guard let entry = run.pending.entry(of: thread) else { return nil }
    return Step(
      entry.event, at: entry.index, holding: run.held.locks(of: run.held.set(of: thread)),
      waitsFor: graph.wakers(of: thread, among: group))
  }

  func finding(
    _ rule: Rule, _ verdict: Verdict, _ reason: Reason, _ steps: [Step], in run: borrowing Run
  ) -> Finding {
    var assumes = run.assumptions.filter { $0 == .incompleteTrace }
    let dependsOnWriters = steps.contains {
      $0.isPending && $0.operation == .acquire && $0.mode == .shared
        && !run.held.owner(of: $0.object).isPresent
    }
    if dependsOnWriters { assumes.append(.writerPreference) }
    return Finding(rule, verdict, reason, steps: steps, assumes: assumes)
  }
}
