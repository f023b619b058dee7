// A small program as applications have it. The folder beside this one compiles the same file with lockcheck's
// module.
#if LOCKCHECK
  import LockcheckSynchronization
#else
  import Synchronization
#endif

/// A balance that cannot be copied.
public struct Balance: ~Copyable, Sendable {
  var amount: Int
}

/// What a transfer refuses.
public struct Refused: Error, Equatable {
  let amount: Int
}

/// Two accounts, each under a lock of its own.
public final class Accounts: Sendable {
  private let from = Mutex(Balance(amount: 100))
  private let to = Mutex(Balance(amount: 0))
  private let transfers = Atomic<Int>(0)
  private let log = Mutex<[String]>([])

  /// Makes the accounts.
  public init() {}

  /// Moves some money.
  public func transfer(_ amount: Int) throws(Refused) {
    try from.withLock { (balance) throws(Refused) in
      guard balance.amount >= amount else { throw Refused(amount: amount) }
      balance.amount -= amount
      to.withLock { $0.amount += amount }
    }
    transfers.add(1, ordering: .relaxed)
    log.withLock { $0.append("moved \(amount)") }
  }

  /// Both, while nobody moves anything.
  public func balances() -> String {
    from.withLock { from in
      let others = to.withLock { $0.amount }
      let inside = self.from.withLockIfAvailable { _ in "free" } ?? "taken"
      return "\(from.amount) \(others) \(inside)"
    }
  }

  /// Everything that a caller can see.
  public func report() -> String {
    let lines = log.withLockIfAvailable { $0.joined(separator: ", ") } ?? "?"
    return "\(balances()); \(transfers.load(ordering: .relaxed)) transfers: \(lines)"
  }
}

/// Uses them.
public func useAccounts() -> String {
  let accounts = Accounts()
  var refused: Refused?
  do throws(Refused) {
    try accounts.transfer(30)
    try accounts.transfer(20)
    try accounts.transfer(51)
  } catch { refused = error }
  return "\(accounts.report()); refused \(refused?.amount ?? 0)"
}
