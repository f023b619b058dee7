import Lockcheck

/// What programs do, well and badly: the same findings in every run, whatever the schedule.
public enum Deeds {
  /// Two threads write one variable, and nothing orders them.
  public static func race(_ name: String = "balance") {
    let balance = Shared(0, name: name)
    run { balance.modify { $0 += 1 } }
  }

  /// The same under one lock.
  public static func noRace(_ name: String = "balance") {
    let balance = Shared(0, name: name)
    let lock = Lock(name: "guard of \(name)")
    run { lock.withLock { balance.modify { $0 += 1 } } }
  }

  /// Two threads look at a variable under a lock, and set it under the lock taken anew.
  public static func splitCheck(looksAgain: Bool = false) {
    let stock = Shared(10, name: "stock")
    let lock = Lock(name: "shelf")
    run {
      let left = lock.withLock { stock.load() }
      lock.withLock {
        let now = looksAgain ? stock.load() : left
        stock.store(now - 1)
      }
    }
  }

  /// Two threads run `body` and are waited for.
  private static func run(_ body: @escaping @Sendable () -> Void) {
    let threads = (0..<2).map { _ in CheckedThread { body() } }
    threads.forEach { $0.start() }
    threads.forEach { $0.join() }
  }
}
