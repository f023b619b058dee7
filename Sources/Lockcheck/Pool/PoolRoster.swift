internal import LockcheckLive
internal import Synchronization

/// The workers that a pool has, for the live checks, and what reports call the pool.
///
/// Apart from the pool: the live checks ask it under their lock, under which the guard of the pool must not
/// be taken, since a pool starts workers under it.
final class PoolRoster: Sendable {
  private struct State {
    var pool: String
    /// By the kernel's numbers; 0 is one that has not begun.
    var workers: [UInt32] = []
  }

  private let state: Mutex<State>

  init(pool: String) { state = Mutex(State(pool: pool)) }

  func rename(_ pool: String) { state.withLock { $0.pool = pool } }

  /// A worker is about to be started.
  func announce() { state.withLock { $0.workers.append(0) } }

  /// A worker that was announced is there.
  func begin(_ worker: ThreadNumber) {
    state.withLock { state in
      if let place = state.workers.firstIndex(of: 0) { state.workers[place] = worker.rawValue }
    }
  }

  /// A worker will take no more tasks.
  func end(_ worker: ThreadNumber) {
    state.withLock { state in state.workers.removeAll { $0 == worker.rawValue } }
  }

  /// Who could run what is in the queue.
  var blockers: LiveBlockers {
    state.withLock { state in
      state.workers.isEmpty ? .anyone : .workers(state.workers, pool: state.pool)
    }
  }
}
