import Lockcheck

enum JoinUnderLock: Kernel {
  static let about = About(
    "join-under-lock", "a thread is joined under a lock that it takes",
    source: "the pattern of a stop method that is synchronized",
    ways: Way.allCases)

  static func run(_ way: Way) throws {
    let service = Lock(name: "service")
    let count = Shared(0, name: "count")
    let (isHeld, isThrough) = (Cue(), Cue())
    let worker = CheckedThread(name: "worker") {
      if way == .hanging { isHeld.wait() }
      service.withLock { count.modify { $0 += 1 } }
      isThrough.give()
    }
    worker.start()
    if way == .lucky { isThrough.wait() }
    if way == .otherwise {
      // Joins for a while, and lets the worker in.
      while !(try service.withLock({ try worker.join(timeout: .milliseconds(10)) })) {}
      return
    }
    service.withLock {
      isHeld.give()
      if way != .mended { worker.join() }
    }
    if way == .mended { worker.join() }
  }
}
