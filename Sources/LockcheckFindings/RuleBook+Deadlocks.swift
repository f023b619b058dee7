extension RuleBook {
  static let deadlocks: [RulePage] = [
    RulePage(
      rule: .deadlock,
      title: "Threads wait for each other",
      meaning: """
        At the end of the trace each of these threads waits for something that only another of \
        them could do: release a lock, end, notify, put, set or arrive, in any mixture. Nothing \
        outside the circle can help. It happened in this run: it is `observed`. A thread \
        whose wakeup came too early is a `lost-wakeup`, and those who wait for it stand behind it; a \
        reader that asks to write is a `lock-upgrade`.

        It is `predicted` where it did not happen, and another order of this run's events leads to a \
        circle of waits that is none of locks alone: permits of a semaphore, items or room of a queue, \
        an event. The report then has the schedule, and shows where every thread waits in the end.
        """,
      example: """
        let logger = CheckedThread { jobs.withLock { log.withLock { flush() } } }
        log.withLock {
          logger.start()
          logger.join()      // waits for the thread, which waits for `log`
        }
        """,
      why: """
        The threads stay where they are until the process is killed, with every lock they hold. \
        Whoever needs one of those locks next hangs too.
        """,
      fix: """
        Break the circle at one step: take the locks in one order everywhere, or give the lock \
        back before waiting for a thread, a queue or a condition.
        """,
      detectorPage: "wait-for.md", predictionPage: "hang-prediction.md"),
    RulePage(
      rule: .lockOrderCycle,
      title: "Locks taken in a cyclic order",
      meaning: """
        Each of two or more threads took a lock while it held the one that the next thread takes \
        second. Had each got its first lock before any got its second, all of them would wait for \
        ever. Waiting for a thread to end counts as taking what that thread keeps until its end. A \
        lock held around both, one thread alone, an order forced by fork and join, and read locks \
        only are ruled out.

        It is `predicted` where the report can give a schedule: the events of this very run, in an \
        order that the program could have gone through, after which each thread's next event waits \
        for another of them. Read it thread by thread: `takes A and keeps it` is how far that thread \
        comes. It is `possible` where there is none; the report then says whether what the threads \
        read forbids it, or the search was given up, or none was made.

        It is `possible` too where the cycle is one of classes: locks that one place made, or that the \
        program says are of one class, are taken for one another, since the order in which one pair is \
        taken tells of all. And where a lock is taken against its level: `Lock(class:level:)` says that \
        locks of a class are taken in rising order, and none with another of its own level.
        """,
      example: """
        // thread 1                        // thread 2
        a.lock()                           b.lock()
        b.lock()                           a.lock()
        """,
      why: """
        It works in every test, for as long as the threads do not meet in that one moment. Under \
        load, on another machine, they do, and the program hangs without an error.
        """,
      fix: """
        Choose one order for these locks, by account number, by address, by layer, and take them in \
        that order everywhere. Or take only one at a time: copy what is needed out of the first \
        section, and call out to other code (callbacks, loggers, delegates) with no lock held.
        """,
      detectorPage: "lock-order.md", predictionPage: "deadlock-prediction.md"),
    RulePage(
      rule: .selfDeadlock,
      title: "A thread waits for a lock that it holds itself",
      meaning: """
        The thread holds a lock that cannot be taken twice, and takes it again. At the end of the \
        trace it waits for itself, so it is `observed`.
        """,
      example: """
        func total() -> Int { lock.withLock { items.count } }
        func describe() -> String {
          lock.withLock { "\\(total()) items" }   // total() takes `lock` again
        }
        """,
      why: "The thread hangs at once and for ever, and holds the lock while it does.",
      fix: """
        Split the function in two: a public half that takes the lock, and a private half that \
        expects it to be held and is called by everybody who holds it. An `RLock` can be taken \
        twice, but hides that the inner call sees a half-changed state.
        """,
      detectorPage: "wait-for.md"),
    poolStarvation,
    RulePage(
      rule: .stuckThread,
      title: "A thread waits for what nobody is left to do",
      meaning: """
        At the end of the trace the thread waits, and every thread that could have ended the wait \
        has exited or is stuck itself. No circle: it has simply been left behind. It is `predicted` \
        where that is so after another order of this run's events.
        """,
      example: """
        let consumer = CheckedThread { while let job = try? queue.get() { run(job) } }
        let producer = CheckedThread { for job in jobs { try! queue.put(job) } }
        consumer.start()
        producer.start()       // ends without closing the queue, and so does everybody else
        """,
      why: "A join of that thread, or the end of the program, never comes.",
      fix: """
        Make sure that whoever waits is told of the end: close the queue, set the event, notify \
        after changing what the waiter looks at, release the lock on every path out of a function \
        (`withLock` does).
        """,
      detectorPage: "wait-for.md", predictionPage: "hang-prediction.md"),
  ]
}
