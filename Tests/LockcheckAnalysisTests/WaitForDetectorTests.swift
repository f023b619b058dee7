import LockcheckAnalysis
import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

private func stuck(_ drawing: String) -> [String] {
  let result = analyze(trace(drawing), with: [WaitForDetector()])
  return result.findings.map { summary($0, in: result.tables) }
}

@Suite struct `Threads stuck on locks` {
  @Test func `two that wait for each other's lock are a deadlock`() {
    #expect(
      stuck(
        """
        T1: acq(A)        acq(B)?
        T2:        acq(B)         acq(A)?
        """) == ["observed deadlock B A: T1 acquire(B) [A], T2 acquire(A) [B]"])
  }

  @Test func `a thread that runs does not mend a deadlock of locks`() {
    #expect(
      stuck(
        """
        T0: fork(T1) fork(T2)
        T1:                   acq(A)        acq(B)?
        T2:                          acq(B)         acq(A)?
        """
      ).count == 1)
  }

  @Test func `one that waits for the lock of a running thread is not stuck`() {
    #expect(stuck("T1: acq(A)\nT2:        acq(A)?").isEmpty)
  }

  @Test func `one that waits for the holder under an ended thread's number is not stuck`() {
    let first = "T0: fork(T1)      join(T1)"
    #expect(
      stuck(first + " fork(T1)        acq(A)?\nT1:          exit                   acq(A)").isEmpty)
    #expect(stuck("T0:      acq(A)?\nT1: exit         acq(A)").isEmpty)
    #expect(stuck("T0:             acq(A)?\nT1: acq(A) exit").count == 1)
  }

  @Test func `one that is about to take a free lock is not stuck`() {
    #expect(stuck("T1: acq(A) rel(A) exit\nT2:                   acq(A)?").isEmpty)
  }

  @Test func `any later event of its own ends a pendency`() {
    #expect(
      stuck(
        """
        T1: acq(A)        acq(B)?
        T2:        acq(B)         acq(A)? w(x)
        """
      ).isEmpty)
  }

  @Test func `one that waits for a lock whose holder is gone is stuck`() {
    #expect(
      stuck(
        """
        T0: fork(T1) fork(T2)
        T1:                   acq(A) exit
        T2:                               acq(A)?
        """) == ["observed stuck-thread A: T2 acquire(A) []"])
  }

  @Test func `unless any thread may give it back`() {
    #expect(
      stuck(
        """
        objects: A lock(handover)
        T0: fork(T1) fork(T2)
        T1:                   acq(A) exit
        T2:                               acq(A)?
        """
      ).isEmpty)
  }

  @Test func `those behind a deadlock are stuck, but not part of it`() {
    #expect(
      stuck(
        """
        T1: acq(A)        acq(B)?
        T2:        acq(B)         acq(A)?
        T3:                               acq(A)?
        """) == [
          "observed deadlock B A: T1 acquire(B) [A], T2 acquire(A) [B]",
          "observed stuck-thread A: T3 acquire(A) []",
        ])
  }

  @Test func `a cycle of three stands in its order`() {
    let result = analyze(
      trace(
        """
        T1: acq(A)               acq(C)?
        T2:        acq(B)                acq(A)?
        T3:               acq(C)                 acq(B)?
        """), with: [WaitForDetector()])
    #expect(result.findings.map { $0.steps.map(\.thread.rawValue) } == [[0, 2, 1]])
    #expect(result.findings[0].steps.map { $0.waitsFor.map(\.rawValue) } == [[2], [1], [0]])
  }

  @Test func `a thread that takes its own lock again is a deadlock by itself`() {
    #expect(
      stuck("T1: acq(A) acq(A)?\nT2: w(x)") == ["observed self-deadlock A: T1 acquire(A) [A]"])
  }

  @Test(arguments: ["A rlock", "A lock(handover)"])
  func `it is none if it may, or others may give it back`(object: String) {
    #expect(stuck("objects: \(object)\nT1: acq(A) acq(A)?\nT2: w(x)").isEmpty)
  }

  @Test(arguments: ["~try", "~timed"])
  func `an attempt that ends by itself is not stuck`(attempt: String) {
    #expect(
      stuck(
        """
        T1: acq(A)        acq(B)?
        T2:        acq(B)         acq(A)?\(attempt)
        """
      ).isEmpty)
    #expect(stuck("T1: acq(A) acq(A)?\(attempt)").isEmpty)
  }
}

