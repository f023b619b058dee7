import LockcheckAnalysis
import LockcheckTestKit
import LockcheckTrace
import Testing

/// The rule that a schedule of a drawing breaks, if any. Events by their index in the drawing.
private func rule(
  _ drawing: String, _ schedule: [Int], reaching goal: WitnessGoal? = nil
) -> WitnessFlaw.Rule? {
  let trace = trace(drawing)
  let checker = WitnessChecker(trace.events, tables: trace.tables)
  guard let goal else { return checker.flaw(in: schedule)?.rule }
  return checker.flaw(in: schedule, reaching: goal)?.rule
}

@Suite struct `A schedule` {
  @Test func `keeps each thread in its order`() {
    let drawing = "T1: w(x) w(y)\nT2:           w(z) w(u)"
    #expect(rule(drawing, [2, 0, 3, 1]) == nil)
    #expect(rule(drawing, [3, 0]) == .programOrder)
    #expect(rule(drawing, [0, 1, 0]) == .programOrder)
    #expect(rule(drawing, [0, 4]) == .noSuchEvent)
    #expect(rule(drawing, [-1]) == .noSuchEvent)
    #expect(rule(drawing, [.min, .max]) == .noSuchEvent)
  }

  @Test func `has a fork before what the child does`() {
    let drawing = "T1: w(x) fork(T2)\nT2:                 w(y)"
    #expect(rule(drawing, [0, 1, 2]) == nil)
    #expect(rule(drawing, [0, 2]) == .threadNotThere)
    // What nobody forks was there all along, and so was what stands before its fork.
    #expect(rule("T1: w(x)\nT2:      w(y)", [1]) == nil)
    #expect(rule("T1:      fork(T2)\nT2: w(y)          w(z)", [0]) == nil)
    #expect(rule("T1:      fork(T2)\nT2: w(y)          w(z)", [0, 2]) == .threadNotThere)
  }

  @Test func `has the latest fork of a number that is used again`() {
    let drawing =
      """
      T1: fork(T2)      join(T2) fork(T2)
      T2:          w(x)                   w(y)
      """
    #expect(rule(drawing, [0, 1, 2, 3, 4]) == nil)
    #expect(rule(drawing, [0, 1, 2, 4]) == .threadNotThere)
  }

  @Test func `does not let a fork that failed go elsewhere`() {
    let drawing = "T1: w(x) fork(T2)=error\nT3:                         w(y)"
    #expect(rule(drawing, [0, 1, 2]) == nil)
    #expect(rule(drawing, [2, 0, 1]) == .otherPast)
  }

  @Test func `has what the child did before its join`() {
    let drawing =
      """
      T1: fork(T2)           join(T2)
      T2:          w(x) exit
      T3:                         join(T2)
      """
    #expect(rule(drawing, [0, 1, 2, 3]) == nil)
    #expect(rule(drawing, [0, 1, 3]) == .childNotDone)
    #expect(rule(drawing, [0, 1, 2, 4, 3]) == nil)
    #expect(rule("T1: fork(T2)\nT3:          join(T2)", [0, 1]) == nil)
    #expect(rule("T1: fork(T2)\nT3:          join(T2)", [1]) == .childNotThere)
  }

  @Test func `has something of the child to come after a join that gave up`() {
    let drawing =
      "T1:      join(T2)~try=failed\nT2: w(x)                      w(y)"
    #expect(rule(drawing, [1]) == nil)
    #expect(rule(drawing, [0, 1]) == nil)
    #expect(rule(drawing, [0, 2, 1]) == .childDone)
    // In the trace nothing of it was to come either.
    #expect(rule("T1:      join(T2)~try=failed\nT2: w(x)", [0, 1]) == nil)
    let refused = "T1:      join(T2)=error\nT2: w(x)                 w(y)"
    #expect(rule(refused, [0, 1]) == nil)
    #expect(rule(refused, [0, 2, 1]) == .otherPast)
  }

  @Test func `has a create before what is done to the object`() {
    let drawing = "T1: create(A)\nT2:           acq(A)? acq(A)"
    #expect(rule("objects: A lock\n" + drawing, [0, 1, 2]) == nil)
    #expect(rule("objects: A lock\n" + drawing, [1]) == .objectNotThere)
  }

