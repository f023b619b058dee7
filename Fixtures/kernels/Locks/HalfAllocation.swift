import Lockcheck

enum HalfAllocation: Kernel {
  static let about = About(
    "half-allocation", "two threads need two of two permits, and each has one",
    source: "the pattern of Coffman's partial allocation",
    ways: Way.allCases)

  static func run(_ way: Way) throws {
    let buffers = Lockcheck.Semaphore(value: 2, name: "buffers")
    let choice = Lock(name: "choice")
    let (both, first) = (Cue(), Cue())
    @Sendable func copy() {
      if way == .otherwise {
        // Both or none.
        while true {
          buffers.acquire()
          if buffers.acquireIfAvailable() { return buffers.release(2) }
          buffers.release()
        }
      }
      if way == .mended { choice.lock() }
      buffers.acquire()
      if way == .hanging { both.meet() }
      buffers.acquire()
      if way == .mended { choice.unlock() }
      buffers.release(2)
    }
    together(
      CheckedThread(name: "one") {
        copy()
        first.give()
      },
      CheckedThread(name: "two") {
        if way == .lucky { first.wait() }
        copy()
      })
  }
}
