import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

@testable import LockcheckAnalysis

/// What the end of a trace is called, against plain looks at the whole of it.
@Suite struct `Stuck threads against the definition` {
  private static let hangs: Set<Rule> = [
    .deadlock, .selfDeadlock, .lockUpgrade, .lostWakeup, .stuckThread,
  ]

  @Test(arguments: 0..<2_000 as Range<UInt64>)
  func `each stuck thread is told of once, and what is said of it is so`(seed: UInt64) {
    let trace = makeTrace(seed)
    let result = analyze(trace, with: [WaitForDetector()])
    var told: [ThreadID] = []
    for finding in result.findings where finding.verdict == .observed {
      if Self.hangs.contains(finding.rule) {
        told += finding.steps.filter(\.isPending).map(\.thread)
      }
      #expect(isSo(finding, in: trace), "seed \(seed): \(summary(finding, in: result.tables))")
    }
    #expect(told.count == Set(told).count, "seed \(seed): one twice")
    #expect(Set(told) == PlainStuckThreads(trace).stuck, "seed \(seed)")
  }

  @Test func `random runs end in every way`() {
    var rules: Set<Rule> = []
    for seed in 0..<2_000 as Range<UInt64> {
      let result = analyze(makeTrace(seed), with: [WaitForDetector()])
      rules.formUnion(result.findings.filter { $0.verdict == .observed }.map(\.rule))
    }
    let expected = Self.hangs.union([.notifyNobody, .taskDoneMissing, .barrierMismatch])
    #expect(rules.isSuperset(of: expected), "\(rules.map(\.name))")
  }

  /// A run in which every thread that is not held up ends.
  private func makeTrace(_ seed: UInt64) -> Trace {
    var shape = RandomTrace.Shape()
    shape.events = 40
    shape.locks = 1
    shape.variables = 1
    shape.hasAtomics = false
    shape.kinds =
      [[.event], [.queue], [.rwlock], [.barrier], [.condition], [.semaphore]][
        Int(seed % 6)]
    var trace = RandomTrace.make(seed: seed, shape: shape)
    var random = SeededGenerator(seed: seed ^ 0xE4D)
    hangSome(&trace, &random)
    return trace
  }

  /// Lets the threads that run ask for something once more, or end.
  private func hangSome(_ trace: inout Trace, _ random: inout SeededGenerator) {
    let facts = PlainStuckThreads(trace)
    for thread in trace.tables.threads.indices.map({ ThreadID($0) }) {
      guard facts.isBorn(thread), !facts.hasEnded(thread), facts.pending(thread) == nil else {
        continue
      }
      let object = ObjectID(Int.random(in: 0..<2, using: &random))
      var event = Event(.exit, by: thread)
      switch (trace.tables.objects.kind(of: object), Int.random(in: 0..<3, using: &random)) {
      case (_, 0): break
      case (.event, _), (.barrier, _), (.condition, _): event = pending(.wait, thread, object)
      case (.queue, 1): event = pending(.get, thread, object)
      case (.queue, _): event = pending(.queueJoin, thread, object)
      default: event = pending(.acquire, thread, object)
      }
      if event.operation == .wait { event.lock = trace.tables.objects[object].lock ?? .absent }
      trace.events.append(event)
    }
  }

  private func pending(_ operation: Operation, _ thread: ThreadID, _ object: ObjectID) -> Event {
    var event = Event(operation, by: thread, on: object)
    event.isPending = true
    return event
  }

