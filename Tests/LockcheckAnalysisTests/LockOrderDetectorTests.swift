import LockcheckAnalysis
import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

private func result(_ drawing: String) -> AnalysisResult {
  analyze(trace(drawing), with: [LockOrderDetector()])
}

private func cycles(_ drawing: String) -> [String] {
  let result = result(drawing)
  return result.findings.map { summary($0, in: result.tables) }
}

private func ruledOut(_ drawing: String) -> [RuledOut.Reason] {
  result(drawing).ruledOut.map(\.reason)
}

@Suite struct `Lock-order cycles` {
  @Test func `opposite orders on two threads form a cycle`() {
    #expect(
      cycles(
        """
        T1: acq(A) acq(B) rel(B) rel(A)
        T2:                             acq(B) acq(A) rel(A) rel(B)
        """)
        == [
          "possible lock-order-cycle B A: T1 acquire(B) [A], T2 acquire(A) [B]"
        ])
  }

  @Test func `the same order on two threads forms none`() {
    let drawing = """
      T1: acq(A) acq(B) rel(B) rel(A)
      T2:                             acq(A) acq(B) rel(B) rel(A)
      """
    #expect(cycles(drawing).isEmpty)
    #expect(ruledOut(drawing).isEmpty)
  }

  @Test func `opposite orders one after the other, with nothing held between, form none`() {
    #expect(
      cycles(
        """
        T1: acq(A) rel(A) acq(B) rel(B)
        T2:                             acq(B) rel(B) acq(A) rel(A)
        """
      ).isEmpty)
  }

  @Test func `three threads and three locks form a cycle`() {
    #expect(
      cycles(
        """
        T1: acq(A) acq(B) rel(B) rel(A)
        T2:                             acq(B) acq(C) rel(C) rel(B)
        T3:                                                         acq(C) acq(A) rel(A) rel(C)
        """)
        == [
          "possible lock-order-cycle B C A: "
            + "T1 acquire(B) [A], T2 acquire(C) [B], T3 acquire(A) [C]"
        ])
  }

  @Test func `three locks that two of the threads take in a chain form none`() {
    #expect(
      cycles(
        """
        T1: acq(A) acq(B) rel(B) rel(A)
        T2:                             acq(B) acq(C) rel(C) rel(B)
        T3:                                                         acq(A) acq(C) rel(C) rel(A)
        """
      ).isEmpty)
  }

  @Test func `five philosophers form one cycle of five`() {
    var lines: [String] = []
    for seat in 0..<5 {
      let blanks = String(repeating: " ", count: seat * 40)
      let (left, right) = (seat, (seat + 1) % 5)
      lines.append("P\(seat): \(blanks)acq(F\(left)) acq(F\(right)) rel(F\(right)) rel(F\(left))")
    }
    let result = result(lines.joined(separator: "\n"))
    #expect(result.findings.map(\.threads.count) == [5])
  }

  @Test func `five philosophers, one of them left-handed, form none`() {
    var lines: [String] = []
    for seat in 0..<5 {
      let blanks = String(repeating: " ", count: seat * 40)
      let (left, right) = seat == 4 ? (0, 4) : (seat, seat + 1)
      lines.append("P\(seat): \(blanks)acq(F\(left)) acq(F\(right)) rel(F\(right)) rel(F\(left))")
    }
    #expect(result(lines.joined(separator: "\n")).findings.isEmpty)
  }

  @Test func `one cycle is one finding, however often and by however many threads`() {
    let result = result(
      """
      T1: acq(A) acq(B) rel(B) rel(A) acq(A) acq(B) rel(B) rel(A)
      T2:                                                         acq(B) acq(A) rel(A) rel(B)
      T3:                                                                                     acq(B) acq(A) rel(A) rel(B)
      """)
    #expect(result.findings.count == 1)
    #expect(result.findings[0].occurrenceCount == 1)
  }

  @Test func `occurrences are those of the rarer side`() {
    let result = result(
      """
      T1: acq(A) acq(B) rel(B) rel(A) acq(A) acq(B) rel(B) rel(A)
      T2:                                                         acq(B) acq(A) rel(A) acq(A) rel(A) acq(A) rel(A) rel(B)
      """)
    #expect(result.findings.map(\.occurrenceCount) == [2])
  }

  @Test func `a request that was never granted is a request`() {
    let result = result(
      """
      T1: acq(A)        acq(B)?
      T2:        acq(B)         acq(A)?
      """)
    #expect(result.findings.map { $0.steps.map(\.isPending) } == [[true, true]])
    #expect(result.findings.map { $0.steps.map(\.event) } == [[2, 3]])
  }

  @Test func `a request that was granted after a while counts once`() {
    let result = result(
      """
      T1: acq(A) acq(B)? acq(B) rel(B) rel(A)
      T2:                                     acq(B) acq(A)? acq(A) rel(A) rel(B)
      """)
    #expect(result.findings.map(\.occurrenceCount) == [1])
    #expect(result.findings.map { $0.steps.map(\.event) } == [[2, 7]])
  }

  @Test func `a hold that outlives its order in the code still counts`() {
    #expect(
      cycles(
        """
        T1: acq(A) acq(B) rel(A) acq(C) rel(C) rel(B)
        T2:                                           acq(C) acq(B) rel(B) rel(C)
        """
      ).count == 1)
  }

  @Test func `a hold given back out of order does not`() {
    #expect(
      cycles(
        """
        T1: acq(A) acq(B) rel(A) acq(C) rel(C) rel(B)
        T2:                                           acq(C) acq(A) rel(A) rel(C)
        """
      ).isEmpty)
  }

  @Test func `a re-entry is no request`() {
    let objects = "objects: A rlock, B rlock\n"
    #expect(
      cycles(
        objects + """
          T1: acq(A) acq(B) acq(A) rel(A) rel(B) rel(A)
          T2:                                           acq(A) acq(B) rel(B) rel(A)
          """
      ).isEmpty)
  }

  @Test func `a first entry after that is one`() {
    let objects = "objects: A rlock, B rlock\n"
    #expect(
      cycles(
        objects + """
          T1: acq(A) acq(A) acq(B) rel(B) rel(A) rel(A)
          T2:                                           acq(B) acq(A) rel(A) rel(B)
          """
      ).count == 1)
  }

  @Test func `a semaphore with one permit is a lock`() {
    let drawing = """
      T1: acq(S) acq(B) rel(B) rel(S)
      T2:                             acq(B) acq(S) rel(S) rel(B)
      """
    #expect(cycles("objects: S semaphore(1)\n" + drawing).count == 1)
    #expect(cycles("objects: S semaphore(2)\n" + drawing).isEmpty)
  }

  @Test func `the end of a wait asks for the lock of the condition again`() {
    #expect(
      cycles(
        """
        objects: C condition(L)
        T1: acq(L) acq(B) wait(C,L)? wait(C,L) rel(B) rel(L)
        T2:                                                  acq(L) acq(B) rel(B) rel(L)
        """)
        == ["possible lock-order-cycle B L: T2 acquire(B) [L], T1 acquire(L) [B]"])
  }

  @Test func `with nothing else held it asks for nothing`() {
    #expect(
      cycles(
        """
        objects: C condition(L)
        T1: acq(L) wait(C,L)? wait(C,L) rel(L)
        T2:                                    acq(B) acq(L) rel(L) rel(B)
        """
      ).isEmpty)
  }
}

