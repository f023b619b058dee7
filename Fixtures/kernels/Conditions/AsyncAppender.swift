import Lockcheck

enum AsyncAppender: Kernel {
  static let about = About(
    "async-appender", "the dispatcher ends, and those who wait for room in its buffer are not told",
    source: "the pattern of Log4j's asynchronous appender", ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let changed = Condition(lock: Lock(name: "buffer"), name: "changed")
    let count = Shared(1, name: "count")
    let isClosed = Shared(false, name: "isClosed")
    together(
      CheckedThread(name: "logger") {
        changed.withLock {
          changed.wait(until: { count.load() == 0 || (way == .mended && isClosed.load()) })
        }
      },
      CheckedThread(name: "dispatcher") {
        until { changed.waitingCount == 1 }
        changed.withLock {
          isClosed.store(true)
          changed.notifyAll()
        }
      })
  }
}
