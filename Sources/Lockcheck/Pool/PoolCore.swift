internal import LockcheckTrace

/// The queue of a pool and its workers: what outlives the pool's face until the last task is done.
///
/// A worker is started when a task comes and none is idle, as long as there are fewer than the limit. An idle
/// one waits for the next task.
final class PoolCore: @unchecked Sendable {
  let limit: Int
  let traced: Traced
  let roster: PoolRoster
  private let mutex = FutexMutex()
  // All below is touched only while `mutex` is held.
  private var tasks = RingBuffer<PoolTask>()
  private var idle = WaitQueue()
  private var workers: [CheckedThread] = []
  private var workersAlive = 0
  private var isShut = false
  /// The number of the next task without a future: more than any object has.
  private var nextNumber = UInt64(UInt32.max) + 1

  init(limit: Int, name: String?) {
    self.limit = limit
    var details = ObjectDetails()
    details.workers = UInt64(limit)
    traced = Traced(.pool, name: name, details: details)
    roster = PoolRoster(pool: traced.described)
  }

  deinit { traced.recordDestroy() }

  func rename(_ name: String?) {
    traced.rename(name)
    roster.rename(traced.described)
  }

  var waitingTaskCount: Int { look { tasks.count } }
  var idleCount: Int { look { idle.count } }
  var threadCount: Int { look { workersAlive } }

  private func look(_ body: () -> Int) -> Int {
    traced.look()
    return mutex.withLock(body)
  }

  /// Puts a task behind all others.
  ///
  /// - Parameter future: The task's future, where it has one for itself.
  func submit(
    future: ObjectID? = nil, run: @escaping @Sendable () -> Void,
    cancel: @escaping @Sendable () -> Void
  ) throws(PoolError) {
    traced.step(.put)
    let me = ThreadNumber.current
    mutex.lock(me)
    guard !isShut else {
      if Traced.isRecording { traced.record(.put, result: .error) }
      mutex.unlock(me)
      throw .shutDown
    }
    let number = future.map { UInt64($0.rawValue) } ?? nextNumber
    if future == nil { nextNumber += 1 }
    tasks.append(PoolTask(number: number, session: Traced.session, run: run, cancel: cancel))
    if Traced.isRecording { traced.record(.put, argument: number) }
    let worker = idle.popFirst()
    if worker == nil, workersAlive < limit { startWorker() }
    mutex.unlock(me)
    worker?.wake()
  }

  private func startWorker() {
    let number = workers.count + 1
    let worker = CheckedThread(
      name: "\(traced.label.get() ?? "ThreadPool")-worker-\(number)", isDaemon: true
    ) { [self] in work() }
    workers.append(worker)
    workersAlive += 1
    roster.announce()
    if workersAlive == 1 { PoolRegistry.add(self) }
    worker.launch()
  }

  /// What a worker does, from its first task to the end of the pool.
  private func work() {
    let me = ThreadNumber.current
    var isBack = false
    roster.begin(me)
    traced.step(.get)
    mutex.lock(me)
    while true {
      var task = tasks.popNext()
      if let number = task?.number {
        if Traced.isRecording { traced.record(.get, argument: number) }
        let session = task?.session == Traced.session ? Traced.session : 0
        mutex.unlock(me)
        task?.run()
        // Outside the guard: what the task kept alive may do as it likes when it goes.
        task = nil
        traced.step(.taskDone)
        mutex.lock(me)
        if Traced.isRecording, session != 0, session == Traced.session { traced.record(.taskDone) }
        isBack = false
      } else if isShut {
        if Traced.isRecording { traced.record(.get, result: .error) }
        break
      } else {
        if !isBack, Traced.isRecording { traced.record(.get, isPending: true) }
        sleep(me, isBack: isBack)
        isBack = true
      }
    }
    workersAlive -= 1
    let isLast = workersAlive == 0
    mutex.unlock(me)
    roster.end(me)
    if isLast { PoolRegistry.remove(self) }
  }

  /// Sleeps, with the guard given up, until there may be something to do. A worker that finds that
  /// another one came first goes back to the head of the idle ones.
  private func sleep(_ me: ThreadNumber, isBack: Bool) {
    let waiter = Waiter(me)
    if isBack { idle.prepend(waiter) } else { idle.append(waiter) }
    mutex.unlock(me)
    traced.idle(waiter)
    mutex.lock(me)
  }

  /// Refuses further tasks; workers end once there is nothing left.
  ///
  /// - Parameter cancelling: Whether tasks that no worker has taken are cancelled.
  func shutDown(cancelling: Bool) {
    let me = ThreadNumber.current
    var wakeups = Wakeups()
    var dropped: [PoolTask] = []
    traced.step(.close)
    mutex.lock(me)
    if !isShut, Traced.isRecording { traced.record(.close) }
    isShut = true
    while cancelling, let task = tasks.popNext() {
      if Traced.isRecording { recordDropped(task) }
      dropped.append(task)
    }
    wakeups.add(from: &idle)
    mutex.unlock(me)
    wakeups.wake()
    for task in dropped { task.cancel() }
  }

  /// As a queue does it: taken out and dealt with, by the thread that ends the pool.
  private func recordDropped(_ task: PoolTask) {
    traced.record(.get, argument: task.number)
    if task.session == Traced.session { traced.record(.taskDone) }
  }

  /// Waits until all workers have ended, but for the calling one.
  ///
  /// - Parameter canThrow: Whether the caller can throw `deadlock`.
  /// - Throws: `stillRunning`; and under `DeadlockPolicy.throw`, `deadlock`.
  func join(canThrow: Bool) throws(PoolError) {
    let workers: [CheckedThread]? = mutex.withLock { isShut ? self.workers : nil }
    guard let workers else { throw .stillRunning }
    let me = CheckedThread.current
    for worker in workers where worker !== me {
      guard worker.join(until: canThrow ? .neverOrThrow : .never) else { throw .deadlock }
    }
  }
}
