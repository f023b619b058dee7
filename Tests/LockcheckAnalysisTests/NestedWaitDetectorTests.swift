import LockcheckAnalysis
import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

private func nested(_ drawing: String) -> [String] {
  let result = analyze(trace(drawing), with: [NestedWaitDetector()])
  return result.findings.map { summary($0, in: result.tables) }
}

@Suite struct `Waits under locks` {
  @Test func `that every waker takes first can hang`() {
    #expect(
      nested(
        """
        T1:                      acq(L) wait(E) rel(L)
        T2: acq(L) rel(L) set(E)
        """) == ["possible nested-monitor E L: T1 wait(E) [L], T2 set(E) []"])
  }

  @Test func `cannot if the lock is given back before`() {
    #expect(
      nested(
        """
        T1:                      acq(L) rel(L) wait(E)
        T2: acq(L) rel(L) set(E)
        """
      ).isEmpty)
  }

  @Test func `cannot if the waker only tries to take it`() {
    #expect(
      nested(
        """
        T1:                          acq(L) wait(E) rel(L)
        T2: acq(L)~try rel(L) set(E)
        """
      ).isEmpty)
  }

  @Test func `are counted together, round by round, and take bounded memory`() {
    let rounds = 300
    let result = analyze(
      trace(
        """
        T1: \(String(repeating: "       acq(L)@a get(Q)@b rel(L) ", count: rounds))
        """), with: [NestedWaitDetector()])
    #expect(result.findings.isEmpty, "nobody puts")
    var run = Trace()
    for name in ["T1", "T2"] { run.tables.threads.append(ThreadRow(name: name)) }
    let lock = run.tables.objects.append(kind: .lock, name: "L")
    let queue = run.tables.objects.append(kind: .queue, name: "Q")
    for item in 0..<UInt64(rounds) {
      for (operation, thread, object) in [
        (Operation.acquire, 1, lock), (.release, 1, lock), (.put, 1, queue),
        (.acquire, 0, lock), (.get, 0, queue), (.release, 0, lock),
      ] {
        var event = Event(operation, by: ThreadID(thread), on: object)
        if object == queue { event.item = item }
        run.events.append(event)
      }
    }
    let found = analyze(run, with: [NestedWaitDetector()]).findings
    #expect(found.map(\.occurrenceCount) == [rounds])
  }
}