@Suite struct `Threads stuck on rwlocks` {
  @Test func `a writer behind a stuck reader is stuck`() {
    #expect(
      stuck(
        """
        objects: R rwlock
        T1: sacq(R)        acq(A)?
        T2:         acq(A)         acq(R)?
        """
      ).count == 1)
  }

  @Test func `a reader behind a reader is not`() {
    #expect(
      stuck(
        """
        objects: R rwlock
        T1: sacq(R)        acq(A)?
        T2:         acq(A)         sacq(R)?
        """
      ).isEmpty)
  }

  @Test func `a writer with one reader that runs may be woken`() {
    #expect(
      stuck(
        """
        objects: R rwlock
        T1: sacq(R)                acq(A)?
        T2:         acq(A)                 acq(R)?
        T3:                sacq(R)
        """
      ).isEmpty)
  }

  @Test func `two readers that both want to write are in each other's way`() {
    #expect(
      stuck(
        """
        objects: R rwlock
        T1: sacq(R)         acq(R)?
        T2:         sacq(R)         acq(R)?
        """) == ["observed lock-upgrade R: T1 acquire(R) [R], T2 acquire(R) [R]"])
  }

  @Test func `a reader that wants to write is in its own way`() {
    #expect(
      stuck("objects: R rwlock\nT1: sacq(R) acq(R)?")
        == ["observed lock-upgrade R: T1 acquire(R) [R]"])
    #expect(
      stuck(
        "objects: R rwlock\nT1: sacq(R)         acq(R)?\nT2:         sacq(R)         wait(E)?")
        == [
          "observed lock-upgrade R: T1 acquire(R) [R]",
          "observed stuck-thread E: T2 wait(E) [R]",
        ])
    #expect(stuck("objects: R rwlock\nT1: sacq(R)         acq(R)?\nT2:         sacq(R)").isEmpty)
  }

  @Test(arguments: [("writer", "observed"), ("unknown", "possible")])
  func `a reader behind a waiting writer is stuck where writers go first`(
    preference: String, verdict: String
  ) {
    let found = stuck(
      """
      objects: R rwlock(\(preference))
      T1: sacq(R)        sacq(R)?
      T2:         acq(R)?
      """)
    #expect(found == ["\(verdict) deadlock R: T1 acquire(R) [R], T2 acquire(R) []"])
  }

  @Test(arguments: ["R rwlock", "R rwlock(reader)"])
  func `and is not where readers do`(object: String) {
    #expect(
      stuck(
        """
        objects: \(object)
        T1: sacq(R)        sacq(R)?
        T2:         acq(R)?
        """
      ).isEmpty)
  }
}

@Suite struct `Threads stuck on something else` {
  @Test func `alone on an event it is stuck`() {
    #expect(stuck("T1: wait(E)?") == ["observed stuck-thread E: T1 wait(E) []"])
  }

  @Test func `while another thread runs it is not`() {
    #expect(stuck("T1: wait(E)?\nT2: w(x)").isEmpty)
  }

  @Test func `nor while one has still to begin`() {
    #expect(stuck("T1: fork(T2) wait(E)?").isEmpty)
  }

  @Test func `nor with the flag up, or raised and lowered meanwhile`() {
    #expect(stuck("T1:        wait(E)?\nT2: set(E) exit").isEmpty)
    #expect(stuck("T1: wait(E)?\nT2:              set(E) clear(E) exit").isEmpty)
  }

