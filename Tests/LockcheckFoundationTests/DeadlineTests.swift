import Dispatch
import Foundation
import Lockcheck
import LockcheckFoundation
import Testing

@Suite struct `Deadlines of Foundation and Dispatch` {
  @Test(arguments: [Date.distantPast, Date()])
  func `a date that has passed makes a try`(limit: Date) {
    let lock = Lockcheck.Lock()
    #expect(lock.lock(before: limit))
    #expect(!elsewhere { lock.lock(before: limit) })
    lock.unlock()
    #expect(!lock.isLocked)
  }

  @Test func `the distant future is long enough to get what is there`() {
    let lock = Lockcheck.RLock()
    #expect(lock.lock(before: .distantFuture))
    #expect(lock.lock(before: .distantFuture))
    let semaphore = Lockcheck.Semaphore(value: 2)
    #expect(semaphore.wait(timeout: .distantFuture) == .success)
    #expect(semaphore.wait(wallTimeout: .distantFuture) == .success)
    #expect(semaphore.value == 0)
  }

  @Test func `a semaphore without permits times out by either clock`() {
    let semaphore = Lockcheck.Semaphore(value: 0)
    #expect(semaphore.wait(timeout: .now()) == .timedOut)
    #expect(semaphore.wait(timeout: .now() + .milliseconds(1)) == .timedOut)
    #expect(semaphore.wait(wallTimeout: .now()) == .timedOut)
    #expect(semaphore.wait(wallTimeout: .now() + .milliseconds(1)) == .timedOut)
    semaphore.signal()
    #expect(semaphore.wait(wallTimeout: .now() + .seconds(60)) == .success)
  }

  @Test func `a condition that nobody notifies gives its lock back and takes it again`() {
    let condition = Lockcheck.Condition()
    condition.lock()
    #expect(!condition.wait(until: Date() + 0.001))
    #expect(!elsewhere { condition.lockIfAvailable() })
    condition.unlock()
  }

  private func elsewhere(_ body: @escaping @Sendable () -> Bool) -> Bool {
    let result = SharedAtomic(false)
    let thread = CheckedThread { result.store(body()) }
    thread.start()
    thread.join()
    return result.load()
  }
}
