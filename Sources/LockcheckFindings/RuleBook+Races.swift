extension RuleBook {
  static let races: [RulePage] = [
    RulePage(
      rule: .dataRace,
      title: "Two threads touch a variable, and nothing orders them",
      meaning: """
        One thread writes a variable and another reads or writes it; no lock, fork, join, \
        notification, queue item or atomic puts one before the other. `observed` where the two \
        were unordered in this very run.

        `predicted` where something ordered them in this run by chance, such as a lock that one \
        thread happened to take after the other, and a schedule of the same events brings them side \
        by side. The report names that lock, and gives the schedule: up to where both accesses are \
        the next event of their threads. Every read before them sees what it saw in the run.
        """,
      example: """
        let counter = Shared(0, name: "counter")
        let workers = (0..<2).map { _ in CheckedThread { counter.modify { $0 += 1 } } }
        """,
      why: """
        The compiler and the processor may assume that it does not happen. Updates get lost, a \
        value is read half-written, a reference is released twice, a loop never sees the change.
        """,
      fix: """
        Hold one and the same lock around every access, reads as well; or hand the value over \
        (join the thread, send it through a queue); or make the accesses atomic.
        """,
      detectorPage: "data-race.md", predictionPage: "race-prediction.md"),
    RulePage(
      rule: .unlockedSharedWrite,
      title: "A shared variable is written without its lock",
      meaning: """
        Several threads use the variable, at least one writes it, and at least one access holds no \
        lock at all. Nothing shows that two of them met unordered, so it is `possible`. A variable \
        that one thread fills before it hands it on is not meant.
        """,
      example: """
        func add(_ item: Item) { lock.withLock { items.append(item) } }
        func clear() { items.removeAll() }        // no lock
        """,
      why: """
        The lock protects only those who take it. The run in which the unlocked access falls into \
        another thread's section is a data race.
        """,
      fix: """
        Take the lock that the other accesses take. If the access cannot meet another by design, \
        show it: join the threads before, or hand the value over through a queue.
        """,
      detectorPage: "lockset.md"),
    RulePage(
      rule: .inconsistentLock,
      title: "A variable is guarded by different locks",
      meaning: """
        Every access of the variable holds a lock, but no lock is held at all of them, so two \
        threads can be inside at once. `possible`: nothing shows that they were.
        """,
      example: """
        func deposit() { depositLock.withLock { balance += 1 } }
        func withdraw() { withdrawLock.withLock { balance -= 1 } }
        """,
      why: "It looks guarded, and is not: two locks keep nobody apart. Updates get lost.",
      fix: "Guard the variable with one lock, and keep the two side by side in one type.",
      detectorPage: "lockset.md"),
    RulePage(
      rule: .atomicityViolation,
      title: "Another thread gets into a block meant to be atomic",
      meaning: """
        What another thread does comes after one step of a block (`begin` … `end` in the trace, \
        `Shared.transaction { }` in Swift) and before another, so that what happened in this run \
        could not have happened with one block run after the other. `observed`: reported at the \
        step that makes it so. Every access may be locked, and no two of them a race. Without a \
        block said to be one, `possible`: a function reads a variable under a lock, takes the lock \
        anew and writes the variable without another look, and another thread writes it under the \
        lock, in between or whenever it likes.
        """,
      example: """
        func withdraw(_ amount: Int) {
          Shared.transaction {
            let enough = lock.withLock { balance.load() >= amount }
            if enough { lock.withLock { balance.modify { $0 -= amount } } }  // still enough?
          }
        }
        """,
      why: """
        What the block looked at is no longer so when it acts on it. Each step is right by itself, \
        and the balance falls below zero all the same.
        """,
      fix: """
        Hold one lock from the first step that matters to the last, or look again under the lock \
        that the change is made under.
        """,
      detectorPage: "atomicity.md"),
  ]
}
