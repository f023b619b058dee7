import Foundation
import Lockcheck
import Testing

private struct Broken: Error, Equatable {}

/// Holds workers up until it is opened.
private struct Gate: Sendable {
  let entered = Lockcheck.Semaphore(value: 0)
  let opened = Lockcheck.Event()

  func pass() {
    entered.release()
    opened.wait()
  }

  /// Waits until that many have come.
  func awaitEntries(_ count: Int) -> Bool {
    (0..<count).allSatisfy { _ in (try? entered.acquire(timeout: .seconds(20))) == true }
  }
}

@Suite struct `A thread pool` {
  @Test(arguments: [0, -1])
  func `needs a worker`(workers: Int) async {
    await #expect(processExitsWith: .failure) { [workers] in _ = ThreadPool(workers: workers) }
  }

  @Test func `runs a task and hands its value out`() throws {
    let pool = ThreadPool(workers: 2, name: "pool")
    #expect(try pool.submit { 6 * 7 }.result() == 42)
    #expect(try pool.apply { "done" } == "done")
    #expect(pool.name == "pool")
    #expect(pool.workers == 2)
    pool.shutDown()
  }

  @Test func `hands the error of a task out to who asks for its result`() throws {
    let pool = ThreadPool(workers: 1)
    let future = try pool.submit { throw Broken() } as Future<Int>
    #expect(throws: Broken()) { try future.result() }
    #expect(throws: Broken()) { try pool.apply { throw Broken() } }
    // The worker has outlived both.
    #expect(try pool.apply { 1 } == 1)
    pool.shutDown()
  }

