import Synchronization

/// Room for one job.
final class JobSlot: Sendable {
  private let job = Mutex<UnownedJob?>(nil)

  /// Keeps `job` until it is taken.
  func put(_ job: UnownedJob) { self.job.withLock { $0 = job } }

  /// Hands the job out, once.
  func take() -> UnownedJob? { job.withLock { $0.take() } }
}
