import LockcheckTrace

/// A task of a pool, from its `put` on.
struct PoolTaskRecord: Sendable {
  var pool: ObjectID
  /// Its number, which may be that of its future.
  var item: UInt64?
  /// The index of its `put`.
  var put: Int
  var submitter: ThreadID
  /// Where it was submitted.
  var stack: StackID
  /// The task that submitted it; -1 where none did.
  var parent: Int
  /// The task that no task submitted, which it goes back to.
  var root: Int
  /// Whether the task that submitted it has waited for it.
  var isAwaited = false
  /// Whether the tasks submitted before it had all been waited for by the same thread.
  var isAlone = false
  /// By pool that its waits lead to: how many workers of that pool the tasks on the way keep, its own
  /// included.
  var chains: [ObjectID: Int] = [:]
  /// Of a root: how many tasks that go back to it wait for tasks of its own pool.
  var waitingTasks = 0
}

/// All tasks of a run, who runs them, and whose results futures hold.
struct PoolTaskTable: Sendable {
  private(set) var tasks: [PoolTaskRecord] = []
  private var queued: [Key: Int] = [:]
  private var running: [ThreadID: Int] = [:]
  private var makers: [ObjectID: Int] = [:]
  /// By pool: tasks that no task submitted, and that their submitter has not waited for.
  private var outstanding: [ObjectID: Outstanding] = [:]

  private struct Key: Hashable {
    var pool: ObjectID
    var item: UInt64
  }

  private struct Outstanding: Sendable {
    var submitter: ThreadID
    var tasks: Set<Int> = []
  }

  subscript(task: Int) -> PoolTaskRecord {
    _read { yield tasks[task] }
    _modify { yield &tasks[task] }
  }

  /// The task that the thread runs.
  func task(of thread: ThreadID) -> Int? { running[thread] }

  /// The task whose result the future holds.
  func maker(of future: ObjectID) -> Int? { makers[future] }

  mutating func submit(_ event: Event, at index: Int) {
    let parent = running[event.thread] ?? -1
    let number = tasks.count
    var task = PoolTaskRecord(
      pool: event.object, item: event.item, put: index, submitter: event.thread, stack: event.stack,
      parent: parent, root: parent >= 0 ? tasks[parent].root : number)
    if parent < 0 {
      var others = outstanding[event.object] ?? Outstanding(submitter: event.thread)
      task.isAlone = others.submitter == event.thread && others.tasks.isEmpty
      others.tasks.insert(number)
      outstanding[event.object] = others
    }
    tasks.append(task)
    if let item = event.item { queued[Key(pool: event.object, item: item)] = number }
  }

  mutating func begin(_ event: Event) {
    running[event.thread] =
      event.item.flatMap { queued.removeValue(forKey: Key(pool: event.object, item: $0)) }
  }

  mutating func end(_ event: Event) { running[event.thread] = nil }

  mutating func set(_ event: Event) {
    if let task = running[event.thread], makers[event.object] == nil { makers[event.object] = task }
  }

  mutating func forget(_ future: ObjectID) { makers[future] = nil }

  /// The thread has waited for the task.
  mutating func await(_ task: Int, by thread: ThreadID) {
    if let own = running[thread] {
      if tasks[task].parent == own { tasks[task].isAwaited = true }
    } else if tasks[task].submitter == thread {
      outstanding[tasks[task].pool]?.tasks.remove(task)
    }
  }

  /// The thread has waited for all tasks of a pool.
  mutating func awaitAll(of pool: ObjectID, by thread: ThreadID) {
    guard running[thread] == nil, outstanding[pool]?.submitter == thread else { return }
    outstanding[pool]?.tasks = []
  }
}
