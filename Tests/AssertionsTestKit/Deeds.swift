import Dispatch
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

  /// Two threads take two locks in opposite orders, one after the other, which nothing recorded orders.
  public static func oppositeOrders() {
    let left = Lock(name: "left fork")
    let right = Lock(name: "right fork")
    let isDone = DispatchSemaphore(value: 0)
    let one = CheckedThread(name: "Plato") {
      left.withLock { right.withLock {} }
      isDone.signal()
    }
    let other = CheckedThread(name: "Kant") {
      isDone.wait()
      right.withLock { left.withLock {} }
    }
    one.start()
    other.start()
    one.join()
    other.join()
  }

  /// Two threads take two locks in opposite orders, and meet in the middle. Does not return.
  public static func deadlock() {
    let left = Lock(name: "left fork")
    let right = Lock(name: "right fork")
    let tookLeft = DispatchSemaphore(value: 0)
    let tookRight = DispatchSemaphore(value: 0)
    let one = CheckedThread(name: "Plato") { dine(left, right, tookLeft, tookRight) }
    let other = CheckedThread(name: "Kant") { dine(right, left, tookRight, tookLeft) }
    one.start()
    other.start()
    one.join()
    other.join()
  }

  private static func dine(
    _ first: Lock, _ second: Lock, _ took: DispatchSemaphore, _ otherTook: DispatchSemaphore
  ) {
    first.withLock {
      // Unseen by the recorder.
      took.signal()
      otherTook.wait()
      second.withLock {}
    }
  }

  /// Blocks in something that no recorder knows. Does not return.
  public static func blockUnseen() {
    Lock(name: "seen").withLock {}
    DispatchSemaphore(value: 0).wait()
  }

  /// Two threads run `body` and are waited for.
  private static func run(_ body: @escaping @Sendable () -> Void) {
    let threads = (0..<2).map { _ in CheckedThread { body() } }
    threads.forEach { $0.start() }
    threads.forEach { $0.join() }
  }
}