@Suite struct `Lock-order cycles that are ruled out` {
  @Test func `a gate lock lets only one thread in`() {
    let drawing = """
      objects: G lock
      T1: acq(G) acq(A) acq(B) rel(B) rel(A) rel(G)
      T2:                                           acq(G) acq(B) acq(A) rel(A) rel(B) rel(G)
      """
    #expect(cycles(drawing).isEmpty)
    #expect(ruledOut(drawing) == [.gateLock(ObjectID(0))])
  }

  @Test func `a lock that only one of the threads holds is no gate`() {
    #expect(
      cycles(
        """
        T1: acq(G) acq(A) acq(B) rel(B) rel(A) rel(G)
        T2:                                           acq(B) acq(A) rel(A) rel(B)
        """
      ).count == 1)
  }

  @Test func `a gate between two of three threads is enough`() {
    let drawing = """
      objects: G lock
      T1: acq(G) acq(A) acq(B) rel(B) rel(A) rel(G)
      T2:                                           acq(G) acq(B) acq(C) rel(C) rel(B) rel(G)
      T3:                                                                                     acq(C) acq(A) rel(A) rel(C)
      """
    #expect(cycles(drawing).isEmpty)
    #expect(ruledOut(drawing) == [.gateLock(ObjectID(0))])
  }

  @Test func `a gate that both hold shared is none`() {
    #expect(
      cycles(
        """
        objects: G rwlock
        T1: sacq(G) acq(A) acq(B) rel(B) rel(A) srel(G)
        T2:                                             sacq(G) acq(B) acq(A) rel(A) rel(B) srel(G)
        """
      ).count == 1)
  }

  @Test func `a gate that one of them holds exclusively is one`() {
    let drawing = """
      objects: G rwlock
      T1: sacq(G) acq(A) acq(B) rel(B) rel(A) srel(G)
      T2:                                             acq(G) acq(B) acq(A) rel(A) rel(B) rel(G)
      """
    #expect(cycles(drawing).isEmpty)
    #expect(ruledOut(drawing) == [.gateLock(ObjectID(0))])
  }

  @Test func `both orders by one thread are no deadlock`() {
    let drawing = "T1: acq(A) acq(B) rel(B) rel(A) acq(B) acq(A) rel(A) rel(B)"
    #expect(cycles(drawing).isEmpty)
    #expect(ruledOut(drawing) == [.sameThread])
  }

  @Test func `three locks, two threads and a cycle of three are none either`() {
    let drawing = """
      T1: acq(A) acq(B) rel(B) rel(A)                             acq(C) acq(A) rel(A) rel(C)
      T2:                             acq(B) acq(C) rel(C) rel(B)
      """
    #expect(cycles(drawing).isEmpty)
    #expect(ruledOut(drawing) == [.sameThread])
  }

  @Test func `readers do not hold up readers`() {
    let drawing = """
      objects: A rwlock, B rwlock
      T1: sacq(A) sacq(B) srel(B) srel(A)
      T2:                                 sacq(B) sacq(A) srel(A) srel(B)
      """
    #expect(cycles(drawing).isEmpty)
    #expect(ruledOut(drawing) == [.sharedOnly])
  }

  @Test func `one reading step is enough`() {
    let drawing = """
      objects: A rwlock
      T1: sacq(A) acq(B) rel(B) srel(A)
      T2:                               acq(B) sacq(A) srel(A) rel(B)
      """
    #expect(cycles(drawing).isEmpty)
    #expect(ruledOut(drawing) == [.sharedOnly])
  }

  @Test func `a reader holds up a writer`() {
    #expect(
      cycles(
        """
        objects: A rwlock
        T1: sacq(A) acq(B) rel(B) srel(A)
        T2:                               acq(B) acq(A) rel(A) rel(B)
        """
      ).count == 1)
  }

  @Test func `a writer holds up a reader`() {
    #expect(
      cycles(
        """
        objects: A rwlock
        T1: acq(A) acq(B) rel(B) rel(A)
        T2:                             acq(B) sacq(A) srel(A) rel(B)
        """
      ).count == 1)
  }

  @Test(arguments: ["~try", "~timed"])
  func `a step that gives up by itself waits for nothing`(attempt: String) {
    let drawing = """
      T1: acq(A) acq(B)\(attempt) rel(B) rel(A)
      T2:                                       acq(B) acq(A) rel(A) rel(B)
      """
    #expect(cycles(drawing).isEmpty)
    #expect(ruledOut(drawing) == [.boundedAttempt])
  }

  @Test(arguments: ["=failed", "=timeout"])
  func `a step that gave up waits for nothing`(outcome: String) {
    let drawing = """
      T1: acq(A) acq(B)~try\(outcome) rel(A)
      T2:                                    acq(B) acq(A) rel(A) rel(B)
      """
    #expect(cycles(drawing).isEmpty)
    #expect(ruledOut(drawing) == [.boundedAttempt])
  }

  @Test func `where only the pending event says that it is timed, it is`() {
    #expect(
      ruledOut(
        """
        T1: acq(A) acq(B)?~timed acq(B) rel(B) rel(A)
        T2:                                           acq(B) acq(A) rel(A) rel(B)
        """) == [.boundedAttempt])
  }

  @Test func `a lock that was got by a try is held`() {
    #expect(
      cycles(
        """
        T1: acq(A)~try acq(B) rel(B) rel(A)
        T2:                                 acq(B)~try acq(A) rel(A) rel(B)
        """
      ).count == 1)
  }

  @Test func `a try beside the same request in earnest is no excuse`() {
    let drawing = """
      T1: acq(A) acq(B)~try rel(B) acq(B) rel(B) rel(A)
      T2:                                               acq(B) acq(A) rel(A) rel(B)
      """
    #expect(cycles(drawing).count == 1)
    #expect(ruledOut(drawing).isEmpty)
  }

  @Test func `a fork between the two orders them`() {
    let drawing = """
      T1: acq(A) acq(B) rel(B) rel(A) fork(T2)
      T2:                                      acq(B) acq(A) rel(A) rel(B)
      """
    #expect(cycles(drawing).isEmpty)
    #expect(ruledOut(drawing) == [.ordered(earlier: 1, later: 6)])
  }

  @Test func `a fork before both does not`() {
    #expect(
      cycles(
        """
        T1: fork(T2) acq(A) acq(B) rel(B) rel(A)
        T2:                                      acq(B) acq(A) rel(A) rel(B)
        """
      ).count == 1)
  }

  @Test func `a join between the two orders them`() {
    #expect(
      ruledOut(
        """
        T1: fork(T2)                                 join(T2) acq(A) acq(B) rel(B) rel(A)
        T2:          acq(B) acq(A) rel(A) rel(B) exit
        """
      ).count == 1)
  }

  @Test func `one order before and one after the fork is a cycle`() {
    #expect(
      cycles(
        """
        T1: acq(A) acq(B) rel(B) rel(A) fork(T2) acq(A) acq(B) rel(B) rel(A)
        T2:                                                                  acq(B) acq(A) rel(A) rel(B)
        """) == ["possible lock-order-cycle B A: T1 acquire(B) [A], T2 acquire(A) [B]"])
  }

  @Test func `turns taken by semaphores order every round`() {
    let objects = "objects: S semaphore(0), R semaphore(0)\n"
    let drawing = """
      T1: acq(A) acq(B) rel(B) rel(A) rel(S)                                               acq(R) acq(A) acq(B) rel(B) rel(A) rel(S)
      T2:                                    acq(S) acq(B) acq(A) rel(A) rel(B) rel(R)                                               acq(S) acq(B) acq(A) rel(A) rel(B)
      """
    #expect(cycles(objects + drawing).isEmpty)
    #expect(ruledOut(objects + drawing).count == 1)
  }

  @Test func `a turn that is not waited for orders nothing`() {
    let objects = "objects: S semaphore(0), R semaphore(0)\n"
    let drawing = """
      T1: acq(A) acq(B) rel(B) rel(A) rel(S)                                               acq(A) acq(B) rel(B) rel(A) rel(S)
      T2:                                    acq(S) acq(B) acq(A) rel(A) rel(B) rel(R)                                               acq(S) acq(B) acq(A) rel(A) rel(B)
      """
    #expect(cycles(objects + drawing).count == 1)
  }

  @Test func `the lock itself orders nothing`() {
    #expect(
      cycles(
        """
        T1: acq(A) acq(B) rel(B) rel(A) acq(L) rel(L)
        T2:                                           acq(L) rel(L) acq(B) acq(A) rel(A) rel(B)
        """
      ).count == 1)
  }
}
