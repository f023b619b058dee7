import Lockcheck

enum WrongWaiter: Kernel {
  static let about = About(
    "wrong-waiter", "one condition for two reasons, and the notify wakes who has the other reason",
    source: "the pattern of a bounded buffer with one condition")

  static func run(_ way: Way) throws {
    let changed = Condition(lock: Lock(name: "buffer"), name: "changed")
    let isRed = Shared(false, name: "isRed")
    let isBlue = Shared(false, name: "isBlue")
    @Sendable func setBlue() {
      changed.withLock {
        isBlue.store(true)
        if way == .mended { changed.notifyAll() } else { changed.notify() }
      }
    }
    together(
      CheckedThread(name: "red") {
        if way == .lucky { until { changed.waitingCount == 1 } }
        changed.withLock { changed.wait(until: { isRed.load() }) }
      },
      CheckedThread(name: "blue") {
        // Who came first is woken first.
        if way == .hanging { until { changed.waitingCount == 1 } }
        changed.withLock {
          changed.wait(until: { isBlue.load() })
          isRed.store(true)
          changed.notify()
        }
      },
      CheckedThread(name: "painter") {
        if way != .mended { until { changed.waitingCount == 2 } }
        setBlue()
      })
  }
}