  private func isSo(_ finding: Finding, in trace: Trace) -> Bool {
    guard let first = finding.steps.first else { return false }
    let events = trace.events
    switch finding.rule {
    case .lostWakeup, .notifyNobody:
      guard let wake = finding.steps.first(where: { !$0.isPending }) else { return false }
      let waits = finding.steps.filter(\.isPending).map(\.event)
      let others = events.indices.filter {
        events[$0].object == wake.object && events[$0].operation == wake.operation
      }
      return waits.allSatisfy { $0 > wake.event }
        && (others.last == wake.event || wake.operation == .set)
        && !isWaitedFor(wake.object, at: wake.event, in: trace)
    case .lockUpgrade:
      return finding.steps.allSatisfy { step in
        step.isPending && step.mode == .exclusive
          && step.holding.contains { $0.object == step.object && $0.mode == .shared }
      }
    case .taskDoneMissing:
      var (put, got, done) = (0, 0, 0)
      for event in events where event.object == first.object && event.isEffective {
        if event.operation == .put { put += 1 }
        if event.operation == .get { got += 1 }
        // One too many is refused.
        if event.operation == .taskDone, done < put { done += 1 }
      }
      return put == got && done < put
    case .waitWithoutRecheck: return first.operation == .wait
    case .barrierMismatch:
      return finding.steps.count < Int(trace.tables.objects[first.object].parties ?? 0)
    default: return finding.steps.allSatisfy(\.isPending)
    }
  }

  private func isWaitedFor(_ object: ObjectID, at index: Int, in trace: Trace) -> Bool {
    var waiting: Set<ThreadID> = []
    for event in trace.events[..<index] where event.operation == .wait && event.object == object {
      if event.isPending { waiting.insert(event.thread) } else { waiting.remove(event.thread) }
    }
    return !waiting.isEmpty
  }
}

/// Who is stuck at the end: the largest set of waiting threads each of which could only be woken by
/// others of the set, or by threads that have ended. Found by taking away, one at a time, those who
/// could be.
private final class PlainStuckThreads {
  private let trace: Trace
  private var run = Run()

  init(_ trace: Trace) {
    self.trace = trace
    run.tables = trace.tables
    for (index, event) in trace.events.enumerated() { run.advance(past: event, at: index) }
  }

  var stuck: Set<ThreadID> {
    let threads = trace.tables.threads.indices.map { ThreadID($0) }
    var stuck = Set(threads.filter { pending($0) != nil && canBeStuck($0) })
    while let woken = stuck.first(where: { thread in
      wakers(of: thread, threads).contains { !stuck.contains($0) && !hasEnded($0) }
    }) {
      stuck.remove(woken)
    }
    return stuck
  }

  func isBorn(_ thread: ThreadID) -> Bool {
    thread.index == 0 || trace.events.contains { $0.operation == .fork && $0.child == thread }
  }

  func hasEnded(_ thread: ThreadID) -> Bool {
    trace.events.contains {
      ($0.operation == .exit && $0.thread == thread)
        || ($0.operation == .join && $0.isEffective && $0.child == thread)
    }
  }

  func pending(_ thread: ThreadID) -> Event? {
    trace.events.last { $0.thread == thread }.flatMap { $0.isPending ? $0 : nil }
  }

  /// Whether the thread is held up by what it waits for, and for ever if nobody does anything.
  private func canBeStuck(_ thread: ThreadID) -> Bool {
    guard let event = pending(thread), event.attempt == .blocking else { return false }
    if event.operation == .join { return !hasEnded(event.child) }
    if event.operation == .acquire, trace.tables.objects.kind(of: event.object).isLock {
      let holders = run.held.holders(of: event.object)
      return event.mode == .shared
        ? run.held.owner(of: event.object).isPresent : !holders.isEmpty
    }
    guard let entry = run.pending.entry(of: thread) else { return false }
    switch run.states.wakeup(for: entry, tables: run.tables) {
    case .none: return true
    case .uncertain, .certain:
      return trace.tables.objects.kind(of: event.object) == .condition
        && !run.held.holders(of: run.conditionLock(of: event)).isEmpty
    }
  }

  private func wakers(of thread: ThreadID, _ threads: [ThreadID]) -> [ThreadID] {
    guard let event = pending(thread), let entry = run.pending.entry(of: thread) else { return [] }
    if event.operation == .join { return [event.child] }
    let others = threads.filter { $0 != thread }
    if event.operation == .acquire, trace.tables.objects.kind(of: event.object).isLock {
      return run.held.holders(of: event.object)
    }
    if trace.tables.objects.kind(of: event.object) == .condition,
      run.states.wakeup(for: entry, tables: run.tables) == .certain
    {
      return run.held.holders(of: run.conditionLock(of: event))
    }
    return others
  }
}
