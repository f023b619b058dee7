import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

@testable import LockcheckAnalysis

private func picture(
  of trace: Trace, spanLimit: Int = SpanStore.usualLimit, cellLimit: Int = CellStore.usualLimit
) -> RunPicture {
  var painter = RunPainter(spanLimit: spanLimit, cellLimit: cellLimit)
  for event in trace.events { painter.observe(event, in: trace.tables) }
  return painter.finish(nil)
}

extension RunTimeline {
  /// `T1 hold A 0..<3`, by lane and begin.
  fileprivate func drawn(_ tables: TraceTables) -> [String] {
    spans.map { span in
      let what =
        span.object.isPresent
        ? tables.objects.name(of: span.object) ?? "?" : tables[span.child].name ?? "?"
      return "\(tables[span.thread].name ?? "?") \(span.kind) \(what) \(span.begin)..<\(span.end)"
    }
  }
}

@Suite struct `A picture of a run` {
  @Test func `has a span for each hold and each wait`() {
    let trace = trace(
      """
      T1: acq(A) acq(B)        rel(B) rel(A)
      T2:               acq(A)?             acq(A) rel(A)
      """)
    #expect(
      picture(of: trace).timeline.drawn(trace.tables) == [
        "T1 hold A 0..<4", "T1 hold B 1..<3", "T2 wait A 2..<5", "T2 hold A 5..<6",
      ])
  }

  @Test func `ends at the end of the run what is still going on`() {
    let trace = trace(
      """
      T1: acq(A)         acq(B)?
      T2:         acq(B)         acq(A)?
      """)
    #expect(
      picture(of: trace).timeline.drawn(trace.tables) == [
        "T1 hold A 0..<4", "T1 wait B 2..<4", "T2 hold B 1..<4", "T2 wait A 3..<4",
      ])
  }

  @Test func `gives a lock up for as long as a thread waits on its condition`() {
    let trace = trace(
      """
      objects: C condition(L)
      T1: acq(L) wait(C)?                           wait(C) rel(L)
      T2:                 acq(L) notify(C) rel(L)
      """)
    #expect(
      picture(of: trace).timeline.drawn(trace.tables) == [
        "T1 hold L 0..<1", "T1 wait C 1..<5", "T1 hold L 5..<6", "T2 hold L 2..<4",
      ])
  }

  @Test func `shows a lock taken twice as one hold`() {
    let trace = trace(
      """
      objects: A rlock
      T1: acq(A) acq(A) rel(A) rel(A)
      """)
    #expect(picture(of: trace).timeline.drawn(trace.tables) == ["T1 hold A 0..<3"])
  }

  @Test func `counts by time where there are times`() {
    var trace = trace("T1: acq(A) rel(A)")
    trace.events[0].time = 1_000
    trace.events[1].time = 4_500
    let picture = picture(of: trace)
    #expect(picture.timeline.unit == .nanoseconds)
    #expect(picture.timeline.drawn(trace.tables) == ["T1 hold A 0..<3500"])
    #expect(picture.locks.map(\.holds.total) == [3_500])
    #expect(picture.threads.map(\.held) == [3_500])
  }

  @Test(arguments: 0..<2_000 as Range<UInt64>)
  func `says of every moment who holds what`(seed: UInt64) {
    let trace = RandomTrace.make(seed: seed)
    let spans = picture(of: trace).timeline.spans.filter { $0.kind != .wait }
    var run = Run()
    run.tables = trace.tables
    for (index, event) in trace.events.enumerated() {
      run.advance(past: event, at: index)
      for thread in trace.tables.threads.indices.map({ ThreadID($0) }) {
        let held = Set(run.held.locks(of: run.held.set(of: thread)).map(\.object))
        let drawn = spans.filter {
          $0.thread == thread && $0.begin <= UInt64(index) && UInt64(index) < $0.end
        }
        #expect(Set(drawn.map(\.object)) == held, "seed \(seed), event \(index), \(thread)")
      }
    }
  }

  @Test(arguments: 0..<300 as Range<UInt64>)
  func `loses no time, however few spans and cells it may keep`(seed: UInt64) {
    var shape = RandomTrace.Shape()
    shape.events = 400
    let trace = RandomTrace.make(seed: seed, shape: shape)
    let whole = picture(of: trace)
    let small = picture(of: trace, spanLimit: 5, cellLimit: 48)
    for (one, other) in zip(whole.threads, small.threads) {
      #expect(one.held == other.held && one.waited == other.waited, "seed \(seed)")
      let cells =
        small.timeline.cells.indices.contains(other.thread.index)
        ? small.timeline.cells[other.thread.index] : CellRow()
      #expect(cells.held.reduce(0, +) == other.held, "seed \(seed)")
      #expect(cells.waited.reduce(0, +) == other.waited, "seed \(seed)")
      #expect(cells.held.allSatisfy { $0 <= small.timeline.cellWidth }, "seed \(seed)")
    }
    let kept = whole.timeline.spans.filter { $0.length >= small.timeline.resolution }
    #expect(small.timeline.spans == kept, "seed \(seed)")
    #expect(kept.count <= 5, "seed \(seed)")
  }

  @Test func `tells which locks were taken with which others held`() {
    let trace = trace(
      """
      T1: acq(A) acq(B) acq(C) rel(C) rel(B) rel(A)
      T2:                                           acq(B) acq(A) rel(A) rel(B)
      """)
    var analyzer = Analyzer(engine: .streaming)
    var events = TraceEvents(trace)
    try? analyzer.analyze(&events)
    let orders = analyzer.finish().lockRequests?.orders(limit: 100).orders ?? []
    let drawn = orders.map { order in
      [order.outer, order.inner].map { trace.tables.objects.name(of: $0) ?? "?" }.joined()
    }
    #expect(drawn.sorted() == ["AB", "AC", "BA", "BC"])
  }
}
