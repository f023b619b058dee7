import Lockcheck

enum NestedMonitor: Kernel {
  static let about = About(
    "nested-monitor", "a monitor inside a monitor: the wait gives up the inner lock alone",
    source: "the pattern of Lister's nested monitor calls, 1977", ways: Way.allCases)

  static func run(_ way: Way) throws {
    let outer = Lock(name: "outer")
    // Otherwise, the condition is the outer lock's, and there is no inner one.
    let inner = way == .otherwise ? outer : Lock(name: "inner")
    let changed = Condition(lock: inner, name: "changed")
    let isFilled = Shared(false, name: "isFilled")
    let (isHeld, isThrough) = (Cue(), Cue())
    @Sendable func fill() {
      changed.withLock {
        isFilled.store(true)
        changed.notify()
      }
    }
    @Sendable func take() { changed.withLock { changed.wait(until: { isFilled.load() }) } }
    together(
      CheckedThread(name: "taker") {
        if way == .lucky { isThrough.wait() }
        if way.isMended { return take() }
        outer.withLock {
          isHeld.give()
          take()
        }
      },
      CheckedThread(name: "filler") {
        if way == .hanging { isHeld.wait() }
        outer.withLock {}
        isThrough.give()
        if way == .lucky { until { changed.waitingCount == 1 } }
        fill()
      })
  }
}
