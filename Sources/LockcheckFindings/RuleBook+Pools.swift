extension RuleBook {
  static let poolStarvation = RulePage(
    rule: .poolStarvation,
    title: "A pool waits for itself",
    meaning: """
      A task that waits for the result of another task of its own pool keeps a worker while it waits. \
      When all workers are kept like that, nobody is left to run what they wait for. It is `observed` \
      where the trace ends so: every worker is stuck, and tasks that they wait for are queued. The wait \
      may lead back by way of another pool, or of a lock that a waiting task holds.

      It is `possible` where a task of this run waited for another one of its pool, and was lucky. \
      The report says how many workers such a task and those that it waits for keep between them, and \
      how many at once leave none. A wait for a task that was submitted earlier by the same thread is \
      none: tasks are taken first come, first served. It is ruled out where one thread submits such \
      tasks one by one, waits for each before the next, and a worker is always left.
      """,
    example: """
      func size(of folder: Folder) throws -> Int {
        try pool.submit {
          try folder.folders.map { try size(of: $0) }.reduce(folder.ownSize, +)
        }.result()               // each level of folders keeps a worker
      }
      """,
    why: """
      With few tasks at once, or a flat tree, there is always a worker left. The first time that there \
      is none, the pool stands still for ever, and everything that is submitted to it later, too.
      """,
    fix: """
      Do not wait inside a task: submit what depends on its result from `whenDone`, or do the inner \
      work in the task itself. Or give inner tasks a pool of their own, in which nothing waits for the \
      outer one.
      """,
    detectorPage: "pool-starvation.md")
}
