import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

@testable import LockcheckAnalysis

/// What the search for cycles costs, in what it looks at.
@Suite struct `The search for lock-order cycles` {
  @Test func `finds each two neighbours of two deep nests in opposite orders`() {
    var limits = LockCycleSearch.Limits()
    limits.steps = 2_000_000
    let result = analyze(opposite(200), with: [LockOrderDetector(limits: limits)])
    // All others have a lock between them that both sides hold.
    #expect(result.findings.count == 199)
    #expect(result.findings.allSatisfy { $0.steps.count == 2 })
    #expect(result.warnings.map(\.kind) == [.cycleSearchCutShort(ruledOutOnly: true)])
  }

  @Test func `looks at nothing where no lock leads back`() {
    var trace = emptyTrace(400)
    for thread in 0..<2 { trace.events += nest(Array(0..<400), by: thread) }
    var limits = LockCycleSearch.Limits()
    limits.steps = 1
    limits.holds = 1
    let result = analyze(trace, with: [LockOrderDetector(limits: limits)])
    #expect(result.findings.isEmpty)
    #expect(result.warnings.isEmpty)
  }

  @Test(arguments: [1_000, 10_000, 100_000])
  func `stops within one request of its limit`(limit: Int) {
    let count = 200
    var limits = LockCycleSearch.Limits()
    limits.steps = limit
    limits.obstructedSteps = limit
    let search = LockCycleSearch(oppositeClasses(count), limits: limits)
    #expect(search.isExhausted)
    #expect(search.steps < limit + 4 * count)
    #expect(search.obstructedSteps < limit + 4 * count)
  }

  @Test func `costs the cube of the depth of two nests at most`() {
    func steps(_ count: Int) -> Int {
      let search = LockCycleSearch(oppositeClasses(count))
      return search.steps
    }
    // A step for each lock of each request, for each of the other side's.
    #expect(steps(100) <= 8 * steps(50))
    #expect(steps(200) <= 200 * 200 * 200)
  }

  @Test func `leaves out the deepest requests where there are too many`() {
    var limits = LockCycleSearch.Limits()
    limits.holds = 100
    let result = analyze(opposite(100), with: [LockOrderDetector(limits: limits)])
    #expect(result.warnings.map(\.kind) == [.cycleSearchCutShort(ruledOutOnly: false)])
  }

  @Test func `reports no more than it may, the shortest first`() {
    var limits = LockCycleSearch.Limits()
    limits.reports = 10
    let result = analyze(opposite(100), with: [LockOrderDetector(limits: limits)])
    #expect(result.findings.count == 10)
    #expect(result.findings.allSatisfy { $0.steps.count == 2 })
    #expect(result.ruledOut.count <= 10)
    #expect(result.warnings.map(\.kind) == [.cycleSearchCutShort(ruledOutOnly: false)])
  }
}

private func emptyTrace(_ locks: Int) -> Trace {
  var trace = Trace()
  for place in 0..<2 { trace.tables.threads.append(ThreadRow(name: "T\(place)")) }
  for place in 0..<locks { _ = trace.tables.objects.append(kind: .lock, name: "L\(place)") }
  return trace
}

private func nest(_ locks: [Int], by thread: Int) -> [Event] {
  locks.map { Event(.acquire, by: ThreadID(thread), on: ObjectID($0)) }
    + locks.reversed().map { Event(.release, by: ThreadID(thread), on: ObjectID($0)) }
}

/// One thread takes all locks and gives them back, another takes them in the opposite order.
private func opposite(_ count: Int) -> Trace {
  var trace = emptyTrace(count)
  trace.events = nest(Array(0..<count), by: 0) + nest((0..<count).reversed(), by: 1)
  return trace
}

/// The requests of ``opposite(_:)``.
private func oppositeClasses(_ count: Int) -> [LockRequestClass] {
  func request(_ lock: Int, holding held: Range<Int>, by thread: Int) -> LockRequestClass {
    LockRequestClass(
      key: .init(
        lock: ObjectID(lock), mode: .exclusive, isBounded: false,
        held: held.map { .init(lock: ObjectID($0), mode: .exclusive) }),
      members: [.init(thread: ThreadID(thread), dependencies: [0], count: 1)], first: 0)
  }
  return (1..<count).map { request($0, holding: 0..<$0, by: 0) }
    + (0..<count - 1).reversed().map { request($0, holding: ($0 + 1)..<count, by: 1) }
}
