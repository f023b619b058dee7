import Lockcheck

enum OneOfTwo: Kernel {
  static let about = About(
    "one-of-two", "two wait for the same change, and one is notified",
    source: "the pattern of notify in place of notifyAll")

  static func run(_ way: Way) throws {
    let opened = Condition(lock: Lock(name: "gate"), name: "opened")
    let isOpen = Shared(false, name: "isOpen")
    let isThrough = Cue()
    @Sendable func pass() { opened.withLock { opened.wait(until: { isOpen.load() }) } }
    together(
      CheckedThread(name: "one") {
        pass()
        isThrough.give()
      },
      CheckedThread(name: "two") {
        if way == .lucky { isThrough.wait() }
        pass()
      },
      CheckedThread(name: "keeper") {
        if way == .hanging { until { opened.waitingCount == 2 } }
        if way == .lucky { until { opened.waitingCount == 1 } }
        opened.withLock {
          isOpen.store(true)
          if way == .mended { opened.notifyAll() } else { opened.notify() }
        }
      })
  }
}
