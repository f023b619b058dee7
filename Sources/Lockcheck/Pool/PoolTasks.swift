/// What a worker is to do.
struct PoolTask: Sendable {
  /// What pairs the `put` with the `get` in the trace: the number of the task's future, or one that no
  /// object has.
  let number: UInt64
  /// The session that has the `put`; 0 where none has.
  let session: UInt32
  let run: @Sendable () -> Void
  /// Called instead, where the pool is ended before a worker has taken it.
  let cancel: @Sendable () -> Void
}

/// Tasks in order of arrival.
struct PoolTasks {
  private var tasks: [PoolTask?] = []
  private var head = 0

  /// How many there are.
  var count: Int { tasks.count - head }

  mutating func append(_ task: PoolTask) { tasks.append(task) }

  /// Takes out the one that came first.
  ///
  /// - Complexity: O(1) on average.
  mutating func popFirst() -> PoolTask? {
    guard head < tasks.count else { return nil }
    let task = tasks[head]
    tasks[head] = nil
    head += 1
    if head > 32, head * 2 > tasks.count {
      tasks.removeFirst(head)
      head = 0
    }
    return task
  }
}