  @Test func `runs one task of a worker after the other, in their order`() throws {
    let pool = ThreadPool(workers: 1)
    let order = Queue<Int>()
    for number in 0..<50 { _ = try pool.submit { try order.put(number) } }
    pool.shutDown()
    for number in 0..<50 { #expect(try order.tryGet() == number) }
  }

  @Test func `runs as many tasks at a time as it has workers`() throws {
    let pool = ThreadPool(workers: 3)
    let gate = Gate()
    let futures = try (0..<4).map { _ in try pool.submit { gate.pass() } }
    #expect(gate.awaitEntries(3))
    #expect(pool.threadCount == 3)
    #expect(pool.waitingTaskCount == 1)
    #expect(futures[0].isRunning)
    #expect(!futures[3].isRunning)
    gate.opened.set()
    pool.shutDown()
    #expect(futures.allSatisfy { $0.isDone })
  }

  @Test func `starts no more workers than there are tasks, and uses idle ones again`() throws {
    let pool = ThreadPool(workers: 5)
    #expect(pool.threadCount == 0)
    for _ in 0..<10 {
      try pool.apply {}
      #expect(eventually { pool.idleCount == 1 })
    }
    #expect(pool.threadCount == 1)
    pool.shutDown()
    #expect(pool.threadCount == 0)
  }

  @Test func `refuses tasks once it is shut down`() throws {
    let pool = ThreadPool(workers: 1)
    let future = try pool.submit { 1 }
    pool.shutDown()
    #expect(throws: PoolError.shutDown) { try pool.submit { 2 } }
    #expect(throws: PoolError.shutDown) { try pool.apply { 2 } }
    #expect(throws: PoolError.shutDown) { try pool.map([1]) { $0 } }
    #expect(throws: PoolError.shutDown) { try pool.imap([1]) { $0 } }
    #expect(throws: PoolError.shutDown) { try pool.imapUnordered([1]) { $0 } }
    #expect(try future.result() == 1)
    pool.shutDown()
  }

  @Test func `finishes what it was given when it is shut down`() throws {
    let pool = ThreadPool(workers: 1)
    let gate = Gate()
    let first = try pool.submit { gate.pass() }
    let second = try pool.submit { 2 }
    #expect(gate.awaitEntries(1))
    pool.shutDown(waiting: false)
    #expect(!second.isDone)
    gate.opened.set()
    try pool.join()
    #expect(first.isDone)
    #expect(try second.result(timeout: .zero) == 2)
  }

  @Test func `cancels what has not begun when it is told to`() throws {
    let pool = ThreadPool(workers: 1)
    let gate = Gate()
    let first = try pool.submit { gate.pass() }
    #expect(gate.awaitEntries(1))
    let waiting = try (0..<3).map { number in try pool.submit { number } }
    pool.shutDown(waiting: false, cancelling: true)
    #expect(waiting.allSatisfy { $0.isCancelled })
    #expect(first.isRunning)
    gate.opened.set()
    try pool.join()
    #expect(first.isDone && !first.isCancelled)
  }

  @Test func `skips a task that was cancelled before its turn`() throws {
    let pool = ThreadPool(workers: 1)
    let gate = Gate()
    let first = try pool.submit { gate.pass() }
    #expect(gate.awaitEntries(1))
    let hasRun = SharedAtomic(false)
    let second = try pool.submit { hasRun.store(true) }
    #expect(second.cancel())
    #expect(!first.cancel())
    gate.opened.set()
    pool.shutDown()
    #expect(!hasRun.load())
    #expect(throws: FutureError.cancelled) { try second.result() }
    try first.result()
  }

  @Test func `is joined only after it was closed or terminated`() throws {
    let pool = ThreadPool(workers: 1)
    #expect(throws: PoolError.stillRunning) { try pool.join() }
    #expect(try pool.apply { 1 } == 1)
    #expect(throws: PoolError.stillRunning) { try pool.join() }
    pool.close()
    try pool.join()
    try pool.join()
    let unused = ThreadPool(workers: 1)
    unused.terminate()
    try unused.join()
  }

  @Test func `terminated, wakes those who wait for what will not be done`() throws {
    let pool = ThreadPool(workers: 1)
    let gate = Gate()
    _ = try pool.submit { gate.pass() }
    #expect(gate.awaitEntries(1))
    let single = try pool.submit { 1 }
    let mapped = try pool.mapAsync([1, 2, 3]) { $0 }
    let waiter = started { #expect(throws: FutureError.cancelled) { try mapped.result() } }
    #expect(eventually { mapped.waitingCount == 1 })
    pool.terminate()
    #expect(ends(waiter))
    #expect(single.isCancelled)
    gate.opened.set()
    try pool.join()
  }

  @Test func `can be shut down by a task of its own`() throws {
    let pool = ThreadPool(workers: 2)
    let future = try pool.submit { pool.shutDown() }
    #expect(try future.wait(timeout: .seconds(20)))
    #expect(throws: PoolError.shutDown) { try pool.submit {} }
    try pool.join()
  }

  @Test func `takes tasks from its tasks`() throws {
    let pool = ThreadPool(workers: 2)
    let inner = try pool.apply { try pool.submit { 5 } }
    #expect(try inner.result() == 5)
    pool.shutDown()
  }

  @Test func `that is let go of finishes and ends its workers`() throws {
    let gate = Gate()
    var pool: ThreadPool? = ThreadPool(workers: 1)
    let future = try pool!.submit { () -> Int in
      gate.pass()
      return 3
    }
    #expect(gate.awaitEntries(1))
    let worker = try pool!.submit { CheckedThread.current }
    pool = nil
    gate.opened.set()
    #expect(try future.result() == 3)
    #expect(try worker.result().map(ends) == true)
  }

  @Test func `is over at the end of its scope`() throws {
    let order = Queue<Int>()
    let pool = try ThreadPool.scoped(workers: 2) { pool in
      for number in 0..<20 { _ = try pool.submit { try order.put(number) } }
      return pool
    }
    #expect(order.count == 20)
    #expect(throws: PoolError.shutDown) { try pool.submit {} }
  }

  @Test func `lets go of what a task kept alive once it is done`() throws {
    final class Canary: Sendable {}
    let pool = ThreadPool(workers: 1)
    weak var canary: Canary?
    do {
      let alive = Canary()
      canary = alive
      try pool.submit { withExtendedLifetime(alive) {} }.result()
    }
    #expect(eventually { canary == nil })
    pool.shutDown()
  }

  @Test func `calls back after the task and before the result is there`() throws {
    let pool = ThreadPool(workers: 1)
    let calls = Queue<String>()
    let good = try pool.applyAsync(
      callback: { try? calls.put("value \($0)") }, errorCallback: { _ in try? calls.put("error") }
    ) { 7 }
    #expect(try good.result() == 7)
    #expect(try calls.tryGet() == "value 7")
    let bad = try pool.applyAsync(
      callback: { _ in try? calls.put("value") }, errorCallback: { try? calls.put("\($0)") }
    ) { () throws -> Int in throw Broken() }
    #expect(throws: Broken()) { try bad.result() }
    #expect(try calls.tryGet() == "Broken()")
    #expect(calls.isEmpty)
    pool.shutDown()
  }

  @Test func `finishes its tasks before the process ends`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
      let pool = ThreadPool(workers: 1)
      let hasBegun = Lockcheck.Event()
      _ = try pool.submit { hasBegun.set() }
      _ = try pool.submit { print("finished") }
      hasBegun.wait()
      Foundation.exit(0)
    }
    let output = result.map { String(decoding: $0.standardOutputContent, as: UTF8.self) } ?? ""
    #expect(output.contains("finished"))
  }
}
