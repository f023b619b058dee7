import Lockcheck

/// Money, and the lock that guards it.
public final class Account: Sendable {
  let lock: Lock
  let balance: Shared<Int>

  /// Opens an account with 100 in it.
  public init(_ name: String) {
    lock = Lock(name: "account \(name)")
    balance = Shared(100, name: "balance \(name)")
  }
}

/// Moves money with both accounts locked.
public func transfer(_ amount: Int, from payer: Account, to payee: Account) {
  payer.lock.withLock {
    payee.lock.withLock {
      payer.balance.modify { $0 -= amount }
      payee.balance.modify { $0 += amount }
    }
  }
}

/// One transfer comes after the other, in a way that no recording shows.
public func transferBothWays() {
  let (a, b) = (Account("A"), Account("B"))
  let there = CheckedThread(name: "A to B") { transfer(30, from: a, to: b) }
  let back = CheckedThread(name: "B to A") {
    while there.isAlive {}
    transfer(10, from: b, to: a)
  }
  there.start()
  back.start()
  there.join()
  back.join()
}

/// Two transfers that lock the accounts in one order.
public func transferOneWay() {
  let (a, b) = (Account("A"), Account("B"))
  let threads = (1...2).map { amount in CheckedThread { transfer(amount, from: a, to: b) } }
  for thread in threads { thread.start() }
  for thread in threads { thread.join() }
}
