import Glibc
import Lockcheck

/// Runs `body` on a thread of its own and waits for what it returns.
func elsewhere<R: Sendable>(_ body: @escaping @Sendable () -> R) -> R {
  let result = SharedAtomic<R?>(nil)
  let thread = CheckedThread { result.store(body()) }
  thread.start()
  thread.join()
  return result.load()!
}

/// Starts a thread that runs `body`.
func started(_ body: @escaping @Sendable () throws -> Void) -> CheckedThread {
  let thread = CheckedThread(isDaemon: true, body)
  thread.start()
  return thread
}

/// Waits for what will come sooner or later; false when it has not come in a very long time, so that
/// a test fails rather than hangs.
func eventually(_ condition: () -> Bool) -> Bool {
  for _ in 0..<20_000 {
    if condition() { return true }
    usleep(1000)
  }
  return condition()
}

/// Joins a thread that a mistake could keep for ever.
func ends(_ thread: CheckedThread) -> Bool {
  (try? thread.join(timeout: .seconds(20))) == true
}

/// Joins several.
func end(_ threads: [CheckedThread]) -> Bool { threads.allSatisfy(ends) }
