import LockcheckAnalysis
import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

private func races(_ drawing: String) -> [String] {
  let result = analyze(trace(drawing), with: [FastTrackDetector()])
  return result.findings.map { summary($0, in: result.tables) }
}

@Suite struct `Data races of the schedule that ran` {
  @Test func `two writes that nothing orders are a race, two reads are none`() {
    #expect(
      races("T1: w(x)\nT2:      w(x)")
        == ["observed data-race x: T1 write(x) [], T2 write(x) []"])
    #expect(races("T1: r(x)\nT2:      r(x)").isEmpty)
  }

  @Test func `a variable that is made anew under an old number does not race with the old one`() {
    #expect(races("T1: w(x) destroy(x)\nT2:                 create(x) w(x)").isEmpty)
    #expect(races("T1: w(x) destroy(x)\nT2:                 w(x)").count == 1)
    #expect(races("T1: create(x) w(x)\nT2:                w(x)").count == 1)
  }

  @Test func `atomic accesses race with plain ones and not with each other`() {
    #expect(races("T1: aw(x)\nT2:       au(x)").isEmpty)
    #expect(races("T1: aw(x)\nT2:       w(x)").count == 1)
    #expect(races("T1: ar(x)\nT2:       r(x)").isEmpty)
  }

  /// Each way to order two threads, and the same with its essence taken away.
  @Test(
    arguments: [
      ("acq(A) w(x) rel(A)", "acq(A) w(x) rel(A)", "w(x)"),
      ("w(x) fork(T2)", "w(x)", nil),
      ("w(x) set(E)", "wait(E) w(x)", "wait(E)=timeout w(x)"),
      ("w(x) put(Q,1)", "get(Q,1) w(x)", "get(Q,2) w(x)"),
      ("w(x) rel(S)", "acq(S) w(x)", "acq(S)=failed w(x)"),
      ("w(x) aw(a)", "ar(a) w(x)", "aw(a) w(x)"),
      ("w(x) done(Q)", "qjoin(Q) w(x)", "done(Q) w(x)"),
      ("w(x) close(Q)", "get(Q)=error w(x)", "get(Q)=timeout w(x)"),
      ("sacq(RW) r(x) srel(RW)", "acq(RW) w(x) rel(RW)", "sacq(RW) w(x) srel(RW)"),
    ])
  func `what orders two threads makes no race`(first: String, second: String, without: String?) {
    let draw = { (second: String) in
      """
      objects: S semaphore(0), RW rwlock
      T1: \(first)
      T2: \(String(repeating: " ", count: first.count)) \(second)
      """
    }
    #expect(races(draw(second)).isEmpty)
    if let without { #expect(races(draw(without)).count == 1) }
  }

  @Test func `a thread that is joined is past, one that is not may still run`() {
    #expect(races("T1: fork(T2)      join(T2) w(x)\nT2:          w(x)").isEmpty)
    #expect(races("T1: fork(T2)      w(x)\nT2:          w(x)").count == 1)
    #expect(races("T1: fork(T2)      join(T2)=timeout w(x)\nT2:          w(x)").count == 1)
  }

  @Test func `a notify orders the wait that it ends`() {
    let draw = { (first: String) in
      """
      objects: C condition(L)
      T1:                     w(x) \(first)
      T2: acq(L) wait(C,L)?                     wait(C,L) w(x)
      """
    }
    #expect(races(draw("notify(C)")).isEmpty)
    #expect(races(draw("notify(D)")).count == 1)
  }

  @Test func `a barrier orders what comes before it and after it`() {
    let draw = { (second: String) in
      """
      objects: B barrier(2)
      T1: w(x) wait(B)?          wait(B)
      T2:               \(second)
      """
    }
    #expect(races(draw("wait(B) w(x)")).isEmpty)
    #expect(races(draw("w(x) wait(B)")).count == 1)
  }

  @Test func `the get that makes room comes before the put that it admits`() {
    let draw = { (capacity: Int) in
      """
      objects: Q queue(\(capacity))
      T1:          w(x) get(Q,1)
      T2: put(Q,1)               put(Q,2) w(x)
      """
    }
    #expect(races(draw(1)).isEmpty)
    #expect(races(draw(2)).count == 1)
  }

  @Test func `after a race, what a read saw orders what follows it`() {
    // T2 can only read z after it saw y: that T1 wrote z is then past.
    #expect(
      races(
        """
        T1: w(z) w(y)
        T2:           r(y) w(z)
        """) == ["observed data-race y: T1 write(y) [], T2 read(y) []"])
  }

  @Test func `every later access counts, with one partner each`() {
    let result = analyze(
      trace("T1: w(x)\nT2:      w(x) r(x)\nT3:                r(x)"), with: [FastTrackDetector()])
    let pairs = result.findings.flatMap(\.occurrences).sorted { $0[1] < $1[1] }
    #expect(pairs == [[0, 1], [0, 2], [1, 3]])
  }

  @Test func `accesses ordered by clocks make certain only what no read could change`() {
    func verdicts(_ order: TraceHeader.AccessOrder) -> [Verdict] {
      var trace = trace(
        """
        T1: w(z)      w(y)
        T2:      w(z)      r(y)
        T3:                     w(z)@last
        """)
      trace.header.accessOrder = order
      return analyze(trace, with: [FastTrackDetector()]).findings.map(\.verdict)
    }
    #expect(verdicts(.exact) == [.observed, .observed, .observed])
    // A read of z that was left out may have seen what the other thread wrote.
    #expect(verdicts(.approximate) == [.observed, .possible, .possible])
  }

  @Test func `ordered by clocks, a read that came too early to see a write may have seen it`() {
    func verdicts(_ drawing: String, _ order: TraceHeader.AccessOrder) -> [Verdict] {
      var trace = trace(drawing)
      trace.header.accessOrder = order
      return analyze(trace, with: [FastTrackDetector()]).findings.map(\.verdict)
    }
    let early = "T1:      w(x) w(f)\nT2: r(f)           r(x)"
    #expect(verdicts(early, .exact) == [.observed, .observed])
    #expect(verdicts(early, .approximate) == [.observed, .possible])
    let ordered = "T1: w(x) w(f)\nT2:           r(f) r(x)"
    #expect(verdicts(ordered, .approximate) == [.observed])
  }

  @Test func `what is held is told of both sides`() {
    #expect(
      races("T1: acq(A) w(x) rel(A)\nT2:                    acq(B) r(x) rel(B)")
        == ["observed data-race x: T1 write(x) [A], T2 read(x) [B]"])
  }
}
