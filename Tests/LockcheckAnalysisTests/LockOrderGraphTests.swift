import LockcheckAnalysis
import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

@Suite struct `The graph of lock orders` {
  /// `A → B by T1, T2 ×3`, one for each edge.
  private func edges(_ run: Trace) throws -> [String] {
    var analyzer = Analyzer(engine: .streaming)
    var source = TraceEvents(run)
    try analyzer.analyze(&source)
    let graph = analyzer.finish().lockRequests?.graph
    return try #require(graph).edges.map { edge in
      let name = { (lock: ObjectID) in run.tables.objects.name(of: lock) ?? "?" }
      let threads = edge.threads.map { run.tables[$0].name ?? "?" }.joined(separator: ", ")
      return "\(name(edge.held)) → \(name(edge.wanted)) by \(threads) ×\(edge.count)"
        + (edge.isBounded ? ", bounded" : "")
    }
  }

  @Test func `has an edge for each pair, harmless or not, with who did it and how often`() throws {
    let run = trace(
      """
      T1: acq(A) acq(B) acq(C) rel(C) rel(B) acq(B) rel(B) rel(A)
      T2:                                                         acq(A) acq(B) rel(B) rel(A)
      """)
    #expect(
      try edges(run) == ["A → B by T1, T2 ×3", "A → C by T1 ×1", "B → C by T1 ×1"])
  }

  @Test func `has no edge where nothing is held, and none to a lock that is`() throws {
    #expect(try edges(trace("T1: acq(A) rel(A) acq(B) rel(B)")) == [])
    let again = trace(
      """
      objects: R rlock
      T1: acq(R) acq(R) rel(R) rel(R)
      """)
    #expect(try edges(again) == [])
  }

  @Test func `tells tries from requests that could wait for ever`() throws {
    let run = trace("T1: acq(A) acq(B)~try rel(B) rel(A)")
    #expect(try edges(run) == ["A → B by T1 ×1, bounded"])
  }

  @Test func `leaves joins out`() throws {
    let run = trace(
      """
      main: fork(T1) acq(A)                      join(T1) rel(A)
      T1:                   acq(B) rel(B) exit()
      """)
    #expect(try edges(run) == [])
  }
}
