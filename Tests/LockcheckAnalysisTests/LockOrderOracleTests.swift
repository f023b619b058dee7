import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

@testable import LockcheckAnalysis

/// The detector's cycles against all cycles there are, one by one.
@Suite struct `Lock-order cycles against the definition` {
  @Test(arguments: 0..<1_000 as Range<UInt64>)
  func `the same cycles are found`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let trace = randomTrace(&random)
    let result = analyze(trace, with: [LockOrderDetector()])
    let found = Set(result.findings.map { $0.steps.map(Request.init) }.map(cycle))
    #expect(found.count == result.findings.count, "seed \(seed): one twice")
    #expect(found == cycles(of: trace), "seed \(seed)")
    #expect(result.warnings.isEmpty)
  }

  @Test func `random traces have cycles, and long ones`() {
    var lengths: Set<Int> = []
    for seed in 0..<300 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      lengths.formUnion(cycles(of: randomTrace(&random)).map(\.count))
    }
    #expect(lengths.isSuperset(of: [2, 3, 4]))
  }

  @Test func `what one thread does a hundred thousand times costs one`() {
    var trace = trace("T1: dummy\nT2: dummy\nobjects: A lock, B lock, C lock")
    for _ in 0..<100_000 { trace.events += nest([0, 1], by: 0) }
    trace.events += nest([1, 0], by: 1)
    let result = analyze(trace, with: [LockOrderDetector()])
    #expect(result.findings.map(\.occurrenceCount) == [1])
  }

  @Test func `one cycle of five hundred locks is found`() {
    let count = 500
    var trace = Trace()
    for place in 0..<count {
      trace.tables.threads.append(ThreadRow(name: "T\(place)"))
      _ = trace.tables.objects.append(kind: .lock, name: "L\(place)")
    }
    for place in 0..<count { trace.events += nest([place, (place + 1) % count], by: place) }
    let result = analyze(trace, with: [LockOrderDetector()])
    #expect(result.findings.map(\.steps.count) == [count])
    #expect(result.warnings.isEmpty)
  }

  @Test func `a dense graph is given up on, and the result says so`() {
    var random = SeededGenerator(seed: 1)
    var trace = Trace()
    for place in 0..<40 { trace.tables.threads.append(ThreadRow(name: "T\(place)")) }
    for place in 0..<300 { _ = trace.tables.objects.append(kind: .lock, name: "L\(place)") }
    for _ in 0..<20_000 {
      let locks = (0..<300).shuffled(using: &random).prefix(3)
      trace.events += nest(Array(locks), by: Int.random(in: 0..<40, using: &random))
    }
    var limits = LockCycleSearch.Limits()
    limits.steps = 50_000
    let result = analyze(trace, with: [LockOrderDetector(limits: limits)])
    #expect(result.findings.contains { $0.steps.count == 2 })
    #expect(result.warnings.map(\.kind) == [.cycleSearchCutShort(ruledOutOnly: false)])
  }

  @Test func `deep nests in opposite orders are given up on, a cycle of two found`() {
    let depth = 120
    var trace = Trace()
    for place in 0..<2 { trace.tables.threads.append(ThreadRow(name: "T\(place)")) }
    for place in 0..<depth { _ = trace.tables.objects.append(kind: .lock, name: "L\(place)") }
    trace.events += nest(Array(0..<depth), by: 0)
    trace.events += nest(Array((0..<depth).reversed()), by: 1)
    var limits = LockCycleSearch.Limits()
    limits.steps = 20_000
    let result = analyze(trace, with: [LockOrderDetector(limits: limits)])
    #expect(result.findings.contains { $0.steps.map(\.object.index) == [1, 0] })
    #expect(result.warnings.map(\.kind) == [.cycleSearchCutShort(ruledOutOnly: false)])
  }
}

/// ⟨lock, mode, held⟩, apart from threads and places.
private struct Request: Hashable, Comparable {
  struct Hold: Hashable { var lock: UInt32; var mode: LockMode }
  var lock: UInt32
  var mode: LockMode
  var held: Set<Hold>

