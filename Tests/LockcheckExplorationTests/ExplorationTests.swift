import Lockcheck
import Testing

@testable import LockcheckControl

private struct Broken: Error {}

/// A random walk that keeps the schedules that it has made.
private struct KeepingWalk: Strategy {
  let name = "keeping"
  private var walk = RandomWalk()
  private(set) var schedules: [Schedule] = []

  mutating func begin(iteration: Int, random: SeededRandom) {
    walk.begin(iteration: iteration, random: random)
  }
  mutating func choose(_ decision: Decision) -> Int { walk.choose(decision) }
  mutating func end(_ schedule: Schedule) { schedules.append(schedule) }
}

@Sendable private func addTwice(failing: Bool) throws {
  let count = Shared(0, name: "count")
  let threads = (0..<2).map { _ in CheckedThread { count.modify { $0 += 1 } } }
  for thread in threads { thread.start() }
  for thread in threads { thread.join() }
  if failing, count.load() != 2 { throw Broken() }
}

@Suite struct `A series of schedules` {
  private func made(by explorer: Explorer) -> [Schedule] {
    (explorer.strategy as? KeepingWalk)?.schedules ?? []
  }

  @Test func `has the same schedules as one after another`() {
    let together = Explorer(KeepingWalk(), seed: 5)
    let last = together.run(0..<300) { try addTwice(failing: false) }
    #expect(last.iteration == 299)
    #expect(last.run.failure == nil)
    let apart = Explorer(KeepingWalk(), seed: 5)
    for iteration in 0..<300 {
      _ = apart.run(iteration: iteration) { try addTwice(failing: false) }
    }
    #expect(made(by: together).count == 300)
    #expect(made(by: together) == made(by: apart))
    #expect(last.run.schedule == made(by: together).last)
  }

  @Test func `ends with the first that fails`() {
    let apart = Explorer(KeepingWalk(), seed: 7)
    let first = (0..<1_000).first {
      apart.run(iteration: $0) { try addTwice(failing: true) }.failure != nil
    }
    let together = Explorer(KeepingWalk(), seed: 7)
    let last = together.run(0..<1_000) { try addTwice(failing: true) }
    #expect(last.iteration == first)
    #expect(last.run.failure?.kind == .error)
    #expect(made(by: together) == made(by: apart))
  }

  @Test func `is interrupted where a daemon is left`() {
    let explorer = Explorer(KeepingWalk(), seed: 1)
    let body: @Sendable () -> Void = {
      let never = Event(name: "never")
      CheckedThread(isDaemon: true) { never.wait() }.start()
    }
    let first = explorer.run(3..<10, body)
    #expect(first.iteration == 3)
    #expect(first.run.failure == nil)
    #expect(explorer.run(4..<10, body).iteration == 4)
    #expect(explorer.abandonedThreadCount == 0)
  }

  @Test func `ends when a search has no more`() {
    let explorer = Explorer(BoundedSearch(preemptions: 0), seed: 1)
    let last = explorer.run(0..<10_000, isSearch: true) { try addTwice(failing: false) }
    #expect(last.iteration < 9_999)
    #expect(explorer.strategy.isExhausted)
  }
}

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
