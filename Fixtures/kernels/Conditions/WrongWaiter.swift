import Lockcheck

enum WrongWaiter: Kernel {
  static let about = About(
    "wrong-waiter", "one condition for two reasons, and the notify wakes who has the other reason",
    source: "the pattern of a bounded buffer with one condition",
    ways: Way.allCases)

  static func run(_ way: Way) throws {
    let buffer = Lock(name: "buffer")
    let changed = Condition(lock: buffer, name: "changed")
    // Otherwise, each reason has a condition of its own.
    let turnedRed = way == .otherwise ? Condition(lock: buffer, name: "turnedRed") : changed
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
        buffer.withLock { turnedRed.wait(until: { isRed.load() }) }
      },
      CheckedThread(name: "blue") {
        // Who came first is woken first.
        if way == .hanging { until { changed.waitingCount == 1 } }
        changed.withLock {
          changed.wait(until: { isBlue.load() })
          isRed.store(true)
          turnedRed.notify()
        }
      },
      CheckedThread(name: "painter") {
        if !way.isMended { until { changed.waitingCount == 2 } }
        setBlue()
      })
  }
}
