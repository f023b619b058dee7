import LockcheckAnalysis
import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

private func result(_ drawing: String) -> AnalysisResult {
  analyze(trace(drawing), with: [LockMisuseDetector()])
}

private func misuses(_ drawing: String) -> [String] {
  let result = result(drawing)
  return result.findings.map { summary($0, in: result.tables) }
}

@Suite struct `A release of a lock that is not held` {
  @Test func `of a free lock`() {
    #expect(misuses("T1: rel(A)") == ["observed release-not-held A: T1 release(A) []"])
    #expect(misuses("T1: acq(A) rel(A)").isEmpty)
    #expect(misuses("T1: acq(A) rel(A) rel(A)").count == 1)
  }

  @Test func `is none after a wait whose beginning the trace leaves out`() {
    let drawing = """
      objects: A rlock, C condition(A)
      T1: acq(A) acq(A)                         wait(C) rel(A) rel(A)
      T2:               acq(A) notify(C) rel(A)
      """
    #expect(misuses(drawing).isEmpty)
    #expect(misuses(drawing.replacing("rel(A) rel(A)", with: "rel(A) rel(A) rel(A)")).count == 1)
  }

  @Test func `is none for any level of a hold that cannot have been cut short`() {
    let drawing = """
      objects: A rlock
      T1: acq(A) acq(A)               rel(A) rel(A)
      T2:               acq(A) rel(A)
      """
    #expect(misuses(drawing).isEmpty)
    #expect(misuses(drawing.replacing("rel(A) rel(A)", with: "rel(A) rel(A) rel(A)")).count == 1)
  }

  @Test func `of another thread's lock`() {
    let found = result("T1: acq(A)\nT2:        rel(A)").findings
    #expect(found.map(\.reason) == [.notHeld(holder: ThreadID(0))])
    #expect(misuses("objects: A lock(handover)\nT1: acq(A)\nT2:        rel(A)").isEmpty)
  }

  @Test func `of a free lock that any thread may release`() {
    #expect(misuses("objects: A lock(handover)\nT1: rel(A)").count == 1)
  }

  @Test func `that the lock refused`() {
    #expect(misuses("T1: acq(A)\nT2:        rel(A)=error").count == 1)
    #expect(misuses("T1: acq(A) rel(A)=error").isEmpty)
  }

  @Test func `once too often`() {
    let objects = "objects: A rlock\n"
    #expect(misuses(objects + "T1: acq(A) acq(A) rel(A) rel(A)").isEmpty)
    #expect(misuses(objects + "T1: acq(A) acq(A) rel(A) rel(A) rel(A)").count == 1)
  }

  @Test func `in another mode gives back what its thread holds`() {
    let objects = "objects: R rwlock\n"
    #expect(misuses(objects + "T1: sacq(R) srel(R)").isEmpty)
    #expect(misuses(objects + "T1: sacq(R) rel(R)").isEmpty)
    #expect(misuses(objects + "T1: acq(R) srel(R)").isEmpty)
    #expect(misuses(objects + "T1: sacq(R) rel(R) rel(R)").count == 1)
  }

  @Test func `that was given up for a wait`() {
    #expect(misuses("T1: acq(L) wait(C,L)? rel(L)").count == 1)
    #expect(misuses("T1: acq(L) wait(C,L)? wait(C,L) rel(L)").isEmpty)
  }

  @Test func `is excused where the recorder missed that it was taken away`() {
    #expect(misuses("T1: acq(A)        rel(A)\nT2:        acq(A)        rel(A)").isEmpty)
  }

  @Test func `of a semaphore is not a matter of who holds it`() {
    #expect(misuses("objects: S semaphore(1)\nT1: acq(S)\nT2:        rel(S)").isEmpty)
  }

  @Test func `is one finding for each place in the code`() {
    let found = result("T1: rel(A)@f rel(A)@f rel(A)@g").findings
    #expect(found.map(\.occurrenceCount) == [2, 1])
    #expect(found.map(\.occurrences) == [[[0], [1]], [[2]]])
  }
}

