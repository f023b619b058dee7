internal import LockcheckTrace

/// A few threads that run many tasks, first come, first served.
///
/// ```swift
/// let pool = ThreadPool(workers: 4, name: "downloads")
/// let pages = try pool.map(addresses) { try fetch($0) }   // waits for all
/// let size = try pool.submit { try measure(pages) }       // does not wait
/// print(try size.result())
/// pool.shutDown()
/// ```
///
/// It answers to the methods of Python's `ThreadPoolExecutor` (``submit(_:)``, ``shutDown(waiting:cancelling:)``)
/// and of its `multiprocessing.pool.ThreadPool` (all others). Workers are started as tasks come. A pool
/// that is let go of finishes what it was given; so do all pools at the end of the process.
///
/// A task that waits for another task of its own pool holds a worker meanwhile. When all workers do,
/// nobody is left to run what they wait for.
public final class ThreadPool: Sendable {
  /// How many tasks run at a time, at most.
  public let workers: Int
  let core: PoolCore

  /// Makes a pool without any task.
  ///
  /// - Parameters:
  ///   - workers: How many tasks run at a time, at most; at least one.
  ///   - name: What reports call it.
  public init(workers: Int, name: String? = nil) {
    guard workers >= 1 else { fatalError("lockcheck: pool: \(workers) workers are too few") }
    self.workers = workers
    core = PoolCore(limit: workers, name: name)
  }

  deinit { core.shutDown(cancelling: false) }

  /// What reports call it.
  public var name: String? {
    get { core.traced.label.get() }
    set { core.rename(newValue) }
  }

  /// How many tasks no worker has taken yet. Out of date as soon as it is known.
  public var waitingTaskCount: Int { core.waitingTaskCount }

  /// How many workers have been started and not ended. Out of date as soon as it is known.
  public var threadCount: Int { core.threadCount }

  /// How many workers wait for a task. Out of date as soon as it is known.
  public var idleCount: Int { core.idleCount }

  // MARK: One task

  /// Has a worker run `task`.
  ///
  /// - Returns: The place of its result.
  /// - Throws: `shutDown`.
  public func submit<Output: Sendable>(
    _ task: @escaping @Sendable () throws -> Output
  ) throws(PoolError) -> Future<Output> {
    let future = Future<Output>(pool: core)
    try core.submit(future: future.id) {
      guard future.begin() else { return }
      future.finish(Result(catching: task), ifOpen: false)
    } cancel: {
      future.cancel()
    }
    return future
  }

  /// Has a worker run `task` and waits for it.
  ///
  /// - Throws: What the task throws; `PoolError.shutDown`.
  public func apply<Output: Sendable>(
    _ task: @escaping @Sendable () throws -> Output
  ) throws -> Output {
    try submit(task).result()
  }

  /// Has a worker run `task`, and then `callback` with its value or `errorCallback` with the error that it
  /// threw; only then is the result there.
  ///
  /// - Throws: `shutDown`.
  public func applyAsync<Output: Sendable>(
    callback: (@Sendable (Output) -> Void)? = nil,
    errorCallback: (@Sendable (any Error) -> Void)? = nil,
    _ task: @escaping @Sendable () throws -> Output
  ) throws(PoolError) -> Future<Output> {
    try submit { try calling(callback, errorCallback, Result(catching: task)).get() }
  }

  // MARK: Ending

  /// Refuses further tasks.
  ///
  /// - Parameters:
  ///   - waiting: Whether to wait until all tasks are done and the workers have ended.
  ///   - cancelling: Whether tasks that no worker has taken are cancelled.
  public func shutDown(waiting: Bool = true, cancelling: Bool = false) {
    core.shutDown(cancelling: cancelling)
    if waiting { try? core.join(canThrow: false) }
  }

  /// Refuses further tasks; what is there is still done. Does not wait.
  public func close() { shutDown(waiting: false) }

  /// Refuses further tasks and cancels those that no worker has taken. Does not wait for the others,
  /// which nothing can stop.
  public func terminate() { shutDown(waiting: false, cancelling: true) }

  /// Waits until all tasks are done and the workers have ended. A task that calls it does not wait
  /// for itself.
  ///
  /// - Throws: `stillRunning` where the pool has neither been closed nor terminated; and under
  ///   `DeadlockPolicy.throw`, `deadlock`.
  public func join() throws(PoolError) { try core.join(canThrow: true) }

  /// Makes a pool for `body`, and shuts it down at its end: nothing that was submitted runs any more.
  public static func scoped<Output>(
    workers: Int, name: String? = nil, _ body: (ThreadPool) throws -> Output
  ) rethrows -> Output {
    let pool = ThreadPool(workers: workers, name: name)
    defer { pool.shutDown() }
    return try body(pool)
  }
}

/// Calls the one that fits, and hands the result on.
func calling<Output>(
  _ callback: ((Output) -> Void)?, _ errorCallback: ((any Error) -> Void)?,
  _ result: Result<Output, any Error>
) -> Result<Output, any Error> {
  switch result {
  case .success(let value): callback?(value)
  case .failure(let error): errorCallback?(error)
  }
  return result
}
