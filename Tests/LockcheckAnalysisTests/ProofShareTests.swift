import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

@testable import LockcheckAnalysis

/// What it costs to prove the races of two threads that fill one block of memory.
@Suite struct `Races on each word of a block` {
  @Test(arguments: [true, false])
  func `cost a part of the run each until the share of their places is used up`(isOrdered: Bool) {
    let (few, many) = (refined(250, isOrdered), refined(1_000, isOrdered))
    // A few hundred are proved of either; four times the words, in four times the events, would else cost
    // sixteen times as much.
    #expect(few.steps > 100_000)
    #expect(many.steps < 8 * few.steps)
    #expect(few.findings.allSatisfy { $0.missing == nil })
    #expect(many.findings.contains { $0.missing == nil })
    #expect(many.findings.contains { $0.missing == .notDecided && $0.verdict == .possible })
    #expect(Set(many.findings.flatMap(\.objects)).count == 1_000)
  }

  @Test func `are looked at one by one where nobody knows where they are`() {
    let found = refined(1_000, false, stack: .absent)
    #expect(found.findings.allSatisfy { $0.missing == nil })
  }

  /// What comes of the races, and how many events were looked at.
  private func refined(
    _ words: Int, _ isOrdered: Bool, stack: StackID = StackID(0)
  ) -> (steps: Int, findings: [Finding]) {
    let trace = block(words, isOrdered, stack)
    var run = Run()
    run.tables = trace.tables
    run.accessOrder = isOrdered ? .exact : .approximate
    var history = History()
    var detector = FastTrackDetector()
    for (place, event) in trace.events.enumerated() {
      history.append(event, holding: run.held.set(of: event.thread))
      detector.observe(event, at: place, in: run)
      run.advance(past: event, at: place)
    }
    var detections = detector.finish(in: run)
    var prediction = Prediction(history, .search, in: run)
    prediction.refine(&detections, of: [.dataRace], in: run)
    return (prediction.proofSteps, detections.findings)
  }

  /// Two threads that write each word; in between one gives a lock back that the other takes, or not.
  private func block(_ words: Int, _ isOrdered: Bool, _ stack: StackID) -> Trace {
    var trace = Trace()
    trace.tables.threads.append(ThreadRow(name: "T1"))
    trace.tables.threads.append(ThreadRow(name: "T2"))
    trace.tables.stacks.append(CallStack([]))
    let lock = trace.tables.objects.append(kind: .lock)
    let block = (0..<words).map { _ in trace.tables.objects.append(kind: .variable) }
    for thread in [ThreadID(0), ThreadID(1)] {
      func section() {
        guard isOrdered else { return }
        trace.events.append(Event(.acquire, by: thread, on: lock))
        trace.events.append(Event(.release, by: thread, on: lock))
      }
      if thread == ThreadID(1) { section() }
      for word in block { trace.events.append(Event(.write, by: thread, on: word, at: stack)) }
      if thread == ThreadID(0) { section() }
    }
    return trace
  }
}