  @Test func `creates an object anew only after all that was done to it`() {
    let drawing = "objects: x variable\nT1:      create(x)\nT2: w(x)           w(x)"
    #expect(rule(drawing, [0, 1, 2]) == nil)
    #expect(rule(drawing, [1]) == .otherPast)
    let lock = "T1:               create(A)\nT2: acq(A) rel(A)           acq(A)"
    #expect(rule(lock, [0, 1, 2, 3]) == nil)
    #expect(rule(lock, [0, 2]) == .otherPast)
  }

  @Test func `destroys an object only after all that was done to it`() {
    let drawing = "T1: acq(A) rel(A)               destroy(A)\nT2:               acq(A) rel(A)"
    #expect(rule(drawing, [0, 1, 2, 3, 4]) == nil)
    #expect(rule(drawing, [0, 1, 4]) == .otherPast)
    #expect(rule(drawing, [2, 3, 0, 1, 4]) == .otherPast)
  }

  @Test func `says what it stumbles over`() {
    let trace = trace("T1: acq(A) rel(A)\nT2:               acq(A)")
    let checker = WitnessChecker(trace.events, tables: trace.tables)
    #expect(
      checker.flaw(in: [0, 2])?.description
        == "position 1, event 2 (T2 acquire(A)): another thread holds the lock")
    #expect(
      checker.flaw(in: [0], reaching: .stuck([1]))?.description
        == "goal, event 1 (T1 release(A)): the goal is no cycle: it takes two threads at least")
  }
}

@Suite struct `A read in a schedule` {
  @Test(arguments: ["w", "aw", "au"])
  func `sees the same write`(write: String) {
    let drawing = "T1: \(write)(x)\nT2:       r(x)\nT3:            \(write)(x)"
    let isUpdate = write == "au"
    #expect(rule(drawing, [0, 1]) == nil)
    #expect(rule(drawing, [0, 1, 2]) == nil)
    #expect(rule(drawing, [1]) == .otherValue)
    #expect(rule(drawing, [0, 2, 1]) == .otherValue)
    #expect(rule(drawing, [2, 0, 1]) == (isUpdate ? .otherValue : nil))
  }

  @Test func `sees no write where it saw none`() {
    let drawing = "T1:      w(x)\nT2: r(x)"
    #expect(rule(drawing, [0, 1]) == nil)
    #expect(rule(drawing, [1, 0]) == .otherValue)
    #expect(rule("T1:       aw(x)\nT2: ar(x)", [1, 0]) == .otherValue)
  }

  @Test func `sees no exchange that failed, which is a read`() {
    let drawing = "T1: w(x)\nT2:      au(x)=failed\nT3:                   r(x)"
    #expect(rule(drawing, [0, 2, 1]) == nil)
    #expect(rule(drawing, [1]) == .otherValue)
    #expect(rule("T1: w(x)\nT2:      aw(x)=failed", [1]) == .otherValue)
  }

  @Test func `sees a create`() {
    let drawing = "objects: x variable\nT1: create(x)\nT2:           w(x)\nT3:                r(x)"
    #expect(rule(drawing, [0, 1, 2]) == nil)
    #expect(rule(drawing, [0, 2]) == .otherValue)
  }
}

@Suite struct `A lock in a schedule` {
  @Test func `has one exclusive holder`() {
    let drawing = "T1: acq(A) rel(A)\nT2:               acq(A) rel(A)"
    #expect(rule(drawing, [2, 3, 0, 1]) == nil)
    #expect(rule(drawing, [2, 0]) == .lockHeld)
  }

  @Test func `is taken again by its holder where it was in the trace`() {
    let drawing = "T1: acq(A) acq(A) rel(A) rel(A)\nT2:                             acq(A)"
    #expect(rule(drawing, [0, 1, 2, 3, 4]) == nil)
    #expect(rule(drawing, [0, 1, 2, 4]) == .lockHeld)
    #expect(rule(drawing, [4]) == nil)
  }

  @Test func `has many shared holders and no exclusive one beside them`() {
    let drawing =
      """
      objects: A rwlock
      T1: sacq(A)         srel(A)
      T2:         sacq(A)         srel(A)
      T3:                                 acq(A) rel(A)
      """
    #expect(rule(drawing, [1, 0, 3, 2, 4]) == nil)
    #expect(rule(drawing, [0, 4]) == .lockHeld)
    #expect(rule(drawing, [4, 0]) == .lockHeld)
    #expect(rule(drawing, [4, 5, 1]) == nil)
  }