@Suite struct `A lock held at a thread's end` {
  @Test func `is a leak`() {
    #expect(
      misuses("main: fork(T1)\nT1:            acq(A) exit")
        == ["observed lock-leak A: T1 exit() [A]"])
    #expect(misuses("main: fork(T1)\nT1:            acq(A) rel(A) exit").isEmpty)
  }

  @Test func `is none for the main thread`() {
    #expect(misuses("main: acq(A) exit").isEmpty)
    #expect(misuses("T0: fork(T1) acq(A) exit\nT1: w(x)").isEmpty)
    #expect(misuses("T1: acq(A) exit").count == 1)
  }

  @Test func `is none where another thread may give it back`() {
    #expect(
      misuses("objects: A lock(handover)\nmain: fork(T1)\nT1:            acq(A) exit").isEmpty)
  }
}

@Suite struct `A condition without its lock` {
  @Test func `wait`() {
    #expect(
      misuses("T1: wait(C,L)? wait(C,L)")
        == ["observed condition-without-lock C: T1 wait(C) []"])
    #expect(misuses("T1: wait(C,L)=error").count == 1)
    #expect(misuses("T1: acq(L) wait(C,L)? wait(C,L) wait(C,L) rel(L)").isEmpty)
  }

  @Test func `notify`() {
    let objects = "objects: C condition(L)\n"
    #expect(misuses(objects + "T1: notify(C)").count == 1)
    #expect(misuses(objects + "T1: acq(L) notify(C) rel(L)").isEmpty)
    #expect(misuses(objects + "T1: acq(L)\nT2:        notify(C)").count == 1)
    #expect(misuses(objects + "T1: notify(C)=error").count == 1)
  }

  @Test func `is nothing where the lock is not known`() {
    #expect(misuses("T1: notify(C)").isEmpty)
  }
}

@Suite struct `Objects used up` {
  @Test func `more tasks done than put`() {
    let found = result("T1: put(Q,1) get(Q,1) done(Q) done(Q)").findings
    #expect(found.map(\.reason) == [.overdone(done: 2, put: 1)])
    #expect(misuses("T1: put(Q,1) put(Q,2) done(Q) done(Q)").isEmpty)
    #expect(misuses("T1: put(Q,1) done(Q) done(Q)=error").count == 1)
    #expect(misuses("T1: put(Q,1)=error done(Q)").count == 1)
  }

  @Test func `a semaphore past its bound`() {
    let found = result("objects: S semaphore(1,1)\nT1: rel(S)").findings
    #expect(found.map(\.reason) == [.overrun(value: 2, bound: 1)])
    #expect(misuses("objects: S semaphore(1,1)\nT1: acq(S) rel(S)").isEmpty)
    #expect(misuses("objects: S semaphore(0,2)\nT1: rel(S,2)").isEmpty)
    #expect(misuses("objects: S semaphore(0,2)\nT1: rel(S,3)").count == 1)
    #expect(misuses("objects: S semaphore(1)\nT1: rel(S)").isEmpty)
    #expect(misuses("objects: S semaphore(1,1)\nT1: rel(S)=error").count == 1)
  }

  @Test func `destroyed while held`() {
    let found = result("T1: acq(A)\nT2:        destroy(A)").findings
    #expect(found.map(\.rule) == [.destroyedInUse])
    #expect(found.map { $0.threads.map(\.rawValue) } == [[1, 0]])
    #expect(misuses("T1: acq(A) rel(A)\nT2:               destroy(A)").isEmpty)
  }

  @Test func `destroyed while waited on`() {
    #expect(misuses("T1: wait(E)?\nT2:              destroy(E)").count == 1)
    #expect(misuses("T1: wait(E)?\nT2:              set(E) destroy(E)").isEmpty)
    #expect(misuses("T1: wait(E)? wait(E)\nT2:                    destroy(E)").isEmpty)
    #expect(misuses("T1: acq(L) wait(C,L)?\nT2:                       destroy(L)").count == 1)
  }
}