  init(_ step: Step) {
    lock = step.object.rawValue
    mode = step.mode
    held = Set(step.holding.map { Hold(lock: $0.object.rawValue, mode: $0.mode) })
  }

  static func < (lhs: Request, rhs: Request) -> Bool { lhs.lock < rhs.lock }
}

/// A cycle in one of its rotations: every lock occurs once in it.
private func cycle(_ requests: [Request]) -> [Request] {
  let first = requests.indices.min { requests[$0] < requests[$1] } ?? 0
  return Array(requests[first...] + requests[..<first])
}

private func nest(_ locks: [Int], by thread: Int) -> [Event] {
  locks.map { Event(.acquire, by: ThreadID(thread), on: ObjectID($0)) }
    + locks.reversed().map { Event(.release, by: ThreadID(thread), on: ObjectID($0)) }
}

/// Critical sections one after the other, so that every trace is one that can have happened.
private func randomTrace(_ random: inout SeededGenerator) -> Trace {
  var trace = Trace()
  let threads = Int.random(in: 2...5, using: &random)
  let locks = Int.random(in: 2...5, using: &random)
  for place in 0..<threads { trace.tables.threads.append(ThreadRow(name: "T\(place)")) }
  let kind = Bool.random(using: &random) ? ObjectKind.rwlock : .lock
  for place in 0..<locks { _ = trace.tables.objects.append(kind: kind, name: "L\(place)") }
  for _ in 0..<Int.random(in: 2...10, using: &random) {
    let depth = Int.random(in: 0..<4, using: &random) == 0 ? 3 : 2
    let nested = Array((0..<locks).shuffled(using: &random).prefix(depth))
    var events = nest(nested, by: Int.random(in: 0..<threads, using: &random))
    for place in nested.indices where kind == .rwlock && Bool.random(using: &random) {
      events[place].mode = .shared
      events[events.count - 1 - place].mode = .shared
    }
    for place in 1..<nested.count where Int.random(in: 0..<10, using: &random) == 0 {
      events[place].attempt = .try
    }
    trace.events += events
  }
  return trace
}

/// The definition: every sequence of requests of different threads is tried.
private func cycles(of trace: Trace) -> Set<[Request]> {
  var requests: Set<RequestByThread> = []
  var held: [ThreadID: [HeldLock]] = [:]
  for (index, event) in trace.events.enumerated() {
    if event.operation == .release {
      held[event.thread]?.removeLast()
      continue
    }
    let holding = held[event.thread] ?? []
    if !holding.isEmpty, event.attempt == .blocking {
      let request = Request(Step(event, at: index, holding: holding))
      requests.insert(RequestByThread(request: request, thread: event.thread))
    }
    held[event.thread, default: []].append(
      HeldLock(object: event.object, mode: event.mode, stack: event.stack))
  }
  var found: Set<[Request]> = []
  var chains = requests.map { [$0] }
  while let chain = chains.popLast() {
    if waits(chain[chain.count - 1].request, for: chain[0].request), chain.count > 1 {
      found.insert(cycle(chain.map(\.request)))
    }
    for next in requests where canFollow(next, chain) { chains.append(chain + [next]) }
  }
  return found
}

private struct RequestByThread: Hashable {
  var request: Request
  var thread: ThreadID
}

private func waits(_ request: Request, for other: Request) -> Bool {
  other.held.contains {
    $0.lock == request.lock && ($0.mode == .exclusive || request.mode == .exclusive)
  }
}

private func canFollow(_ next: RequestByThread, _ chain: [RequestByThread]) -> Bool {
  waits(chain[chain.count - 1].request, for: next.request)
    && chain.allSatisfy { earlier in
      earlier.thread != next.thread && earlier.request.lock != next.request.lock
        && earlier.request.held.allSatisfy { hold in
          next.request.held.allSatisfy {
            $0.lock != hold.lock || ($0.mode == .shared && hold.mode == .shared)
          }
        }
    }
}