  @Test func `is held when an attempt gives up`() {
    let drawing = "T1: acq(A)                    rel(A)\nT2:        acq(A)~try=failed"
    #expect(rule(drawing, [0, 1, 2]) == nil)
    #expect(rule(drawing, [1]) == .lockFree)
    #expect(rule(drawing, [0, 2, 1]) == .lockFree)
    #expect(rule("T1: acq(A) acq(A)~try=failed", [0, 1]) == nil)
  }

  @Test func `is held in a mode that conflicts when an attempt gives up`() {
    let drawing =
      """
      objects: A rwlock
      T1: sacq(A)                  srel(A)
      T2:                                  acq(A)                    rel(A)
      T3:         acq(A)~try=failed               sacq(A)~try=failed
      """
    #expect(rule(drawing, [0, 1, 2, 3, 4, 5]) == nil)
    #expect(rule(drawing, [3, 1, 4, 5]) == nil)
    #expect(rule(drawing, [3, 1, 5, 0, 4]) == .lockFree)
  }

  @Test func `goes from hand to hand where that is meant`() {
    let drawing =
      """
      objects: A lock(handover)
      T1: acq(A)        acq(A)
      T2:        rel(A)        rel(A)
      """
    #expect(rule(drawing, [0, 1, 2, 3]) == nil)
    #expect(rule(drawing, [1]) == .lockNotHeld)
    #expect(rule(drawing, [0, 2]) == .lockHeld)
  }

  @Test func `that breaks its own rules in the trace is used as there`() {
    let twice = "T1: acq(A)        rel(A)\nT2:        acq(A)        rel(A)"
    #expect(rule(twice, [0, 1, 2, 3]) == nil)
    #expect(rule(twice, [1]) == .otherPast)
    let notHeld = "T1: acq(A)\nT2:        rel(A)\nT3:               acq(B)"
    #expect(rule(notHeld, [2, 0, 1]) == nil)
    #expect(rule(notHeld, [1]) == .otherPast)
  }

  @Test func `refuses what it refused only after the same past`() {
    let drawing = "T1: acq(A) rel(A)\nT2:                   rel(A)=error"
    #expect(rule(drawing, [0, 1, 2]) == nil)
    #expect(rule(drawing, [2]) == .otherPast)
  }
}

@Suite struct `A semaphore in a schedule` {
  @Test func `has the permits that are taken`() {
    let drawing = "objects: S semaphore(1)\nT1: acq(S)        acq(S)\nT2:        rel(S)"
    #expect(rule(drawing, [1, 0, 2]) == nil)
    #expect(rule(drawing, [0, 2]) == .tooFewPermits)
    let two = "objects: S semaphore(1)\nT1:        acq(S,2)\nT2: rel(S)"
    #expect(rule(two, [0, 1]) == nil)
    #expect(rule(two, [1]) == .tooFewPermits)
  }

  @Test func `lacks them when an attempt gives up`() {
    let drawing =
      "objects: S semaphore(0)\nT1: acq(S)~timed=timeout\nT2:                          rel(S)"
    #expect(rule(drawing, [0, 1]) == nil)
    #expect(rule(drawing, [1, 0]) == .enoughPermits)
  }

  @Test func `never has more than its bound`() {
    let drawing = "objects: S semaphore(1,1)\nT1: acq(S)\nT2:        rel(S)"
    #expect(rule(drawing, [0, 1]) == nil)
    #expect(rule(drawing, [1]) == .pastBound)
    let over = "objects: S semaphore(1,1)\nT1: rel(S)\nT2:        acq(S)"
    #expect(rule(over, [0, 1]) == nil)
    #expect(rule(over, [1]) == .otherPast)
  }

  @Test func `of unknown value is taken from as in the trace`() {
    let drawing = "objects: S semaphore\nT1: rel(S)\nT2:        acq(S)\nT3:               rel(S)"
    #expect(rule(drawing, [0, 1, 2]) == nil)
    #expect(rule(drawing, [2, 0]) == nil)
    #expect(rule(drawing, [2, 1]) == .otherPast)
    #expect(rule(drawing, [0, 2, 1]) == .otherPast)
  }
}

@Suite struct `A condition in a schedule` {
  private let drawing =
    """
    objects: C condition(L)
    T1: acq(L) wait(C)?                                 wait(C) rel(L)
    T2:                 acq(L) w(x) notify(C,1) rel(L)
    """

