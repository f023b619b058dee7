import LockcheckAnalysis
import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

/// The cycles through several runs, in names: `a→b (1 T1), b→a (2 T2)`.
private func cycles(_ drawings: String..., ambiguous: Set<String> = []) throws -> [String] {
  var locks: [String: ObjectID] = [:]
  var threads: [String: ThreadID] = [:]
  var runs: [MergedRun] = []
  let traces = drawings.map { trace($0) }
  for trace in traces {
    let requests = try #require(analyze(trace, with: [LockOrderDetector()]).lockRequests)
    var lockClasses: [ObjectID: ObjectID] = [:]
    for lock in requests.locks {
      guard let name = trace.tables.objects.name(of: lock) else { continue }
      locks[name] = locks[name] ?? ObjectID(locks.count)
      lockClasses[lock] = locks[name]
    }
    var threadClasses: [ThreadID: ThreadID] = [:]
    for (place, row) in trace.tables.threads.enumerated() {
      guard let name = row.name, !name.hasPrefix("?") else { continue }
      threads[name] = threads[name] ?? ThreadID(threads.count)
      threadClasses[ThreadID(place)] = threads[name]
    }
    runs.append(
      MergedRun(requests: requests, lockClasses: lockClasses, threadClasses: threadClasses))
  }
  let merge = LockOrderMerge(runs, ambiguous: Set(ambiguous.compactMap { locks[$0] }))
  let found = merge.cycles(places: runs.map { _ in [:] })
  #expect(!found.isCutShort)
  return found.cycles.map { cycle in
    cycle.map { step in
      let tables = traces[step.run].tables
      let held = merge.locks(heldAt: step).map { tables.objects.name(of: $0.object) ?? "?" }
      let lock = tables.objects.name(of: step.lock) ?? "?"
      let who = "\(step.run + 1) \(tables[step.thread].name ?? "?")"
      return "\(held.joined(separator: "+"))→\(lock) (\(who))"
    }.joined(separator: ", ")
  }
}

@Suite struct `Several runs together` {
  @Test func `have a cycle where their threads take locks in opposite orders`() throws {
    #expect(
      try cycles("T1: acq(a) acq(b) rel(b) rel(a)", "T2: acq(b) acq(a) rel(a) rel(b)")
        == ["a→b (1 T1), b→a (2 T2)"])
  }

  @Test func `have none where the order is the same`() throws {
    #expect(
      try cycles("T1: acq(a) acq(b) rel(b) rel(a)", "T2: acq(a) acq(b) rel(b) rel(a)") == [])
  }

  @Test func `have a cycle of three, one step in each`() throws {
    #expect(
      try cycles(
        "T1: acq(a) acq(b) rel(b) rel(a)", "T2: acq(b) acq(c) rel(c) rel(b)",
        "T3: acq(c) acq(a) rel(a) rel(c)")
        == ["a→b (1 T1), b→c (2 T2), c→a (3 T3)"])
  }

  @Test func `have none where a gate lock is held, but for one of many of its name`() throws {
    let one = "T1: acq(g) acq(a) acq(b) rel(b) rel(a) rel(g)"
    let other = "T2: acq(g) acq(b) acq(a) rel(a) rel(b) rel(g)"
    #expect(try cycles(one, other) == [])
    #expect(
      try cycles(one, other, ambiguous: ["g"]) == ["g+a→b (1 T1), g+b→a (2 T2)"])
  }

  @Test func `have none where one thread takes all the steps`() throws {
    #expect(
      try cycles("T1: acq(a) acq(b) rel(b) rel(a)", "T1: acq(b) acq(a) rel(a) rel(b)") == [])
    #expect(
      try cycles("?1: acq(a) acq(b) rel(b) rel(a)", "?1: acq(b) acq(a) rel(a) rel(b)").count == 1)
  }

  @Test func `have none where a step is a try, or only read locks meet`() throws {
    #expect(
      try cycles("T1: acq(a) acq(b)~try rel(b) rel(a)", "T2: acq(b) acq(a) rel(a) rel(b)") == [])
    #expect(
      try cycles("T1: acq(a) sacq(b) srel(b) rel(a)", "T2: sacq(b) acq(a) rel(a) srel(b)") == [])
    #expect(
      try cycles("T1: acq(a) sacq(b) srel(b) rel(a)", "T2: acq(b) acq(a) rel(a) rel(b)").count
        == 1)
  }

  @Test func `leave to a run what it has by itself`() throws {
    let both = """
      T1: acq(a) acq(b) rel(b) rel(a)
      T2:                             acq(b) acq(a) rel(a) rel(b)
      """
    #expect(try cycles(both, "T2: acq(b) acq(a) rel(a) rel(b)") == [])
    #expect(try cycles(both, "T3: acq(b) acq(a) rel(a) rel(b)") == [])
    #expect(try cycles(both, both) == [])
  }

  @Test func `leave to a run what it rules out, unless another thread does it elsewhere`() throws {
    let ordered = """
      T1: acq(a) acq(b) rel(b) rel(a) fork(T2)
      T2:                                      acq(b) acq(a) rel(a) rel(b)
      """
    #expect(try cycles(ordered, ordered) == [])
    #expect(try cycles(ordered, "T2: acq(b) acq(a) rel(a) rel(b)") == [])
    #expect(
      try cycles(ordered, "T3: acq(a) acq(b) rel(b) rel(a)") == ["a→b (2 T3), b→a (1 T2)"])
  }

  @Test func `keep the order within each of them`() throws {
    // The first two steps are one run's, and never at the same time.
    let ordered = """
      T1: acq(a) acq(b) rel(b) rel(a) fork(T2)
      T2:                                      acq(b) acq(c) rel(c) rel(b)
      """
    let free = """
      T1: acq(a) acq(b) rel(b) rel(a)
      T2:                             acq(b) acq(c) rel(c) rel(b)
      """
    #expect(try cycles(ordered, "T3: acq(c) acq(a) rel(a) rel(c)") == [])
    #expect(try cycles(free, "T3: acq(c) acq(a) rel(a) rel(c)").count == 1)
  }
}
