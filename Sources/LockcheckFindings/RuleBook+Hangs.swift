extension RuleBook {
  static let hangs: [RulePage] = [
    RulePage(
      rule: .lockUpgrade,
      title: "A reader waits for itself",
      meaning: """
        A thread that holds a read-write lock to read asks to write: the lock waits until all readers \
        have left, and one of them is the thread itself. At the end of the trace it is `observed`, for \
        one thread or for several that do the same. Where the lock let the only reader through, it is \
        `possible`: two that do it at once wait for each other; with a schedule, `predicted`.

        It is `possible` too where a thread takes the lock to read twice, and a writer can ask for it \
        in between: with locks that let waiting writers go first, the second read waits for the \
        writer, and the writer for the first. The report says so where the trace does not say what \
        the lock prefers; a lock that lets readers in first never hangs like that.
        """,
      example: """
        cache.withReadLock {
          if cache.value == nil {
            cache.withWriteLock { cache.value = load() }   // waits for this very reader to leave
          }
        }
        """,
      why: """
        It hangs for ever, and holds up every writer and, with writers first, every other reader too. \
        With a lock that can be upgraded by the only reader, it works until two threads try.
        """,
      fix: """
        Give the read hold back, take the lock to write, and look again at what was read: it may have \
        changed in between. Or take it to write from the start where a change may be needed. Read once, \
        and pass on what was read, rather than read again inside.
        """,
      detectorPage: "lock-upgrade.md", predictionPage: "hang-prediction.md"),
    RulePage(
      rule: .nestedMonitor,
      title: "A wait under a lock that the waker needs",
      meaning: """
        A thread waits on a condition, an event, a queue, a barrier or a semaphore with a lock in its \
        hands, and every thread that ended such a wait in this run took that lock before it did. Had \
        the waiter got the lock first, nobody could have ended its wait. (The lock of the condition \
        itself is given up by the wait, and does not count.) A hang of that sort that happened is a \
        `deadlock`. A wait for a thread under a lock that the thread takes is a `lock-order-cycle`.

        It is `predicted` with a schedule after which nobody can go on: every thread that is there has \
        ended or waits. Where some thread could still do something, it stays `possible`.
        """,
      example: """
        // consumer                          // producer
        table.withLock {                     table.withLock { rows += 1 }
          let row = try queue.get()          try queue.put(row)   // never gets here
        }
        """,
      why: """
        As long as what is waited for is there already, nothing is amiss. The first time that the \
        waiter comes too soon, both threads hang, and everyone who needs the lock after them.
        """,
      fix: """
        Wait first, and take the lock after; or make the lock the condition's own, so that the wait \
        gives it up; or let the waker do without the lock.
        """,
      detectorPage: "nested-monitor.md", predictionPage: "hang-prediction.md"),
    RulePage(
      rule: .lostWakeup,
      title: "A wakeup that came before the wait",
      meaning: """
        At the end of the trace a thread waits on a condition or an event, nobody is left to end the \
        wait, and the notify that it needed is in the trace: it came before the wait, and woke nobody; \
        of an event, it was set and cleared before. That is `observed`. A waiter that had looked at \
        what the notify was about, or a notify that somebody else may have made use of, is no \
        `lost-wakeup` but a `stuck-thread`.

        It is `possible` where the wait was ended in this run by a notify that nothing but the lock \
        puts after the wait, the thread did not look under the lock at anything that the notifier \
        writes before it waited, and no other notify came after. With a schedule after which nobody can \
        go on it is `predicted`. Nothing of that is said where no accesses were recorded.
        """,
      example: """
        // waiter                            // notifier
        condition.withLock {                 condition.withLock {
          condition.wait()                     ready = true
        }                                      condition.notify()
                                             }
        """,
      why: """
        A notify is not remembered: it wakes who waits at that moment, or nobody. If the notifier comes \
        first, the waiter sleeps for ever, and all who wait for it with it.
        """,
      fix: """
        Change what is waited for under the condition's lock, and wait only while it is not so: \
        `while !ready { condition.wait() }`, or `condition.wait(until: { ready })`. An `Event` that \
        is not cleared remembers that it was set.
        """,
      detectorPage: "lost-wakeup.md", predictionPage: "hang-prediction.md"),
  ]
}