  @Test func `gives up its lock while its thread waits`() {
    #expect(rule(drawing, [0, 1, 2, 3, 4, 5, 6, 7]) == nil)
    #expect(rule(drawing, [0, 2]) == .lockHeld)
  }

  @Test func `has its lock taken again when the wait ends`() {
    #expect(rule(drawing, [0, 1, 2, 3, 4, 6]) == .lockHeld)
  }

  @Test func `keeps all levels of a lock that was taken twice`() {
    let levels =
      """
      objects: L rlock, C condition(L)
      T1: acq(L) acq(L) wait(C)?                        wait(C) rel(L) rel(L)
      T2:                        acq(L) notify(C) rel(L)                      acq(L)
      """
    #expect(rule(levels, Array(0..<10)) == nil)
    #expect(rule(levels, [0, 1, 2, 3, 4, 5, 6, 7, 9]) == .lockHeld)
  }

  @Test func `wakes a wait that began before`() {
    let drawing =
      """
      objects: C condition
      T1: wait(C)?             wait(C)
      T2:          notify(C,1)
      """
    #expect(rule(drawing, [0, 1, 2]) == nil)
    #expect(rule(drawing, [0, 2]) == .notWoken)
    #expect(rule(drawing, [1, 0, 2]) == .notWoken)
  }

  @Test func `wakes as many as it says`() {
    func two(_ notify: String) -> String {
      """
      objects: C condition
      T1: wait(C)?                                     wait(C)
      T2:          wait(C)?                                    wait(C)
      T3:                   \(notify)                                   notify(C)
      """
    }
    #expect(rule(two("notify(C,2)"), [0, 1, 2, 3, 4]) == nil)
    #expect(rule(two("notify(C)  "), [0, 1, 2, 4, 3]) == nil)
    #expect(rule(two("notify(C,2)"), [0, 2, 1, 3]) == nil)
    #expect(rule(two("notify(C,2)"), [0, 2, 1, 4]) == .notWoken)
    #expect(rule(two("notify(C,2)"), [0, 2, 1, 3, 4]) == .notWoken)
  }

  @Test func `needs no wakeup for a wait that times out`() {
    let drawing =
      """
      objects: C condition(L)
      T1: acq(L) wait(C)?~timed               wait(C)~timed=timeout
      T2:                       acq(L) rel(L)
      """
    #expect(rule(drawing, [0, 1, 4]) == nil)
    #expect(rule(drawing, [0, 1, 2, 4]) == .lockHeld)
  }

  @Test func `does not keep for a later wait what one that gave up left`() {
    let drawing =
      """
      objects: C condition
      T1: wait(C)?             wait(C)=timeout
      T2:                                      wait(C)?             wait(C)
      T3:          notify(C,1)                          notify(C,1)
      """
    #expect(rule(drawing, [0, 1, 2, 3, 4, 5]) == nil)
    #expect(rule(drawing, [0, 1, 2, 3, 5]) == .notWoken)
  }

  @Test func `without its beginning is waited on as in the trace`() {
    let drawing = "objects: C condition\nT1:           wait(C)\nT2: notify(C)"
    #expect(rule(drawing, [0, 1]) == nil)
    #expect(rule(drawing, [1]) == .otherPast)
  }

  @Test func `with a lock that is not held is used as in the trace`() {
    let drawing = "objects: C condition(L)\nT1: wait(C)?           wait(C)\nT2:          notify(C)"
    #expect(rule(drawing, [0, 1, 2]) == nil)
    #expect(rule(drawing, [1, 0, 2]) == .otherPast)
  }
}

@Suite struct `A flag, a barrier and a queue in a schedule` {
  @Test func `a wait ends while the flag is up`() {
    let drawing = "objects: E event\nT1:        wait(E)\nT2: set(E)         clear(E)"
    #expect(rule(drawing, [0, 1, 2]) == nil)
    #expect(rule(drawing, [1]) == .flagDown)
    #expect(rule(drawing, [0, 2, 1]) == .flagDown)
  }

  @Test func `a wait ends once the flag was raised after it began`() {
    let drawing =
      """
      objects: E event
      T1: wait(E)?                 wait(E)
      T2:          set(E) clear(E)
      """
    #expect(rule(drawing, [0, 1, 2, 3]) == nil)
    #expect(rule(drawing, [1, 2, 0, 3]) == .flagDown)
  }

