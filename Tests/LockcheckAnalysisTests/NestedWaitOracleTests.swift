import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

@testable import LockcheckAnalysis

/// The detector's waits under locks against the definition, wait by wait.
@Suite struct `Waits under locks against the definition` {
  @Test(arguments: 0..<1_000 as Range<UInt64>)
  func `the same ones are found`(seed: UInt64) {
    let trace = RandomTrace.make(seed: seed, shape: shape(seed))
    let result = analyze(trace, with: [NestedWaitDetector()])
    let found = Set(result.findings.map { $0.steps[0].event })
    let expected = PlainNestedWaits(trace).waits
    // A finding stands for all waits of one thread on one object with the same locks.
    for wait in found { #expect(expected.contains(wait), "seed \(seed): \(wait) is none") }
    let told = Set(found.map { PlainNestedWaits.Sort(trace, $0) })
    for wait in expected {
      #expect(told.contains(PlainNestedWaits.Sort(trace, wait)), "seed \(seed): \(wait)")
    }
  }

  @Test func `random runs have such waits, of every kind`() {
    var kinds: Set<ObjectKind> = []
    for seed in 0..<1_000 as Range<UInt64> {
      let trace = RandomTrace.make(seed: seed, shape: shape(seed))
      for wait in PlainNestedWaits(trace).waits {
        kinds.insert(trace.tables.objects.kind(of: trace.events[wait].object))
      }
    }
    #expect(kinds.isSuperset(of: [.event, .queue, .semaphore, .barrier]), "\(kinds)")
  }

  private func shape(_ seed: UInt64) -> RandomTrace.Shape {
    var shape = RandomTrace.Shape()
    shape.events = 60
    shape.variables = 1
    shape.locks = 1
    shape.kinds =
      [[.event], [.queue], [.semaphore], [.barrier], [.condition, .lock]][Int(seed % 5)]
    return shape
  }
}

/// Waits under a lock that every waker takes first, by their definition in `Docs/detectors`.
private struct PlainNestedWaits {
  /// What the detector tells as one.
  struct Sort: Hashable {
    var thread: ThreadID
    var object: ObjectID
    var operation: Operation
    var held: [ObjectID]

    init(_ trace: Trace, _ wait: Int) {
      let event = trace.events[wait]
      thread = event.thread
      object = event.object
      operation = event.operation
      held = PlainNestedWaits.held(trace, at: wait)
    }
  }

  /// The ends of the waits.
  private(set) var waits: Set<Int> = []
  private let trace: Trace
  /// For each event the events that come before it however locks go round.
  private var past: [Set<Int>] = []

  init(_ trace: Trace) {
    self.trace = trace
    let order = ReferenceOrder(trace)
    for later in trace.events.indices {
      past.append([])
      for earlier in 0..<later where isEdge(earlier, later, order) {
        past[later].formUnion(past[earlier])
        past[later].insert(earlier)
      }
    }
    for wait in trace.events.indices where isWait(wait) {
      if Self.held(trace, at: wait).contains(where: { canHang(wait, under: $0) }) {
        waits.insert(wait)
      }
    }
  }

  private func isEdge(_ i: Int, _ j: Int, _ order: ReferenceOrder) -> Bool {
    let (a, b) = (trace.events[i], trace.events[j])
    if a.thread != b.thread, order.isLockEdge(a, b) {
      // A semaphore that starts without a permit is a signal.
      return a.operation == .release && trace.tables.objects.kind(of: a.object) == .semaphore
        && trace.tables.objects[a.object].value == 0
    }
    return order.isEdge(i, j)
  }

  /// The locks in the hands of the thread just before `index`, that of a condition it waits on apart.
  static func held(_ trace: Trace, at index: Int) -> [ObjectID] {
    var held: [ObjectID] = []
    for event in trace.events[..<index] where event.thread == trace.events[index].thread {
      if !isLock(event.object, in: trace) { continue }
      if event.operation == .acquire, event.isEffective { held.append(event.object) }
      if event.operation == .release, let place = held.lastIndex(of: event.object) {
        held.remove(at: place)
      }
    }
    let event = trace.events[index]
    let isCondition = trace.tables.objects.kind(of: event.object) == .condition
    return held.filter { !isCondition || $0 != trace.tables.objects[event.object].lock }
  }

