import Lockcheck
import Testing

@testable import LockcheckControl

private struct Broken: Error {}

@Suite struct `An explorer` {
  @Test func `finds a lost update`() {
    let explorer = Explorer(RandomWalk(), seed: 1)
    var failed = 0
    var outcomes: Set<String> = []
    for iteration in 0..<200 {
      let run = explorer.run(iteration: iteration) {
        let count = Shared(0, name: "count")
        let threads = (0..<2).map { _ in CheckedThread { count.modify { $0 += 1 } } }
        for thread in threads { thread.start() }
        for thread in threads { thread.join() }
        if count.load() != 2 { throw Broken() }
      }
      if let failure = run.failure {
        failed += 1
        outcomes.insert("\(failure)")
      }
    }
    #expect(failed > 20 && failed < 180, "\(failed)")
    #expect(outcomes == ["error: Broken()"])
    #expect(explorer.abandonedThreadCount == 0)
  }

  @Test func `finds a deadlock and says who waits for whom`() throws {
    let explorer = Explorer(RandomWalk(), seed: 1)
    var failures: Set<String> = []
    for iteration in 0..<100 where explorer.abandonedThreadCount < 10 {
      let run = explorer.run(iteration: iteration) {
        let a = Lock(name: "a")
        let b = Lock(name: "b")
        let first = CheckedThread(name: "first") { a.withLock { b.withLock {} } }
        let second = CheckedThread(name: "second") { b.withLock { a.withLock {} } }
        first.start()
        second.start()
        first.join()
        second.join()
      }
      if let failure = run.failure { failures.insert("\(failure)") }
    }
    #expect(
      failures == [
        "deadlock: T0 main waits in join(first); T1 first waits in lock(b), held by T2 second; "
          + "T2 second waits in lock(a), held by T1 first"
      ])
  }

  @Test func `lets time pass at once and every timeout fire`() {
    let explorer = Explorer(RandomWalk(), seed: 1)
    var results: Set<Bool> = []
    for iteration in 0..<200 {
      let run = explorer.run(iteration: iteration) {
        let event = Event(name: "event")
        let thread = CheckedThread {
          CheckedThread.sleep(for: .seconds(3600))
          event.set()
        }
        thread.start()
        let wasSet = try event.wait(timeout: .seconds(7200))
        thread.join()
        if !wasSet { throw Broken() }
      }
      results.insert(run.failure == nil)
    }
    #expect(results == [true, false])
  }
}