  @Test func `a wait gives up while the flag is down`() {
    let drawing = "objects: E event\nT1: wait(E)~timed=timeout\nT2:                       set(E)"
    #expect(rule(drawing, [0, 1]) == nil)
    #expect(rule(drawing, [1, 0]) == .flagUp)
  }

  @Test func `a flag that was up before it was raised is used as in the trace`() {
    let drawing = "objects: E event\nT1: wait(E)\nT2:         clear(E)"
    #expect(rule(drawing, [0, 1]) == nil)
    #expect(rule(drawing, [1, 0]) == .otherPast)
  }

  @Test func `a barrier opens when its round is full`() {
    let drawing =
      """
      objects: B barrier(2)
      T1: wait(B)?         wait(B)
      T2:          wait(B)
      T3:                          wait(B)?
      """
    #expect(rule(drawing, [0, 1, 2, 3]) == nil)
    #expect(rule(drawing, [0, 2]) == .roundNotFull)
    // Its place is in the next round: whoever comes first fills the first one.
    #expect(rule(drawing, [0, 3, 2, 1]) == .roundNotFull)
    #expect(rule(drawing, [0, 3, 2]) == nil)
    #expect(rule(drawing, [1]) == .roundNotFull)
  }

  @Test(arguments: ["barrier", "barrier(0)"])
  func `a barrier of unknown size is used as in the trace`(kind: String) {
    let drawing = "objects: B \(kind)\nT1: wait(B)?         wait(B)\nT2:          wait(B)"
    #expect(rule(drawing, [0, 1, 2]) == nil)
    #expect(rule(drawing, [1]) == .otherPast)
    #expect(rule(drawing, [0, 2]) == .otherPast)
  }

  @Test func `a barrier that somebody left too early is used as in the trace`() {
    let drawing = "objects: B barrier(2)\nT1: wait(B)=timeout\nT2:                 wait(B)?"
    #expect(rule(drawing, [0, 1]) == nil)
    #expect(rule(drawing, [1, 0]) == .otherPast)
  }

  @Test func `a queue is first in, first out`() {
    let numbered = "T1: put(Q,1)\nT2:          put(Q,2)\nT3:                   get(Q,1)"
    let plain = "T1: put(Q)\nT2:        put(Q)\nT3:               get(Q)"
    for drawing in [numbered, plain] {
      #expect(rule(drawing, [0, 2, 1]) == nil)
      #expect(rule(drawing, [1, 0, 2]) == .otherItem)
      #expect(rule(drawing, [2]) == .queueEmpty)
    }
    let stack = "T1: put(Q,1) put(Q,2)\nT2:                   get(Q,2)"
    #expect(rule(stack, [0, 1, 2]) == nil)
    let other = "T1: put(Q,1)\nT3:          put(Q,2)\nT2:                   get(Q,2)"
    #expect(rule(other, [1, 2]) == .otherPast)
  }

  @Test func `a put needs room`() {
    let drawing = "objects: Q queue(1)\nT1: put(Q)        put(Q)\nT2:        get(Q)"
    #expect(rule(drawing, [0, 1, 2]) == nil)
    #expect(rule(drawing, [0, 2]) == .queueFull)
    let unlimited = "objects: Q queue(0)\nT1: put(Q)        put(Q)\nT2:        get(Q)"
    #expect(rule(unlimited, [0, 2, 1]) == nil)
    let full = "objects: Q queue(1)\nT1: put(Q)                   \nT2:        put(Q)~try=failed"
    #expect(rule(full, [0, 1]) == nil)
    #expect(rule(full, [1]) == .queueHasRoom)
  }

  @Test func `a closed queue takes nothing more`() {
    let drawing = "T1: put(Q)\nT2:        close(Q)"
    #expect(rule(drawing, [0, 1]) == nil)
    #expect(rule(drawing, [1, 0]) == .queueClosed)
    let refused = "T1: close(Q)\nT2:          put(Q)=error"
    #expect(rule(refused, [0, 1]) == nil)
    #expect(rule(refused, [1]) == .queueOpen)
    let full =
      """
      objects: Q queue(1)
      T1: put(Q)
      T2:        put(Q)~try=failed
      T3:                          close(Q)
      """
    #expect(rule(full, [0, 1, 2]) == nil)
    #expect(rule(full, [0, 2, 1]) == .queueClosed)
  }