  @Test func `but with the flag lowered before it came`() {
    #expect(
      stuck("T1:                   wait(E)?\nT2: set(E) clear(E) exit")
        == ["observed lost-wakeup E: T1 wait(E) [], T2 set(E) []"])
  }

  @Test func `a lock in the way of who would set the event is a deadlock`() {
    #expect(
      stuck(
        """
        T1: acq(L) wait(E)?
        T2:                 acq(L)?
        """) == ["observed deadlock E L: T1 wait(E) [L], T2 acquire(L) []"])
  }

  @Test func `two that wait on two events wait for each other`() {
    #expect(stuck("T1: wait(E)?\nT2: wait(F)?").map { $0.prefix(17) } == ["observed deadlock"])
  }

  @Test func `two that wait on one event do not`() {
    #expect(
      stuck("T1: wait(E)?\nT2: wait(E)?")
        == ["observed stuck-thread E: T1 wait(E) [], T2 wait(E) []"])
  }

  @Test func `joins can be a cycle`() {
    #expect(stuck("T1: join(T2)?\nT2: join(T1)?").count == 1)
    #expect(stuck("T1: join(T2)?\nT2: join(T1)?~timed").isEmpty)
  }

  @Test func `a join of a thread that has ended or runs is not stuck`() {
    #expect(stuck("T1:      join(T2)?\nT2: exit").isEmpty)
    #expect(stuck("T1:      join(T2)?\nT2: w(x)").isEmpty)
    #expect(stuck("T1: join(T2)?").isEmpty)
  }

  @Test func `a thread that joins itself is a deadlock by itself`() {
    #expect(stuck("T1: join(T1)?\nT2: w(x)") == ["observed deadlock : T1 join(T1) []"])
  }

  @Test func `a join under a lock that the child needs is a deadlock`() {
    #expect(
      stuck(
        """
        T1: fork(T2) acq(L) join(T2)?
        T2:                           acq(L)?
        """
      ).map { $0.prefix(17) } == ["observed deadlock"])
  }

  @Test func `a thread that has been joined has ended`() {
    #expect(
      stuck(
        """
        T1: fork(T2)      join(T2) wait(E)?
        T2:          w(x)
        """
      ).count == 1)
  }

  @Test func `a semaphore without permits`() {
    #expect(stuck("objects: S semaphore(1)\nT1: acq(S) acq(S)?").count == 1)
    #expect(stuck("objects: S semaphore(2)\nT1: acq(S) acq(S)?").isEmpty)
    #expect(stuck("objects: S semaphore(2)\nT1: acq(S) acq(S,2)?").count == 1)
    #expect(stuck("objects: S semaphore(0)\nT1:        acq(S)?\nT2: rel(S) exit").isEmpty)
    #expect(stuck("objects: S semaphore(0)\nT1: acq(S)?\nT2: w(x)").isEmpty)
    #expect(stuck("objects: S semaphore\nT1: acq(S)?").isEmpty)
  }

  @Test func `a queue with nothing in it`() {
    #expect(stuck("T1: get(Q)?").count == 1)
    #expect(stuck("T1: put(Q,1) get(Q)?").isEmpty)
    #expect(stuck("T1: put(Q,1) get(Q,1) get(Q)?").count == 1)
    #expect(stuck("T1: close(Q) get(Q)?").isEmpty)
  }

  @Test func `a queue without room`() {
    #expect(stuck("objects: Q queue(1)\nT1: put(Q,1) put(Q,2)?").count == 1)
    #expect(stuck("objects: Q queue(2)\nT1: put(Q,1) put(Q,2)?").isEmpty)
    #expect(stuck("objects: Q queue(0)\nT1: put(Q,1) put(Q,2)?").isEmpty)
    #expect(stuck("objects: Q queue(1)\nT1: put(Q,1) get(Q,1) put(Q,2)?").isEmpty)
  }

  @Test func `a queue whose tasks are not done`() {
    #expect(stuck("T1: put(Q,1) qjoin(Q)?") == ["observed stuck-thread Q: T1 join(Q) []"])
    #expect(
      stuck("T1: put(Q,1) get(Q,1) qjoin(Q)?") == [
        "observed stuck-thread Q: T1 join(Q) []",
        "observed task-done-missing Q: T1 join(Q) [], T1 get(Q) []",
      ])
    #expect(stuck("T1: put(Q,1) get(Q,1) done(Q) qjoin(Q)?").isEmpty)
    #expect(stuck("T1: put(Q,1) qjoin(Q)?\nT2: w(x)").isEmpty)
  }

  @Test func `a barrier with too few`() {
    let objects = "objects: B barrier(3)\n"
    #expect(
      stuck(objects + "T1: wait(B)?\nT2: wait(B)?")
        == [
          "observed stuck-thread B: T1 wait(B) [], T2 wait(B) []",
          "observed barrier-mismatch B: T1 wait(B) [], T2 wait(B) []",
        ])
    #expect(stuck(objects + "T1: wait(B)?\nT2: wait(B)?\nT3: wait(B)?").isEmpty)
    #expect(stuck(objects + "T1: wait(B)?\nT2: wait(B)?\nT3: w(x)").isEmpty)
    #expect(stuck("objects: B barrier\nT1: wait(B)?").isEmpty)
  }

  @Test func `a barrier that somebody left in anger lets everyone go`() {
    #expect(
      stuck(
        """
        objects: B barrier(3)
        T1: wait(B)?
        T2:          wait(B)?~timed wait(B)~timed=timeout exit
        """
      ).isEmpty)
  }

  @Test func `the second round of a barrier is not the first`() {
    #expect(
      stuck(
        """
        objects: B barrier(2)
        T1: wait(B)?          wait(B)         wait(B)?
        T2:          wait(B)?         wait(B)          exit
        """
      ).map { $0.prefix(21) } == ["observed stuck-thread", "observed barrier-mism"])
  }

  @Test func `producer and consumer through two bounded queues`() {
    #expect(
      stuck(
        """
        objects: Q queue(1), R queue(1)
        T1: put(Q,1)              put(Q,2)?
        T2:          put(R,1)               put(R,2)?
        """
      ).map { $0.prefix(17) } == ["observed deadlock"])
  }
}

