extension RuleBook {
  static let misuses: [RulePage] = [
    RulePage(
      rule: .releaseNotHeld,
      title: "A lock is given back by a thread that does not hold it",
      meaning: """
        The lock was free, or another thread held it. A lock that is meant to be handed from thread \
        to thread, `Lock(handover: true)`, may be released by anyone who finds it taken.
        """,
      example: """
        lock.lock()
        if queue.isEmpty { lock.unlock() }
        lock.unlock()                            // a second time, if the queue was empty
        """,
      why: """
        It ends the section of whoever holds the lock just then, and lets a second thread in. \
        Platform locks call it undefined, or stop the program.
        """,
      fix: "Use `withLock`, or pair each `lock()` with one `defer { unlock() }` right below it.",
      detectorPage: "misuse.md"),
    RulePage(
      rule: .lockLeak,
      title: "A thread ends with a lock held",
      meaning: """
        The thread has exited, and a lock that it took was not given back. The end of the main \
        thread is the end of the program and does not count.
        """,
      example: """
        CheckedThread {
          lock.lock()
          guard let job = next() else { return }   // leaves with the lock
          run(job)
          lock.unlock()
        }
        """,
      why: "Nobody can give the lock back any more. The next thread to ask for it waits for ever.",
      fix: "Use `withLock`, or `defer { lock.unlock() }` right below `lock.lock()`.",
      detectorPage: "misuse.md"),
    RulePage(
      rule: .conditionWithoutLock,
      title: "A condition is used without its lock",
      meaning:
        "A wait or notify on a condition by a thread that does not hold the condition's lock.",
      example: """
        ready = true
        condition.notify()          // between the waiter's look at `ready` and its wait
        """,
      why: """
        The notification can fall between the moment in which the waiter looks and the moment in \
        which it waits. It is then lost, and the waiter sleeps on. A wait without the lock has no \
        lock to give up.
        """,
      fix: """
        Change what the waiter looks at, and notify, inside `condition.withLock`; wait in a loop, \
        or with `wait(until:)`, inside it too.
        """,
      detectorPage: "misuse.md"),
    RulePage(
      rule: .taskDoneOverrun,
      title: "More tasks are done than were put",
      meaning: "`taskDone` was called more often than items had been put into the queue.",
      example: """
        while let job = try? queue.tryGet() {
          run(job)
          queue.taskDone()
        }
        queue.taskDone()            // for no item
        """,
      why: "A `join` of the queue returns before the work is done, or the extra call is an error.",
      fix: "Call `taskDone` once for each item that `get` returned, in a `defer` right below it.",
      detectorPage: "misuse.md"),
    RulePage(
      rule: .destroyedInUse,
      title: "Something is destroyed while threads use it",
      meaning: """
        A lock was destroyed while a thread held it, or an object while a thread waited on it. To initialize \
        it once more destroys what it was.
        """,
      example: """
        var lock: Lock? = Lock()
        CheckedThread { [unowned lock] in lock!.withLock { work() } }.start()
        lock = nil                  // the thread may be inside
        """,
      why: """
        The thread goes on with memory that is somebody else's by then: a crash far away, or a \
        wait that never ends.
        """,
      fix: "Join the threads, or wait until they have left, before the object goes.",
      detectorPage: "misuse.md"),
    RulePage(
      rule: .semaphoreOverrun,
      title: "A semaphore is released past its bound",
      meaning: "A bounded semaphore was released more often than acquired, past its first value.",
      example: """
        let slots = BoundedSemaphore(value: 2)
        defer { slots.release() }
        guard slots.acquireIfAvailable() else { return }  // the defer releases all the same
        """,
      why: "More threads get in than the bound allows, or the release is refused with an error.",
      fix: "Release only what was acquired: put the `defer` after the acquire has succeeded.",
      detectorPage: "misuse.md"),
  ]
}
