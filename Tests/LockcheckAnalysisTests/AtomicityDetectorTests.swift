import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

@testable import LockcheckAnalysis

/// The events of each finding: begin, what got in, what closes the circle.
private func found(_ drawing: String) -> [[Int]] {
  analyze(trace(drawing), with: [AtomicityDetector()]).findings.flatMap(\.occurrences)
}

@Suite struct `Blocks meant to be atomic` {
  @Test func `another thread's section between two of the block is found`() {
    let drawing = """
      T1: begin acq(L) r(x) rel(L)                    acq(L) w(x) rel(L) end
      T2:                          acq(L) w(x) rel(L)
      """
    let result = analyze(trace(drawing), with: [AtomicityDetector()])
    #expect(
      result.findings.map { summary($0, in: result.tables) } == [
        "observed atomicity-violation L: T1 begin() [], T2 release(L) [L], T1 acquire(L) []"
      ])
    #expect(result.findings.map(\.firstEvent) == [7])
    #expect(found(drawing.replacing("T1: begin", with: "T1: dummy")).isEmpty)
  }

  @Test func `of two blocks the one whose event closes the circle is reported`() {
    #expect(
      found(
        """
        T1: begin w(x)                r(y) end
        T2:            begin w(y) r(x)         end
        """) == [[0, 3, 5]])
  }

  @Test func `a circle over blocks that are still open is found at once`() {
    // T1 → T2 comes after T2 → T3: what T3 gives T1 has to know of T1 by then.
    #expect(
      found(
        """
        T1: begin w(x)                                   r(z)
        T2:            begin w(y)                  r(x)
        T3:                       begin r(y)  w(z)
        """) == [[0, 6, 8]])
  }

  @Test func `each violated block is reported once, and later ones too`() {
    let again = """
      T1: begin w(x)      w(x)      w(x) end begin w(x)      w(x) end
      T2:            w(x)      w(x)                     w(x)
      """
    #expect(found(again) == [[0, 2, 3], [7, 9, 10]])
  }

  @Test func `the levels of a recursive lock are one section`() {
    #expect(
      found(
        """
        objects: L rlock
        T1: begin acq(L) acq(L) w(x) rel(L) w(x) rel(L) end
        T2:                                             acq(L) w(x) rel(L)
        """
      ).isEmpty)
  }

  @Test func `readers of an rwlock do not get into a reader's block`() {
    let drawing = """
      objects: L rwlock
      T1: begin sacq(L) r(x) srel(L)                      sacq(L) r(x) srel(L) end
      T2:                            sacq(L) r(y) srel(L)
      """
    #expect(found(drawing).isEmpty)
    let writer = drawing.replacing("sacq(L) r(y) srel(L)", with: " acq(L) w(y)  rel(L)")
    #expect(found(writer).count == 1)
  }

  @Test func `a semaphore that the block gives and takes itself is no circle`() {
    #expect(found("objects: S semaphore(1)\nT1: begin acq(S) rel(S) acq(S) rel(S) end").isEmpty)
    #expect(
      found(
        """
        objects: S semaphore(0)
        T1: begin rel(S)               acq(S) end
        T2:              acq(S) rel(S)
        """
      ).count == 1)
  }

  @Test func `who meets others at a barrier in a block is not alone in it`() {
    let drawing = """
      objects: B barrier(2)
      T1: begin wait(B)?         wait(B) end
      T2:                wait(B)
      """
    #expect(found(drawing) == [[0, 2, 3]])
    #expect(found(drawing.replacing("begin", with: "dummy")).isEmpty)
  }

  @Test func `more blocks than a word has bits can be open at once`() {
    for count in [63, 64, 65, 130, 200] {
      // A chain: each block writes for the next, the last one for the first.
      var trace = Trace()
      for number in 0..<count {
        trace.tables.threads.append(ThreadRow(name: "T\(number)"))
        _ = trace.tables.objects.append(kind: .variable, name: "x\(number)")
        trace.events.append(Event(.begin, by: ThreadID(number)))
      }
      for number in 0..<count {
        if number > 0 {
          trace.events.append(Event(.read, by: ThreadID(number), on: ObjectID(number - 1)))
        }
        trace.events.append(Event(.write, by: ThreadID(number), on: ObjectID(number)))
      }
      let without = analyze(trace, with: [AtomicityDetector()]).findings
      #expect(without.isEmpty, "\(count)")
      trace.events.append(Event(.read, by: ThreadID(0), on: ObjectID(count - 1)))
      let with = analyze(trace, with: [AtomicityDetector()]).findings
      #expect(with.map(\.firstEvent) == [trace.events.count - 1], "\(count)")
    }
  }

  @Test func `what stays in use survives the sweeps of sets that nothing refers to`() {
    // One block is always open, so that nothing is forgotten for want of blocks.
    var trace = trace("T1: w(x)\nT2: w(y)\nT3: begin w(z)\nT4: dummy")
    let (x, z) = (ObjectID(0), ObjectID(2))
    for _ in 0..<20_000 {
      for thread in [0, 1] {
        trace.events += [
          Event(.begin, by: ThreadID(thread)), Event(.read, by: ThreadID(thread), on: z),
          Event(.write, by: ThreadID(thread), on: x), Event(.end, by: ThreadID(thread)),
        ]
      }
    }
    trace.events += [
      Event(.write, by: ThreadID(2), on: z), Event(.read, by: ThreadID(2), on: x),
    ]
    let result = analyze(trace, with: [AtomicityDetector()])
    #expect(result.findings.flatMap(\.occurrences).map { $0.last! } == [trace.events.count - 2])
  }
}
