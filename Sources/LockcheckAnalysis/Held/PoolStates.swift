import LockcheckTrace

/// What the workers of pools are at, and which tasks nobody has taken.
struct PoolStates: Sendable {
  /// A task that a worker has taken and is not through with.
  struct Running: Sendable {
    var pool: ObjectID
    /// Its number, which may be that of its future.
    var item: UInt64?
  }

  /// The tasks of one pool that nobody has taken.
  private struct Queue: Sendable {
    var numbered: Set<UInt64> = []
    var unnumbered = 0
    var isEmpty: Bool { numbered.isEmpty && unnumbered <= 0 }
  }

  /// By thread; of a worker that runs a task inside another, the inner one.
  private(set) var running: [ThreadID: Running] = [:]
  private var queues: [ObjectID: Queue] = [:]

  init() {}

  mutating func observe(_ event: Event) {
    switch event.operation {
    case .put:
      if let item = event.item {
        queues[event.object, default: Queue()].numbered.insert(item)
      } else {
        queues[event.object, default: Queue()].unnumbered += 1
      }
    case .get:
      running[event.thread] = Running(pool: event.object, item: event.item)
      guard let item = event.item, queues[event.object]?.numbered.remove(item) != nil else {
        queues[event.object]?.unnumbered -= 1
        return
      }
    case .taskDone:
      if running[event.thread]?.pool == event.object { running[event.thread] = nil }
    default: break
    }
  }

  /// The threads that run a task of each pool, by their numbers.
  func workersByPool() -> [ObjectID: [ThreadID]] {
    Dictionary(grouping: running.keys.sorted()) { running[$0]!.pool }
  }

  /// Whether the pool has tasks that nobody has taken.
  func hasQueued(_ pool: ObjectID) -> Bool { queues[pool].map { !$0.isEmpty } ?? false }
}
