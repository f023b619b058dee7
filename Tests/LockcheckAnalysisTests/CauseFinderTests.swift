import LockcheckTestKit
import LockcheckTrace
import Testing

@testable import LockcheckAnalysis

/// What the event at a place takes for granted, besides what its thread did before.
private func causes(_ drawing: String, of place: Int) -> [Int] {
  var causes: Set<Int> = []
  let index = runIndex(drawing)
  index.causes.forEach(of: place) { causes.insert($0) }
  return causes.sorted()
}

@Suite struct `What an event takes for granted` {
  @Test func `a read, the write that it saw; a write, nothing`() {
    let drawing = "T1: w(x) w(x)\nT2: r(x) w(x)".drawnInTurn
    #expect(causes(drawing, of: 2) == [1])
    #expect(causes(drawing, of: 3) == [])
  }

  @Test func `an atomic read, the update that it saw`() {
    #expect(causes("T1: aw(x) au(x)\nT2: ar(x)".drawnInTurn, of: 2) == [1])
  }

  @Test func `what a thread does first, its fork; a join, that and the child's last event`() {
    let drawing = "T1: fork(T2)           join(T2)\nT2:          w(x) w(y)"
    #expect(causes(drawing, of: 1) == [0])
    #expect(causes(drawing, of: 2) == [])
    #expect(causes(drawing, of: 3) == [0, 2])
  }

  @Test func `an acquire of a lock, nothing`() {
    #expect(causes("T1: acq(A) rel(A)\nT2: acq(A) rel(A)".drawnInTurn, of: 2) == [])
  }

  @Test func `a try that failed, that the other is inside`() {
    let drawing = "T1: acq(A)                 rel(A)\nT2:        acq(A)~try=failed"
    #expect(causes(drawing, of: 1) == [0])
  }

  @Test func `a lock that changes hands, all that was done to it`() {
    let drawing = "objects: K lock(handover)\nT1: acq(K)\nT2: rel(K) acq(K)".drawnInTurn
    #expect(causes(drawing, of: 1) == [0])
    #expect(causes(drawing, of: 2) == [1])
  }

  @Test func `an acquire of a semaphore without permits, the release before it`() {
    let drawing = "objects: S semaphore(0)\nT1: rel(S) rel(S)\nT2: acq(S)".drawnInTurn
    #expect(causes(drawing, of: 2) == [1])
  }

  @Test func `an acquire of a semaphore that is used as a lock, nothing`() {
    let drawing = "objects: S semaphore(1)\nT1: acq(S) rel(S)\nT2: acq(S) rel(S)".drawnInTurn
    #expect(causes(drawing, of: 2) == [])
  }

  @Test func `an acquire of a semaphore of unknown value, all that was done to it`() {
    let drawing = "objects: S semaphore()\nT1: acq(S) rel(S)\nT2: acq(S) rel(S)".drawnInTurn
    #expect(causes(drawing, of: 2) == [1])
  }

  @Test func `the end of a wait, a notify after its beginning`() {
    let drawing = """
      objects: C condition(L)
      T1:           acq(L) wait(C,L)?                            wait(C,L) rel(L)
      T2: notify(C)                   acq(L) notify(C,1) rel(L)
      """
    #expect(causes(drawing, of: 6) == [4])
  }

  @Test func `a wait on an event, what raised it`() {
    let raised = "objects: E event\nT1: set(E) set(E)\nT2: wait(E)".drawnInTurn
    #expect(causes(raised, of: 2) == [0])
    let meanwhile =
      "objects: E event\nT1:          set(E) clear(E)\nT2: wait(E)?                 wait(E)"
    #expect(causes(meanwhile, of: 3) == [1])
  }

  @Test func `a departure from a barrier, the arrival that completes the round`() {
    let drawing = "objects: B barrier(2)\nT1: wait(B)?          wait(B)\nT2:          wait(B)"
    #expect(causes(drawing, of: 1) == [0])
    #expect(causes(drawing, of: 2) == [1])
  }

  @Test func `a get, its put and the get before; a put into a full queue, the get that made room`()
  {
    let drawing = """
      objects: Q queue(2)
      T1: put(Q) put(Q)               put(Q)
      T2:               get(Q) get(Q)
      """
    #expect(causes(drawing, of: 3) == [1, 2])
    #expect(causes(drawing, of: 4) == [2])
  }

  @Test func `a join of a queue, the last task that was done`() {
    let drawing = """
      objects: Q queue(0)
      T1: put(Q)                qjoin(Q)
      T2:        get(Q) done(Q)
      """
    #expect(causes(drawing, of: 3) == [2])
  }

  @Test func `what is done to an object that breaks its rules, all that was done to it`() {
    // Two threads cannot both hold A.
    let drawing = "T1: acq(A)        rel(A)\nT2:        acq(A)        rel(A)"
    #expect(causes(drawing, of: 1) == [0])
    #expect(causes(drawing, of: 2) == [1])
    #expect(causes(drawing, of: 3) == [2])
  }

  @Test func `what is done to an object, its creation; its end, all that was done to it`() {
    let drawing = "T1: create(x)           destroy(x)\nT2:           w(x)\nT3:                r(x)"
    #expect(causes(drawing, of: 1) == [0])
    #expect(causes(drawing, of: 3) == [0, 1, 2])
  }
}
