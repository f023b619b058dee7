extension RuleBook {
  static let waitMisuses: [RulePage] = [
    RulePage(
      rule: .waitWithoutRecheck,
      title: "A wait whose reason is not looked at again",
      meaning: """
        A thread read something under the condition's lock, waited, and gave the lock back without \
        reading it again, although those who notify write it. That is `observed`. Where a thread hangs \
        in a wait that was notified too early, and the trace does not show that it had looked at \
        anything, it is `possible`.
        """,
      example: """
        condition.withLock {
          if !ready { condition.wait() }     // `while` looks again
          use()
        }
        """,
      why: """
        A wait ends when it was notified, not when what it waits for is so: another thread may have \
        been quicker, the notify may have been about something else, and platforms wake for no reason.
        """,
      fix: "Write `while`, not `if`, or use `wait(until:)`, which looks before and after.",
      detectorPage: "lost-wakeup.md"),
    RulePage(
      rule: .notifyNobody,
      title: "A notify that nobody was there to hear",
      meaning: """
        Nobody waited on the condition when it was notified, and a thread that began to wait later \
        hangs for want of it: see `lost-wakeup`, which says who hangs. This names the call.
        """,
      example: """
        condition.withLock { condition.notify() }   // nothing is changed: nothing remains of it
        worker.start()                              // waits for the notify
        """,
      why: "Condition variables remember nothing. What is not waited for just then is lost.",
      fix: """
        Let the notify follow a change, under the lock, of something that the waiter looks at before \
        it waits; or use an `Event` or a `Semaphore`, which remember.
        """,
      detectorPage: "lost-wakeup.md"),
    RulePage(
      rule: .taskDoneMissing,
      title: "A queue is joined, and some tasks are never said to be done",
      meaning: """
        At the end of the trace a thread waits for all tasks of a queue; everything that was put has \
        been got, and whoever got it has ended, or waits for more, without a `taskDone` for each.
        """,
      example: """
        while let job = try? queue.get() {
          guard job.isValid else { continue }   // leaves out taskDone
          run(job)
          queue.taskDone()
        }
        """,
      why: "The join never ends, and nor does who waits for it.",
      fix: "Write `defer { queue.taskDone() }` right below the `get`.",
      detectorPage: "wait-for.md"),
    RulePage(
      rule: .barrierMismatch,
      title: "A barrier waits for more threads than come",
      meaning: """
        At the end of the trace threads wait at a barrier, and those that are missing can never come: \
        all others have ended, or wait themselves for the ones at the barrier to end.
        """,
      example: """
        let barrier = Barrier(parties: 4)
        let threads = (0..<3).map { _ in CheckedThread { try? barrier.wait() } }
        """,
      why: "Everyone at the barrier waits for ever.",
      fix: """
        Make the barrier for as many threads as there are, in one place: count the threads that are \
        started, and arrive on every path, or `abort()` the barrier on the way out.
        """,
      detectorPage: "wait-for.md"),
  ]
}
