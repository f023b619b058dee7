internal import Glibc
internal import Synchronization

/// The pools that have workers: at the end of the process, each finishes what it was given.
///
/// One for the process, because the process ends once.
enum PoolRegistry {
  private static let pools = Mutex<[ObjectIdentifier: PoolCore]>([:])
  /// The process that the pools are of. A child of a fork has none of their threads, and finds what
  /// another thread held at the fork held for ever: so it asks this first.
  private static let process = Atomic<pid_t>(0)
  private static let endsAtExit: Bool = {
    atexit { PoolRegistry.endAll() }
    return true
  }()

  /// The pool has got its first worker. Under a scheduler it is not the process that waits for it.
  static func add(_ pool: PoolCore) {
    if Control.isInControl { return }
    _ = endsAtExit
    process.store(getpid(), ordering: .relaxed)
    pools.withLock { $0[ObjectIdentifier(pool)] = pool }
  }

  /// The pool's last worker has ended.
  static func remove(_ pool: PoolCore) {
    let pool = pools.withLock { $0.removeValue(forKey: ObjectIdentifier(pool)) }
    withExtendedLifetime(pool) {}
  }

  private static func endAll() {
    guard process.load(ordering: .relaxed) == getpid() else { return }
    let pools = pools.withLock { Array($0.values) }
    for pool in pools { pool.shutDown(cancelling: false) }
    for pool in pools { try? pool.join(canThrow: false) }
  }
}
