import Glibc
import Lockcheck

// Money goes from A to B on one thread and from B to A on another; each transfer locks the account
// that pays, then the one that is paid. One comes after the other here, so that nothing goes wrong;
// but nothing in the program makes it. With `--mended` the account with the lower number is locked
// first. With `--free` no transfer waits for the other; with `--polite` the second one is
// left out unless the first is over.

final class Account: Sendable {
  let number: Int
  let lock: Lock
  let balance: Shared<Int>

  init(_ name: String, number: Int, balance: Int) {
    self.number = number
    lock = Lock(name: "account \(name)")
    self.balance = Shared(balance, name: "balance \(name)")
  }
}

@main struct Bank {
  static func main() {
    let isMended = CommandLine.arguments.contains("--mended")
    let isFree = CommandLine.arguments.contains("--free")
    let isPolite = CommandLine.arguments.contains("--polite")
    let a = Account("A", number: 1, balance: 100)
    let b = Account("B", number: 2, balance: 100)

    let there = CheckedThread(name: "A to B") { transfer(30, from: a, to: b, inOrder: isMended) }
    let back = CheckedThread(name: "B to A") {
      // Waits in a way that no trace shows and no analysis may rely on.
      while !isFree, !isPolite, there.isAlive { usleep(1000) }
      if isPolite, there.isAlive { return }
      transfer(10, from: b, to: a, inOrder: isMended)
    }
    there.start()
    back.start()
    there.join()
    back.join()
    print("A has \(a.balance.load()), B has \(b.balance.load())")
  }

  static func transfer(_ amount: Int, from payer: Account, to payee: Account, inOrder: Bool) {
    let isSwapped = inOrder && payee.number < payer.number
    let (first, second) = isSwapped ? (payee, payer) : (payer, payee)
    first.lock.withLock {
      second.lock.withLock {
        payer.balance.modify { $0 -= amount }
        payee.balance.modify { $0 += amount }
      }
    }
  }
}
