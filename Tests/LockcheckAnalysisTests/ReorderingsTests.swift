import LockcheckTestKit
import LockcheckTrace
import Testing

/// The search for every schedule, on runs whose answer a person can see.
@Suite struct `Every schedule of a small run` {
  @Test func `opposite orders reach a deadlock, and behind a gate they do not`() {
    let open = Reorderings(
      of: trace(
        """
        T1: acq(A) acq(B) rel(B) rel(A)
        T2:                             acq(B) acq(A) rel(A) rel(B)
        """))
    #expect(open.all().deadlocks == [[1, 5]])
    #expect(open.syncPreserving().deadlocks == [[1, 5]])
    let gated = Reorderings(
      of: trace(
        """
        T1: acq(G) acq(A) acq(B) rel(B) rel(A) rel(G)
        T2:                                           acq(G) acq(B) acq(A) rel(A) rel(B) rel(G)
        """))
    #expect(gated.all().deadlocks.isEmpty)
  }

  @Test func `a try does not wait, and a value that was seen keeps its order`() {
    let tried = Reorderings(
      of: trace(
        """
        T1: acq(A) acq(B)~try rel(B) rel(A)
        T2:                                 acq(B) acq(A) rel(A) rel(B)
        """))
    #expect(tried.all().deadlocks.isEmpty)
    let ordered = Reorderings(
      of: trace(
        """
        T1: acq(A) acq(B) rel(B) rel(A) w(x)
        T2:                                  r(x) acq(B) acq(A) rel(A) rel(B)
        """))
    #expect(ordered.all().deadlocks.isEmpty)
    #expect(ordered.all().racePairs == [Reorderings.Pair(4, 5)])
  }

  @Test func `sections that change places reach what the order of the trace does not`() {
    let swapped = Reorderings(
      of: trace(
        """
        T1: acq(C) acq(A) acq(B) rel(B) rel(A) rel(C)
        T2:                                           acq(C) rel(C) acq(B) acq(A) rel(A) rel(B)
        """))
    #expect(swapped.all().deadlocks == [[2, 9]])
    #expect(swapped.syncPreserving().deadlocks.isEmpty)
  }

  @Test func `a join under a lock waits for a child that asks for it`() {
    let run = trace(
      """
      T1: fork(T2)                acq(A) join(T2) rel(A)
      T2:           acq(A) rel(A)
      """)
    #expect(Reorderings(of: run).all().deadlocks == [[1, 4]])
  }

  @Test func `a thread that has not been forked yet races with nobody`() {
    let run = trace(
      """
      T1: w(x) fork(T2)
      T2:               w(x)
      """)
    #expect(Reorderings(of: run).all().racePairs.isEmpty)
  }

  @Test func `permits, flags, items and wakeups order what comes after them`() {
    let orders = [
      "objects: S semaphore(0)\nT1: w(x) rel(S)\nT2:               acq(S) w(x)",
      "T1: w(x) set(E)\nT2:               wait(E) w(x)",
      "T1: w(x) put(Q,1)\nT2:                  get(Q,1) w(x)",
      """
      objects: C condition(L)
      T1:                     w(x) notify(C,1)
      T2: acq(L) wait(C,L)?                     wait(C,L) w(x) rel(L)
      """,
      "objects: B barrier(2)\nT1: w(x) wait(B)?         wait(B)\nT2:               wait(B)         w(x)",
    ]
    for order in orders {
      #expect(Reorderings(of: trace(order)).all().racePairs.isEmpty, "\(order)")
    }
  }

  @Test func `a second permit, flag or item lets the other go first`() {
    let free = [
      "objects: S semaphore(1)\nT1: w(x) rel(S)\nT2:               acq(S) w(x)",
      "T1: w(x) set(E)\nT2:               wait(E) w(x)\nT3: set(E)",
      "T1: w(x) put(Q,1)\nT2:                  get(Q,2) w(x)\nT3: put(Q,2)",
    ]
    for order in free {
      #expect(!Reorderings(of: trace(order)).all().racePairs.isEmpty, "\(order)")
    }
  }

  @Test func `an object that breaks the rules keeps the order of the trace`() {
    let run = trace(
      """
      T1: w(x) rel(A)
      T2:              acq(A) rel(A) w(x)
      """)
    #expect(Reorderings(of: run).all().racePairs.isEmpty)
  }

  @Test(arguments: DrawnRun.Shape.allCases)
  func `a run is a schedule of itself, and is drawn as it is`(shape: DrawnRun.Shape) throws {
    for seed in 0..<100 as Range<UInt64> {
      let run = DrawnRun(shape, seed: seed)
      _ = try ReorderingModel(run.trace).outcome(of: Array(run.trace.events.indices))
      var again = trace(drawing(of: run.trace))
      for index in again.events.indices where again.events[index].operation == .notify {
        again.events[index].lock = run.trace.events[index].lock
      }
      #expect(again == run.trace, "\(run)")
    }
  }

  @Test func `the shapes reach what they are for`() {
    func reaches(_ shape: DrawnRun.Shape, _ isMeant: (Reorderings, DrawnRun) -> Bool) -> Int {
      (0..<200 as Range<UInt64>).count { seed in
        let run = DrawnRun(shape, seed: seed)
        return isMeant(Reorderings(of: run.trace), run)
      }
    }
    #expect(reaches(.deadlocks) { found, _ in !found.syncPreserving().deadlocks.isEmpty } > 20)
    #expect(
      reaches(.deadlocks) { found, _ in
        found.all().deadlocks != found.syncPreserving().deadlocks
      } > 2)
    #expect(
      reaches(.deadlocks) { found, run in found.all().deadlocks.contains(where: run.joins) } > 5)
    #expect(reaches(.hardRaces) { found, _ in !found.syncPreserving().racePairs.isEmpty } > 20)
    #expect(
      reaches(.hardRaces) { found, _ in
        found.all().racePairs != found.syncPreserving().racePairs
      } > 5)
    #expect(reaches(.everything) { found, _ in !found.all().racePairs.isEmpty } > 50)
  }
}