  @Test func `a get without an item finds the queue empty`() {
    let drawing =
      """
      T1: get(Q)~try=failed
      T2:                   put(Q)
      T3:                          close(Q)
      """
    #expect(rule(drawing, [0, 1, 2]) == nil)
    #expect(rule(drawing, [1, 0]) == .queueNotEmpty)
    #expect(rule(drawing, [2, 0]) == .queueClosed)
    let ended = "T1: close(Q)\nT2:          get(Q)=error"
    #expect(rule(ended, [0, 1]) == nil)
    #expect(rule(ended, [1]) == .queueOpen)
    let drained =
      """
      T1: put(Q)        close(Q)
      T2:        get(Q)
      T3:                        get(Q)=error
      """
    #expect(rule(drained, [0, 1, 2, 3]) == nil)
    #expect(rule(drained, [0, 2, 3]) == .queueNotEmpty)
  }

  @Test func `a queue is joined when all its tasks are done`() {
    let drawing =
      """
      T1: put(Q)        done(Q)
      T2:        get(Q)
      T3:                       qjoin(Q)
      """
    #expect(rule(drawing, [0, 1, 2, 3]) == nil)
    #expect(rule(drawing, [0, 1, 3]) == .tasksOpen)
    let apart = "T1: put(Q)\nT2:        done(Q)"
    #expect(rule(apart, [0, 1]) == nil)
    #expect(rule(apart, [1]) == .noTaskOpen)
    let late = "T1: put(Q)                            done(Q)\nT2:        qjoin(Q)~timed=timeout"
    #expect(rule(late, [0, 1, 2]) == nil)
    #expect(rule(late, [1]) == .tasksDone)
    #expect(rule(late, [0, 2, 1]) == .tasksDone)
  }
}

@Suite struct `What a schedule reaches` {
  @Test func `two conflicting accesses of different threads are next`() {
    let drawing = "T1: w(x)\nT2:      r(x)\nT3:           r(x)"
    #expect(rule(drawing, [], reaching: .adjacent(0, 1)) == nil)
    #expect(rule(drawing, [], reaching: .adjacent(1, 2)) == .noConflict)
    #expect(rule(drawing, [0], reaching: .adjacent(0, 1)) == .programOrder)
    #expect(rule(drawing, [], reaching: .adjacent(0, 0)) == .oneThread)
    #expect(rule(drawing, [], reaching: .adjacent(0, 3)) == .noSuchEvent)
    #expect(rule("T1: w(x)\nT2:      w(y)", [], reaching: .adjacent(0, 1)) == .noConflict)
    #expect(rule("T1: w(x)\nT2:      acq(y)", [], reaching: .adjacent(0, 1)) == .noAccess)
  }

