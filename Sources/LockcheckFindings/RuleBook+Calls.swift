extension RuleBook {
  static let callMisuses: [RulePage] = [
    RulePage(
      rule: .refusedCall,
      title: "The C library refuses a call",
      meaning: """
        A function of POSIX threads answered that it must not be called like this: `EINVAL` for an argument that \
        is not valid or an object that is none, `ESRCH` for a thread that is no more, `EDEADLK` for a wait for \
        oneself, `EAGAIN` and `EOVERFLOW` for what cannot be counted any further. Answers that are no \
        fault of the caller's do not count: `EBUSY`, `ETIMEDOUT`, `EINTR`, `EOWNERDEAD`. That an error-checking \
        mutex refuses who holds it already may be what the program wants to know: that is `possible`. \
        Releases without a hold, waits without the lock and destroying what is in use have rules of their own.
        """,
      example: """
        var end = timespec()
        clock_gettime(CLOCK_REALTIME, &end)
        end.tv_nsec += 500_000_000           // may be more than a second's worth
        pthread_cond_timedwait(condition, mutex, &end)   // EINVAL: does not wait
        """,
      why: """
        Nothing was done, and few programs look at the answer: they go on as if they held the lock, had \
        waited, or had the thread's result. Elsewhere the same call hangs or crashes.
        """,
      fix: """
        Mend the argument, or the order of the calls, and let a debug build check every answer. Where the answer \
        is what the program goes by, mute the finding.
        """,
      detectorPage: "calls.md"),
    RulePage(
      rule: .usedAfterDestroy,
      title: "Something is used after it was destroyed",
      meaning: """
        A lock was taken, or a condition waited on or notified, after it had been destroyed and without \
        having been made anew. Of programs that were not written for lockcheck only what the object itself \
        shows is told: a mutex or a condition in whose memory the mark of its destruction still stands.
        """,
      example: """
        pthread_mutex_destroy(&cache.mutex)
        pthread_mutex_lock(&cache.mutex)     // EINVAL: does not lock
        """,
      why: """
        A destroyed mutex refuses to lock, and who does not look goes on without it; a destroyed condition \
        loses wakeups or hangs. Where the memory is used again by then, that is written over.
        """,
      fix: """
        Destroy it behind the last use: join the threads that use it first. Initialize it anew before it is used \
        again.
        """,
      detectorPage: "calls.md"),
    RulePage(
      rule: .twoLocks,
      title: "One condition is waited on with two locks at once",
      meaning: """
        A thread began to wait on a condition under one lock while another thread waited on it under \
        another one and had not been woken. One after the other is allowed.
        """,
      example: """
        pthread_cond_wait(&changed, &readers)    // on one thread
        pthread_cond_wait(&changed, &writers)    // on another, meanwhile
        """,
      why: """
        POSIX leaves open what happens. Whoever changes what the waiters look at holds one of the \
        locks, and so can come between the look and the wait of those with the other: their wakeup \
        is lost.
        """,
      fix: "Use one lock in every wait, that which guards what is waited for; or two conditions.",
      detectorPage: "calls.md"),
  ]
}
