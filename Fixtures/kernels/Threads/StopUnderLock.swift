import Lockcheck

enum StopUnderLock: Kernel {
  static let about = About(
    "stop-under-lock", "a server waits for its connections under the lock that they end under",
    source: "the pattern of grpc#795",
    ways: Way.allCases)

  static func run(_ way: Way) throws {
    let server = Lock(name: "server")
    let closed = Lockcheck.Semaphore(value: 0, name: "closed")
    let open = Shared(1, name: "open")
    // Otherwise, a condition of that lock.
    let ended = Condition(lock: server, name: "ended")
    let (isHeld, isClosed) = (Cue(), Cue())
    together(
      CheckedThread(name: "connection") {
        if way == .hanging { isHeld.wait() }
        server.withLock {
          open.modify { $0 -= 1 }
          if way == .otherwise { ended.notifyAll() }
        }
        closed.release()
        isClosed.give()
      },
      CheckedThread(name: "stopper") {
        if way == .otherwise {
          return server.withLock { ended.wait(until: { open.load() == 0 }) }
        }
        if way == .lucky { isClosed.wait() }
        server.withLock {
          isHeld.give()
          if way != .mended { closed.acquire() }
        }
        if way == .mended { closed.acquire() }
      })
  }
}