  @Test func `not both accesses are atomic`() {
    #expect(rule("T1: aw(x)\nT2:       r(x)", [], reaching: .adjacent(0, 1)) == nil)
    #expect(rule("T1: aw(x)\nT2:       ar(x)", [], reaching: .adjacent(0, 1)) == .noConflict)
    #expect(
      rule("T1: au(x)=failed\nT2:              r(x)", [], reaching: .adjacent(0, 1)) == .noConflict)
  }

  @Test func `both threads are there`() {
    let drawing = "T1: fork(T2) w(x)\nT2:               r(x)"
    #expect(rule(drawing, [0], reaching: .adjacent(1, 2)) == nil)
    let apart = "T1: fork(T2)\nT2:          r(x)\nT3: w(x)"
    #expect(rule(apart, [], reaching: .adjacent(1, 2)) == .threadNotThere)
  }

  private let crossed =
    """
    T1: acq(A) acq(B) rel(B) rel(A)
    T2:                             acq(B) acq(A) rel(A) rel(B)
    """

  @Test func `threads wait for each other's lock`() {
    #expect(rule(crossed, [0, 4], reaching: .stuck([1, 5])) == nil)
    #expect(rule(crossed, [4, 0], reaching: .stuck([5, 1])) == nil)
    #expect(rule(crossed, [0], reaching: .stuck([1, 4])) == .waitsForAnother)
    #expect(rule(crossed, [0, 4], reaching: .stuck([1])) == .noCycle)
    #expect(rule(crossed, [0, 4], reaching: .stuck([])) == .noCycle)
    #expect(rule(crossed, [0, 4], reaching: .stuck([1, 1])) == .oneThread)
    #expect(rule(crossed, [0, 4], reaching: .stuck([1, 6])) == .programOrder)
    #expect(rule(crossed, [0, 1], reaching: .stuck([2, 4])) == .cannotBlock)
  }

  @Test func `each waits for the thread of the next step, and no other`() {
    let three =
      """
      T1: acq(A) acq(B) rel(B) rel(A)
      T2:                             acq(B) acq(C) rel(C) rel(B)
      T3:                                                         acq(C) acq(A)
      """
    #expect(rule(three, [0, 4, 8], reaching: .stuck([1, 5, 9])) == nil)
    #expect(rule(three, [0, 4, 8], reaching: .stuck([1, 9, 5])) == .waitsForAnother)
  }

  @Test func `whoever only tries does not wait`() {
    for attempt in ["~try", "~timed"] {
      let tail = "rel(A) rel(B)"
      let drawing = crossed.replacing("acq(A) \(tail)", with: "acq(A)\(attempt) \(tail)")
      #expect(rule(drawing, [0, 4], reaching: .stuck([1, 5])) == .cannotBlock)
    }
  }

  @Test func `nor does one whose attempt is told at its end`() {
    func drawing(_ mark: String) -> String {
      """
      T1: acq(A) acq(B)? acq(B) rel(B) rel(A)
      T2:                                     acq(B) acq(A)? acq(A)\(mark) rel(A)
      """
    }
    #expect(rule(drawing(""), [0, 1, 5, 6], reaching: .stuck([2, 7])) == nil)
    #expect(rule(drawing(""), [0, 5], reaching: .stuck([1, 6])) == nil)
    #expect(rule(drawing("~timed"), [0, 5], reaching: .stuck([1, 6])) == .cannotBlock)
  }

  @Test func `readers do not wait for readers`() {
    func drawing(_ first: String, _ second: String) -> String {
      """
      objects: A rwlock, B rwlock
      T1: \(first)(A) sacq(B) srel(B) rel(A)
      T2:                                    \(second)(B) acq(A) rel(A) rel(B)
      """
    }
    #expect(rule(drawing("sacq", "acq"), [0, 4], reaching: .stuck([1, 5])) == nil)
    #expect(rule(drawing("sacq", "sacq"), [0, 4], reaching: .stuck([1, 5])) == .waitsForAnother)
  }

  @Test func `a lock that anybody may release keeps nobody for ever`() {
    #expect(
      rule(
        "objects: A lock(handover)\n" + crossed, [0, 4], reaching: .stuck([1, 5])) == .cannotBlock)
  }

  @Test func `nothing rests on a lock that breaks its rules`() {
    let drawing = crossed + "\nT3: \(String(repeating: " ", count: 60))rel(A)"
    #expect(rule(drawing, [0, 4], reaching: .stuck([1, 5])) == .unclearObject)
  }

  @Test func `a thread waits for its child, which waits for its lock`() {
    let drawing =
      """
      T1: fork(T2) acq(A) rel(A)               acq(A) join(T2)
      T2:                        acq(A) rel(A)
      """
    #expect(rule(drawing, [0, 1, 2, 5], reaching: .stuck([6, 3])) == nil)
    #expect(rule(drawing, [0, 1, 2], reaching: .stuck([5, 3])) == .waitsForAnother)
    let timed = drawing.replacing("join(T2)", with: "join(T2)~timed")
    #expect(rule(timed, [0, 1, 2, 5], reaching: .stuck([6, 3])) == .cannotBlock)
  }

  @Test func `a thread waits for the life of its child that it joins`() {
    let drawing =
      """
      T1: fork(T2)      acq(A) join(T2) rel(A) fork(T2)
      T2:          w(x)                                 acq(A)
      """
    #expect(rule(drawing, [0, 1, 2], reaching: .stuck([3, 6])) == .threadNotThere)
  }

  @Test func `the end of a wait waits for its lock`() {
    let drawing =
      """
      objects: C condition(L)
      T1: acq(A) acq(L) wait(C)?                         wait(C) rel(L) rel(A)
      T2:                        acq(L) notify(C) rel(L)
      T3:                                                                     acq(L) acq(A)
      """
    #expect(rule(drawing, [0, 1, 2, 3, 4, 5, 9], reaching: .stuck([6, 10])) == nil)
    #expect(rule(drawing, [0, 1, 2, 9], reaching: .stuck([6, 10])) == nil)
    #expect(rule(drawing, [0, 1, 2, 3], reaching: .stuck([6, 9])) == .waitsForAnother)
    #expect(rule(drawing, [0, 1], reaching: .stuck([2, 9])) == .cannotBlock)
  }
}
