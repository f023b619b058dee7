import Glibc
import Lockcheck

// A pool that is a queue of permissions to make a thread: who wants one takes the thread class out of
// the queue, and the thread puts it back when it is done.

final class ThreadingPool: Sendable {
  let queue: Queue<CheckedThread.Type>

  init(maxNum: Int = 10) throws {
    queue = Queue(capacity: maxNum, name: "tokens")
    for _ in 0..<maxNum { try queue.put(CheckedThread.self) }
  }

  func getThreading() throws -> CheckedThread.Type { try queue.get() }

  func addThreading() throws { try queue.put(CheckedThread.self) }
}

@main struct ThreadTokens {
  static func run(_ pool: ThreadingPool, _ i: Int) throws {
    usleep(50_000)
    print(i)
    try pool.addThreading()
  }

  static func main() throws {
    let pool = try ThreadingPool()
    for i in 0..<20 {
      let thread = try pool.getThreading()
      let t = thread.init { try run(pool, i) }
      t.start()
    }
  }
}
