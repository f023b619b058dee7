extension RuleBook {
  static let performance: [RulePage] = [
    RulePage(
      rule: .contention,
      title: "Threads wait long for a lock",
      meaning: """
        All together, threads waited for the lock for a tenth of the run or more: two waits at least, of \
        a millisecond at least in all. The report shows the places where they waited longest, worst \
        first. It needs a trace with times; it is looked for with `--performance` or `--only contention`, \
        and fails no build without `--fail-on-performance`.
        """,
      example: """
        for request in requests {
          cache.withLock { answer(request) }   // one thread at a time answers; the others wait here
        }
        """,
      why: """
        What waits does not work: more threads make the program no faster, and each request takes as \
        long as the queue before it.
        """,
      fix: """
        Do less with the lock held: compute before, and only store the result inside. Or give each part \
        of what it guards a lock of its own, or let those that only read in together (`RWLock`).
        """,
      detectorPage: "contention.md"),
    RulePage(
      rule: .longHold,
      title: "A lock is held for long",
      meaning: """
        A thread held the lock for ten milliseconds or more while another one waited for it, or for a \
        hundred milliseconds with nobody there yet. One finding for each lock and place that takes it, \
        with the longest hold. A wait on the lock's condition gives it up and is no hold. It needs a \
        trace with times; it is looked for with `--performance` or `--only long-hold`.
        """,
      example: """
        log.withLock {
          lines.append(line)
          upload(lines)        // a second of network, with every other thread held up
        }
        """,
      why: """
        Whoever asks for the lock meanwhile stands still for as long, whatever it needs the lock for; \
        in an application, the window that does not answer.
        """,
      fix: """
        Move what is slow (files, networks, sleep, long computations) out of the section: copy what it \
        needs with the lock held, give the lock back, then do it.
        """,
      detectorPage: "contention.md"),
    RulePage(
      rule: .convoy,
      title: "Threads queue for a lock again and again",
      meaning: """
        Turn after turn, the lock went to a thread that had been waiting for it, with another one waiting \
        behind, although none held it for more than a millisecond; at least three threads came back to \
        the queue three times or more before it was empty. That is a convoy: the queue was once made by \
        something else, and keeps itself alive. It needs a trace with times; it is looked for with \
        `--performance` or `--only convoy`.
        """,
      example: """
        while let item = source.next() {
          counter.withLock { count += 1 }      // short, but once for every item, by every thread
          process(item)
        }
        """,
      why: """
        Each turn costs two switches of threads instead of a few nanoseconds, so that the threads spend \
        their time in the queue. It does not go away by itself, and shorter sections hardly help.
        """,
      fix: """
        Ask for the lock less often: add up in each thread, and take the lock once for many items; or \
        give each thread a part of its own; or count atomically.
        """,
      detectorPage: "contention.md"),
  ]
}
