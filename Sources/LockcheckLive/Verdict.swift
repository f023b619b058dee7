/// What was found when a thread began to wait, ended or became idle, and what is to be done.
struct Verdict {
  /// For standard error.
  let report: String
  let policy: DeadlockPolicy
  /// Under ``DeadlockPolicy/throw``, the wait whose thread is to throw.
  let refused: LiveWait?
  /// Whether the thread that was about to wait is among those that are stuck, and can be trapped.
  let hasCaller: Bool
}

extension StuckSearch {
  /// Of the threads that sleep and can be made to throw, the one to begin with: rather one that could be
  /// woken by several threads than one that needs another's end, which may well come now; rather one that
  /// came late.
  var victim: LiveWait? {
    let able = stuck.filter(\.canBeRefused)
    return able.last { !$0.needsAll } ?? able.last
  }

  /// The pools, as reports call them, one of whose workers is among `waits` and needs a worker.
  func starvedPools(among waits: [LiveWait]) -> [String] {
    var pools: [String] = []
    for wait in waits {
      guard case .workers(let workers, let pool) = wait.blockers, workers.contains(wait.thread),
        !pools.contains(pool)
      else { continue }
      pools.append(pool)
    }
    return pools
  }
}

extension LiveWait {
  /// Whether each of several threads has to do something for it.
  fileprivate var needsAll: Bool { if case .all = blockers { true } else { false } }
}
