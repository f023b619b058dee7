import LockcheckAnalysis
import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

private func found(_ drawing: String) -> [String] {
  let result = analyze(trace(drawing), with: [LocksetDetector()])
  return result.findings.map { summary($0, in: result.tables) }
}

private func ruledOut(_ drawing: String) -> [RuledOut.Reason] {
  analyze(trace(drawing), with: [LocksetDetector()]).ruledOut.map(\.reason)
}

@Suite struct `Locks that accesses have in common` {
  @Test func `a write without the lock that the others hold is found`() {
    #expect(
      found(
        """
        T1: acq(A) w(x) rel(A)
        T2:                    w(x)
        """) == ["possible unlocked-shared-write x: T1 write(x) [A], T2 write(x) []"])
  }

  @Test func `a variable that is made anew under an old number needs not the old one's lock`() {
    let old = "T1: acq(A) w(x) rel(A)\n"
    let blanks = String(repeating: " ", count: 20)
    #expect(found(old + "T2: \(blanks) create(x) w(x)").isEmpty)
    #expect(found(old + "T2: \(blanks) w(x)").count == 1)
  }

  @Test func `one lock around every access is fine`() {
    #expect(
      found(
        """
        T1: acq(A) w(x) rel(A)
        T2:                    acq(A) acq(B) w(x) rel(B) rel(A)
        """
      ).isEmpty)
  }

  @Test func `a lock each, but not the same, is inconsistent`() {
    #expect(
      found(
        """
        T1: acq(A) w(x) rel(A)
        T2:                    acq(B) w(x) rel(B)
        """) == ["possible inconsistent-lock x: T1 write(x) [A], T2 write(x) [B]"])
  }

  @Test func `three locks, two at a time, are inconsistent though every two accesses share one`() {
    let three = """
      T1: acq(A) acq(B) w(x) rel(B) rel(A)
      T2:                                  acq(B) acq(C) w(x) rel(C) rel(B)
      T3:                                                                   acq(A) acq(C) w(x) rel(C) rel(A)
      """
    #expect(found(three).map { $0.prefix(29) } == ["possible inconsistent-lock x:"])
    #expect(found(three.split(separator: "\n").prefix(2).joined(separator: "\n")).isEmpty)
  }

  @Test func `what one thread makes and others only read is fine`() {
    #expect(found("T1: w(x)\nT2:      r(x)\nT3:           r(x)").isEmpty)
  }

  @Test func `what one thread makes and another writes without a lock is found`() {
    #expect(found("T1: w(x)\nT2:      w(x)").count == 1)
  }

  @Test func `a variable that is handed on by a join is the joiner's own`() {
    let drawing = """
      T1: fork(T2)                      join(T2) w(x)
      T2:          acq(A) w(x) rel(A)
      """
    #expect(found(drawing).isEmpty)
    #expect(ruledOut(drawing) == [.ownershipTransfer])
  }

  @Test func `a join comes after accesses that nothing follows`() {
    #expect(found("T1: fork(T2)      join(T2) w(x)\nT2:          w(x)").isEmpty)
  }

  @Test func `a variable that is written before the join is shared`() {
    #expect(
      found(
        """
        T1: fork(T2)                    w(x) join(T2)
        T2:          acq(A) w(x) rel(A)
        """
      ).count == 1)
  }

  @Test func `a variable that goes through a queue changes hands`() {
    #expect(
      found(
        """
        T1: w(x) put(Q,1)
        T2:               get(Q,1) w(x) put(R,1)
        T1:                                      get(R,1) w(x)
        """
      ).isEmpty)
  }

  @Test func `a lock held for reading does not protect a write`() {
    #expect(
      found(
        """
        objects: RW rwlock
        T1: sacq(RW) w(x) srel(RW)
        T2:                        sacq(RW) w(x) srel(RW)
        """
      ).count == 1)
  }

  @Test func `a lock held for reading protects a read from writers`() {
    #expect(
      found(
        """
        objects: RW rwlock
        T1: acq(RW) w(x) rel(RW)
        T2:                      sacq(RW) r(x) srel(RW)
        """
      ).isEmpty)
  }

  @Test func `a semaphore with one permit is a lock`() {
    let with = { (permits: Int) in
      """
      objects: S semaphore(\(permits))
      T1: acq(S) w(x) rel(S)
      T2:                    acq(S) w(x) rel(S)
      """
    }
    #expect(found(with(1)).isEmpty)
    #expect(found(with(2)).count == 1)
  }

  @Test func `atomic accesses need no lock`() {
    #expect(found("T1: aw(x)\nT2:       au(x)").isEmpty)
  }
}
