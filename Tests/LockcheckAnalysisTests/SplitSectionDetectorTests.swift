import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

@testable import LockcheckAnalysis

/// The events of each finding: the check, the write of another thread, the change.
private func found(_ drawing: String) -> [[Int]] { found(trace(drawing)) }

private func found(_ trace: Trace) -> [[Int]] {
  analyze(trace, with: [SplitSectionDetector()]).findings.map { $0.steps.map(\.event) }
}

@Suite struct `Check and change in two sections of one function` {
  private let split = """
    T1: acq(L)@f:3 r(x) rel(L)                       acq(L)@f:6 w(x) rel(L)
    T2:                        acq(L)@g w(x)  rel(L)
    """

  @Test func `with another thread's write in between are found`() {
    let result = analyze(trace(split), with: [SplitSectionDetector()])
    #expect(
      result.findings.map { summary($0, in: result.tables) } == [
        "possible atomicity-violation x: T1 read(x) [L], T2 write(x) [L], T1 write(x) [L]"
      ])
    #expect(found(split) == [[1, 4, 7]])
  }

  @Test func `are nothing where the other thread only reads`() {
    #expect(found(split.replacing("acq(L)@g w(x)", with: "acq(L)@g r(x)")).isEmpty)
  }

  @Test func `are nothing where the other thread writes under another lock`() {
    #expect(
      found(split.replacing("acq(L)@g w(x)  rel(L)", with: "acq(M)@g w(x)  rel(M)")).isEmpty)
  }

  @Test func `are nothing where no other thread writes`() {
    #expect(found("T1: acq(L)@f:3 r(x) rel(L) acq(L)@f:6 w(x) rel(L)").isEmpty)
  }

  @Test func `are found by writes before and after, where only locks put them there`() {
    let before = """
      T1:                       acq(L)@f:3 r(x) rel(L) acq(L)@f:6 w(x) rel(L)
      T2: acq(L)@g w(x) rel(L)
      """
    #expect(found(before) == [[4, 1, 7]])
    #expect(found("T2: dummy fork(T1)\n" + before).count == 1)
    let after = """
      T1: acq(L)@f:3 r(x) rel(L) acq(L)@f:6 w(x) rel(L)
      T2:                                               acq(L)@g w(x) rel(L)
      """
    #expect(found(after) == [[1, 7, 4]])
  }

  @Test func `are nothing where forks and joins keep the other write away`() {
    #expect(
      found(
        """
        T1: fork(T2)                      join(T2) acq(L)@f:3 r(x) rel(L) acq(L)@f:6 w(x) rel(L)
        T2:          acq(L)@g w(x) rel(L)
        """
      ).isEmpty)
    #expect(
      found(
        """
        T1: acq(L)@f:3 r(x) rel(L) acq(L)@f:6 w(x) rel(L) fork(T2)
        T2:                                                        acq(L)@g w(x) rel(L)
        """
      ).isEmpty)
    // The function itself has the other thread do it, and waits for it.
    #expect(
      found(
        """
        T1: acq(L)@f:3 r(x) rel(L) fork(T2)                      join(T2) acq(L)@f:6 w(x) rel(L)
        T2:                                 acq(L)@g w(x) rel(L)
        """
      ).isEmpty)
  }

  @Test func `are nothing where the change looks again first`() {
    #expect(found(split.replacing("acq(L)@f:6 w(x)", with: "acq(L)@f:6 r(x) w(x)")).isEmpty)
    #expect(found(split.replacing("acq(L)@f:6 w(x)", with: "acq(L)@f:6 w(x) r(x)")).count == 1)
  }

  @Test func `are nothing where the first section writes too`() {
    // What it marked as its own is its own until it says otherwise.
    #expect(found(split.replacing("r(x)", with: "r(x) w(x)")).isEmpty)
    #expect(found(split.replacing("r(x)", with: "w(x) r(x)")).isEmpty)
    #expect(found(split.replacing("r(x) rel(L)", with: "r(x) rel(L) w(x)")).isEmpty)
  }

  @Test func `are nothing in two functions, two calls or upwards`() {
    #expect(found(split.replacing("@f:6", with: "@h:6")).isEmpty)
    #expect(found(split.replacing("@f:3", with: "@f:9")).isEmpty)
    #expect(found(split.replacing("@f:6", with: "@f:3")).isEmpty)
    #expect(found(split.replacing("@f:3", with: "").replacing("@f:6", with: "")).isEmpty)
    let called = split.replacing("@f:3", with: "@f:3/main:9")
    #expect(found(called.replacing("@f:6", with: "@f:6/main:9")).count == 1)
    #expect(found(called.replacing("@f:6", with: "@f:6/main:10")).isEmpty)
  }

  @Test func `are nothing inside a lock around both`() {
    let outer = """
      T1: acq(M)@f:2 acq(L)@f:3 r(x) rel(L)                      acq(L)@f:6 w(x) rel(L) rel(M)
      T2:                                   acq(L)@g w(x) rel(L)
      """
    #expect(found(outer).isEmpty)
  }

  @Test func `are nothing inside a block, whose own finding says it`() {
    #expect(found(split.replacing("T1: acq", with: "T1: begin acq")).isEmpty)
    #expect(found(split.replacing("T1: acq", with: "T1: begin end acq")).count == 1)
  }

  @Test func `are nothing where two locks are taken`() {
    #expect(
      found(
        """
        T1: acq(L)@f:3 r(x) rel(L)                      acq(M)@f:6 w(x) rel(M)
        T2:                        acq(L)@g w(x) rel(L)
        """
      ).isEmpty)
  }

  @Test func `are found where a reader of an rwlock goes on as its writer`() {
    let rwlock = """
      objects: L rwlock
      T1: sacq(L)@f:3 r(x) srel(L)                      acq(L)@f:6 w(x) rel(L)
      T2:                          acq(L)@g w(x) rel(L)
      """
    #expect(found(rwlock) == [[1, 4, 7]])
  }

  @Test func `are nothing where a wait comes between check and change`() {
    let wait = """
      objects: C condition(L)
      T1: acq(L)@f:3 r(x) wait(C)?                      wait(C)@f:4 w(x) rel(L)
      T2:                          acq(L)@g w(x) rel(L)
      """
    #expect(found(wait).isEmpty)
    #expect(
      found(wait.replacing("w(x) rel(L)\n", with: "rel(L) acq(L)@f:6 w(x) rel(L)\n")).count == 1)
    // Written after the wait: no longer only a check.
    #expect(
      found(
        wait.replacing("w(x) rel(L)\n", with: "w(x) rel(L) acq(L)@f:6 w(x) rel(L)\n")
      ).isEmpty)
  }

  @Test func `are one finding however often, and told as it happened`() {
    let often = """
      T1: acq(L)@f:3 r(x) rel(L) acq(L)@f:6 w(x) rel(L)                      acq(L)@f:3 r(x) rel(L)                      acq(L)@f:6 w(x) rel(L)
      T2:                                               acq(L)@g w(x) rel(L)                        acq(L)@g w(x) rel(L)
      """
    let findings = analyze(trace(often), with: [SplitSectionDetector()]).findings
    #expect(findings.map { $0.steps.map(\.event) } == [[10, 13, 16]])
    #expect(findings.map(\.occurrenceCount) == [2])
  }

  @Test func `are told apart by address only as far as addresses go`() {
    var trace = trace(split)
    func address(_ stack: Int, _ addresses: [UInt64]) {
      let first = trace.tables.frames.count
      for address in addresses {
        trace.tables.frames.append(Frame(module: "/bin/program", address: address))
      }
      trace.tables.stacks[stack] = CallStack(addresses.indices.map { FrameID(first + $0) })
    }
    // What takes the lock, the function, its caller.
    address(0, [10, 203, 300])
    address(2, [10, 206, 300])
    let result = analyze(trace, with: [SplitSectionDetector()])
    #expect(result.findings.count == 1)
    let report = Report(
      header: trace.header, tables: result.tables, eventCount: result.eventCount,
      findings: result.findings)
    #expect(report.findings.isEmpty)
    address(2, [10, 206, 301])
    #expect(found(trace).isEmpty)
    address(2, [10, 206, 300, 400])
    #expect(found(trace).isEmpty)
  }

  @Test func `stand beside the block that happened to be broken`() {
    let both = """
      T1: acq(L)@f:3 r(x) rel(L)                      acq(L)@f:6 w(x) rel(L)
      T2:                        acq(L)@g w(x) rel(L)
      T3: begin@f:3 r(x)                                         w(x) end
      """
    let result = analyze(trace(both), with: [AtomicityDetector(), SplitSectionDetector()])
    let report = Report(
      header: TraceHeader(), tables: result.tables, eventCount: result.eventCount,
      findings: result.findings)
    #expect(report.findings.map(\.finding.verdict) == [.observed, .possible])
    #expect(Set(report.findings.map(\.fingerprint)).count == 2)
  }

  @Test func `are not mixed up when a variable gets the number of another`() {
    #expect(found(split.replacing("acq(L)@g w(x)  rel(L)", with: "create(x)")).isEmpty)
    let gone = """
      T1:                            acq(L)@f:3 r(x) rel(L) acq(L)@f:6 w(x) rel(L)
      T2: acq(L)@g w(x) rel(L)
      T3:                  create(x)
      """
    #expect(found(gone).isEmpty)
    #expect(found(gone.replacing("create(x)", with: "dummy")).count == 1)
  }
}
