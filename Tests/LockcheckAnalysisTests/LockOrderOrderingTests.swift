import LockcheckAnalysis
import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

/// What is ruled out as ordered, against every pair of moments there is.
@Suite struct `Lock-order cycles that order rules out` {
  @Test(arguments: 0..<1_000 as Range<UInt64>)
  func `are those whose every pair of moments is ordered`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let trace = baton(&random)
    let result = analyze(trace, with: [LockOrderDetector()])
    #expect(result.findings.isEmpty == !canMeet(trace), "seed \(seed)")
    #expect(result.findings.count + result.ruledOut.count == (isCycle(trace) ? 1 : 0))
  }

  @Test func `random traces have both`() {
    var outcomes: Set<Bool> = []
    for seed in 0..<200 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let trace = baton(&random)
      if isCycle(trace) { outcomes.insert(canMeet(trace)) }
    }
    #expect(outcomes == [true, false])
  }

  @Test(arguments: [false, true])
  func `stay ruled out, or found, after more rounds than are kept apart`(isLate: Bool) {
    var trace = emptyTrace()
    for _ in 0..<200 {
      trace.events += nest(0, by: 0) + [Event(.put, by: ThreadID(0), on: ObjectID(2))]
    }
    // With the last item in hand all rounds are past, before that only some are.
    let gets = isLate ? 200 : 100
    for _ in 0..<gets { trace.events.append(Event(.get, by: ThreadID(1), on: ObjectID(2))) }
    trace.events += nest(1, by: 1)
    #expect(analyze(trace, with: [LockOrderDetector()]).findings.isEmpty == isLate)
  }
}

/// Two threads that nest two locks in opposite orders, and hand items to each other in between.
private func baton(_ random: inout SeededGenerator) -> Trace {
  var trace = emptyTrace()
  var items = [0, 0]
  for _ in 0..<Int.random(in: 2...14, using: &random) {
    let thread = Int.random(in: 0..<2, using: &random)
    switch Int.random(in: 0..<3, using: &random) {
    case 0: trace.events += nest(thread, by: thread)
    case 1:
      items[thread] += 1
      trace.events.append(Event(.put, by: ThreadID(thread), on: ObjectID(2 + thread)))
    default:
      guard items[1 - thread] > 0 else { continue }
      items[1 - thread] -= 1
      trace.events.append(Event(.get, by: ThreadID(thread), on: ObjectID(3 - thread)))
    }
  }
  return trace
}

private func emptyTrace() -> Trace {
  var trace = Trace()
  for place in 0..<2 { trace.tables.threads.append(ThreadRow(name: "T\(place)")) }
  for name in ["A", "B"] { _ = trace.tables.objects.append(kind: .lock, name: name) }
  for name in ["Q", "R"] { _ = trace.tables.objects.append(kind: .queue, name: name) }
  return trace
}

private func nest(_ first: Int, by thread: Int) -> [Event] {
  let locks = [ObjectID(first), ObjectID(1 - first)]
  return locks.map { Event(.acquire, by: ThreadID(thread), on: $0) }
    + locks.reversed().map { Event(.release, by: ThreadID(thread), on: $0) }
}

/// Where each thread takes its second lock.
private func requests(_ trace: Trace) -> [[Int]] {
  (0..<2).map { thread in
    trace.events.indices.filter {
      let event = trace.events[$0]
      return event.operation == .acquire && event.thread.index == thread
        && event.object.index == 1 - thread
    }
  }
}

private func isCycle(_ trace: Trace) -> Bool { requests(trace).allSatisfy { !$0.isEmpty } }

/// The definition: some two requests are not ordered by program order and items.
private func canMeet(_ trace: Trace) -> Bool {
  let requests = requests(trace)
  let edges = edges(trace.events)
  return requests[0].contains { one in
    requests[1].contains { !reaches(one, $0, edges) && !reaches($0, one, edges) }
  }
}

private func edges(_ events: [Event]) -> [[Int]] {
  var edges = [[Int]](repeating: [], count: events.count)
  var last: [ThreadID: Int] = [:]
  var items: [ObjectID: [Int]] = [:]
  for (index, event) in events.enumerated() {
    if let before = last.updateValue(index, forKey: event.thread) { edges[before].append(index) }
    if event.operation == .put { items[event.object, default: []].append(index) }
    if event.operation == .get, let put = items[event.object]?.removeFirst() {
      edges[put].append(index)
    }
  }
  return edges
}

private func reaches(_ x: Int, _ y: Int, _ edges: [[Int]]) -> Bool {
  var reached: Set<Int> = []
  var next = [x]
  while let event = next.popLast() {
    if event == y { return true }
    if reached.insert(event).inserted { next += edges[event] }
  }
  return false
}
