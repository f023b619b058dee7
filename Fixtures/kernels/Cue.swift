import Glibc
import Synchronization

/// Brings threads into the schedule that a kernel wants, and leaves no trace: what is recorded is the
/// program without it, which could have run like that by itself.
final class Cue: Sendable {
  private let count = Atomic(0)

  func give() { count.wrappingAdd(1, ordering: .sequentiallyConsistent) }

  func wait(for others: Int = 1) {
    until { count.load(ordering: .sequentiallyConsistent) >= others }
  }

  /// Waits until as many threads have come here.
  func meet(_ parties: Int = 2) {
    give()
    wait(for: parties)
  }
}

/// Waits until something is so, and leaves no trace.
func until(_ isSo: () -> Bool) {
  while !isSo() { sched_yield() }
}