  private static func isLock(_ object: ObjectID, in trace: Trace) -> Bool {
    guard object.isPresent else { return false }
    let kind = trace.tables.objects.kind(of: object)
    return kind.isLock || (kind == .semaphore && trace.tables.objects[object].value == 1)
  }

  private func isWait(_ index: Int) -> Bool {
    let event = trace.events[index]
    guard event.isEffective, event.attempt == .blocking, !Self.isLock(event.object, in: trace)
    else { return false }
    switch event.operation {
    case .wait, .get, .queueJoin: return true
    case .put: return trace.tables.objects[event.object].capacity ?? 0 > 0
    case .acquire: return trace.tables.objects.kind(of: event.object) == .semaphore
    default: return false
    }
  }

  private func wakes(_ index: Int, _ wait: Int) -> Bool {
    let (wake, waiter) = (trace.events[index], trace.events[wait])
    guard wake.object == waiter.object else { return false }
    switch waiter.operation {
    case .get: return wake.isEffective && (wake.operation == .put || wake.operation == .close)
    case .put: return wake.isEffective && (wake.operation == .get || wake.operation == .close)
    case .queueJoin: return wake.isEffective && wake.operation == .taskDone
    case .acquire: return wake.isEffective && wake.operation == .release
    default: break
    }
    if trace.tables.objects.kind(of: wake.object) == .barrier { return isArrival(index) }
    return wake.isEffective && (wake.operation == .set || wake.operation == .notify)
  }

  private func isArrival(_ index: Int) -> Bool {
    let event = trace.events[index]
    guard event.operation == .wait else { return false }
    let last = trace.events[..<index].last { $0.thread == event.thread }
    return event.isPending
      || !(last?.isPending == true && last?.operation == .wait && last?.object == event.object)
  }

  private func canHang(_ wait: Int, under lock: ObjectID) -> Bool {
    let waiter = trace.events[wait]
    // What the waiter knows before the wait ends.
    let last = trace.events[..<wait].lastIndex { $0.thread == waiter.thread }
    let known = last.map { past[$0].union([$0]) } ?? []
    var needing = 0
    var free = 0
    for thread in Set(trace.events.map(\.thread)) {
      let all = trace.events.indices.filter { trace.events[$0].thread == thread && wakes($0, wait) }
      if thread == waiter.thread {
        let kind = trace.tables.objects.kind(of: waiter.object)
        if kind == .event || kind == .queue { free += all.isEmpty ? 0 : 1 }
        continue
      }
      guard let wake = all.first(where: { !known.contains($0) }) else { continue }
      if needsLock(lock, before: wake, by: thread, known) { needing += 1 } else { free += 1 }
    }
    if let parties = trace.tables.objects[waiter.object].parties {
      return needing > 0 && free + 1 < Int(parties)
    }
    return needing > 0 && free == 0
  }

  /// Whether the thread takes the lock before the wake, after what is known of it, and after it took
  /// the permit that it gives back.
  private func needsLock(
    _ lock: ObjectID, before wake: Int, by thread: ThreadID, _ known: Set<Int>
  ) -> Bool {
    var owed = -1
    if trace.events[wake].operation == .release {
      owed =
        trace.events[..<wake].lastIndex {
          $0.thread == thread && $0.object == trace.events[wake].object
            && $0.operation == .acquire && $0.isEffective
        } ?? -1
    }
    return (0..<wake).contains { index in
      let event = trace.events[index]
      return index > owed && event.thread == thread && event.object == lock
        && event.operation == .acquire && event.isEffective && event.attempt == .blocking
        && !known.contains(index)
    }
  }
}
