/// A task that is made now, and runs when somebody says so, on that somebody's thread.
///
/// A failure counts for the test whose task-local values the task has that tells it. So the task is
/// made where the test is, before the test can hang; and it is kept by an executor of its own, since all
/// threads of the cooperative pool may be blocked by the time that it has something to say.
final class HeldTask: TaskExecutor {
  private let job = JobSlot()

  /// Makes the task. `body` must not suspend: the task is one job.
  init(_ body: @escaping @Sendable () -> Void) {
    Task<Void, Never>(executorPreference: self) { body() }
  }

  /// Keeps the job.
  func enqueue(_ job: consuming ExecutorJob) {
    self.job.put(UnownedJob(job))
  }

  /// Runs the task, if it has not run.
  func run() {
    guard let job = job.take() else { return }
    unsafe job.runSynchronously(on: asUnownedTaskExecutor())
  }
}
