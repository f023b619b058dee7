import LockcheckTestKit
import LockcheckTrace
import Testing

@testable import LockcheckAnalysis

/// The closure of what comes before the events at some places; nil where there is none.
private func closure(_ drawing: String, before places: Int...) -> [Int]? {
  let index = runIndex(drawing)
  var closure = SyncPreservingClosure(threadCount: index.threadCount)
  for place in places { closure.raise(before: place, in: index) }
  return closure.close(in: index) ? index.schedule(closure.included, from: 0) : nil
}

@Suite struct `The sync-preserving closure` {
  @Test func `holds what comes before in the thread, and not the event itself`() {
    #expect(closure("T1: acq(A) acq(B) rel(B) rel(A)", before: 1) == [0])
    #expect(closure("T1: acq(A) acq(B) rel(B) rel(A)", before: 0) == [])
  }

  @Test func `holds the write that a read saw, and not those after it`() {
    #expect(closure("T1: w(x) w(x)\nT2: r(x) w(y)".drawnInTurn, before: 3) == [0, 1, 2])
    #expect(closure("T1: w(x)      w(x)\nT2:      r(x)      w(y)", before: 3) == [0, 1])
  }

  @Test func `holds the fork of a thread, and all of one that is joined`() {
    let drawing = "T1: w(z) fork(T2)           join(T2) w(y)\nT2:               w(x) w(u)"
    #expect(closure(drawing, before: 2) == [0, 1])
    #expect(closure(drawing, before: 5) == [0, 1, 2, 3, 4])
  }

  @Test func `leaves a section that another thread enters later`() {
    let drawing = "T1: acq(A) w(x) rel(A) w(u)\nT2: acq(A) w(y) rel(A)".drawnInTurn
    #expect(closure(drawing, before: 1, 5) == [0, 1, 2, 4])
  }

  @Test func `stays in a section that nobody enters later`() {
    let drawing = "T1: acq(A) w(x) rel(A) w(u)\nT2: acq(B) w(y) rel(B)".drawnInTurn
    #expect(closure(drawing, before: 1, 5) == [0, 4])
    let other = "T1: acq(A) w(x) rel(A) w(u)\nT2: acq(A) w(y) rel(A)".drawnInTurn
    #expect(closure(other, before: 1, 4) == [0])
  }

  @Test func `stays in a shared section that others share, and leaves it for an exclusive one`() {
    let readers = """
      objects: R rwlock
      T1: sacq(R) w(x) srel(R)
      T2: sacq(R) w(y) srel(R)
      """.drawnInTurn
    #expect(closure(readers, before: 1, 4) == [0, 3])
    let writer = """
      objects: R rwlock
      T1: sacq(R) w(x) srel(R)
      T2: acq(R) w(y) rel(R)
      """.drawnInTurn
    #expect(closure(writer, before: 1, 4) == [0, 1, 2, 3])
  }

  @Test func `grows to what it would have been at once`() {
    let drawing = """
      T1: acq(A) w(x) rel(A) w(u)
      T2: acq(A) r(x) rel(A) w(v)
      T3: acq(A) r(x) rel(A) w(w)
      """.drawnInTurn
    let index = runIndex(drawing)
    var stepwise = SyncPreservingClosure(threadCount: index.threadCount)
    for place in [1, 5, 7, 11] {
      stepwise.raise(before: place, in: index)
      let isPossible = stepwise.close(in: index)
      #expect(isPossible)
    }
    let schedule = index.schedule(stepwise.included, from: 0)
    #expect(schedule == closure(drawing, before: 1, 5, 7, 11))
  }
}