@Suite struct `Threads stuck on conditions` {
  @Test func `nobody left to notify`() {
    #expect(
      stuck("T1: acq(L) wait(C,L)?\nT2: exit")
        == ["observed stuck-thread C: T1 wait(C) []"])
    #expect(stuck("T1: acq(L) wait(C,L)?\nT2: w(x)").isEmpty)
  }

  @Test func `one that has been notified is about to go on`() {
    #expect(
      stuck(
        """
        T1: acq(L) wait(C,L)?
        T2:                   acq(L) notify(C) rel(L) exit
        """
      ).isEmpty)
  }

  @Test func `unless its lock is held for ever`() {
    #expect(
      stuck(
        """
        T1: acq(L) wait(C,L)?
        T2:                   acq(L) notify(C) exit
        """) == ["observed stuck-thread C: T1 wait(C) []"])
  }

  @Test func `a notify that came too early wakes nobody`() {
    #expect(
      stuck(
        """
        T1:                         acq(L) wait(C,L)?
        T2: acq(L) notify(C) rel(L)                   exit
        """
      ) == [
        "observed lost-wakeup C: T1 wait(C) [], T2 notify(C) [L]",
        "observed notify-nobody C: T2 notify(C) [L], T1 wait(C) []",
        "possible wait-without-recheck C: T1 wait(C) []",
      ])
  }

  @Test func `one notify wakes one of two`() {
    let drawing = """
      T1: acq(L) wait(C,L)?                                                      wait(C,L) rel(L) exit
      T2:                   acq(L) wait(C,L)?
      T3:                                     acq(L) notify(C,#) rel(L) exit
      """
    #expect(
      stuck(drawing.replacing("#", with: "1")) == ["observed stuck-thread C: T2 wait(C) []"])
    #expect(stuck(drawing.replacing("#", with: "2")).isEmpty)
  }

  @Test func `while nobody has gone on it may be either`() {
    #expect(
      stuck(
        """
        T1: acq(L) wait(C,L)?
        T2:                   acq(L) wait(C,L)?
        T3:                                     acq(L) notify(C,1) rel(L) exit
        """
      ).isEmpty)
  }

  @Test func `a waiter that went on used the older wakeup`() {
    #expect(
      stuck(
        """
        T1: acq(L) wait(C,L)?                                            wait(C,L) rel(L) exit
        T2:                                      acq(L) wait(C,L)?
        T3:                   acq(L) notify(C,1)                  rel(L)                       exit
        """
      ).count == 1)
  }
}
