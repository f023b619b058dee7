import Lockcheck
import Testing

@testable import LockcheckControl
@testable import LockcheckExploration

private struct Broken: Error {}

/// Two transfers that meet: real threads, on real locks.
private let transfers: @Sendable () throws -> Void = {
  let accounts = Lock(name: "accounts")
  let log = Lock(name: "log")
  let first = CheckedThread(name: "first") { accounts.withLock { log.withLock {} } }
  let second = CheckedThread(name: "second") { log.withLock { accounts.withLock {} } }
  first.start()
  second.start()
  first.join()
  second.join()
}

private let lostUpdates: @Sendable () throws -> Void = {
  let count = Shared(0, name: "count")
  let threads = (0..<3).map { number in
    CheckedThread(name: "adder \(number)") { count.modify { $0 += 1 } }
  }
  for thread in threads { thread.start() }
  for thread in threads { thread.join() }
  if count.load() != 3 { throw Broken() }
}

/// The smallest failing schedule that there is to find from a schedule of chance.
private func minimised(
  _ body: @escaping @Sendable () throws -> Void
) -> (run: ScheduleRun, objects: ObjectLabels)? {
  let explorer = Explorer(RandomWalk(), seed: 3)
  let found = (0..<200).lazy.map { explorer.run(iteration: $0, body) }.first { $0.failure != nil }
  guard var best = found else { return nil }
  var minimizer = ScheduleMinimizer(best.schedule, budget: RunBudget(failing: 12, passing: 200))
  minimizer.minimize { deviations in
    explorer.strategy = DeviationStrategy(deviations)
    let run = explorer.run(iteration: 0, body)
    guard run.failure?.kind == best.failure?.kind else { return nil }
    if run.schedule.price < best.schedule.price { best = run }
    return run.schedule
  }
  return best.schedule == minimizer.schedule ? (best, explorer.labels) : nil
}

@Suite struct `Real threads` {
  @Test func `are replayed a thousand times from a token`() throws {
    let (run, objects) = try #require(minimised(lostUpdates))
    #expect(run.schedule.deviations.count == 1)
    let token = ScheduleToken.exact(
      ExactSchedule(run.schedule, labels: StepLabels(of: run, objects: objects)))
    guard case .exact(let exact) = try ScheduleToken(parsing: "\(token)") else { return }
    let explorer = Explorer(ReplayStrategy(exact), seed: 0)
    for iteration in 0..<1_000 {
      let again = explorer.run(iteration: iteration, lostUpdates)
      try #require(again.schedule == run.schedule && again.failure == run.failure)
      try #require((explorer.strategy as? ReplayStrategy)?.divergence == nil)
    }
  }

  @Test func `that deadlock are shown with the fewest switches`() throws {
    let (run, objects) = try #require(minimised(transfers))
    let labels = StepLabels(of: run, objects: objects)
    #expect(
      ScheduleTable(run, labels: labels).text == """
        step  T0 main               T1 first                         T2 second
         0–1  start(T1), start(T2)
         2–3                        begin, lock(accounts)
         4–5                                                         begin, lock(log)
              waits for join(T1)    waits for lock(log), held by T2  waits for lock(accounts), held by T1

        """)
    let token = ScheduleToken.exact(ExactSchedule(run.schedule, labels: labels))
    #expect(token.description == "lc1:exact:6:4.T2.begin:jNh7Me:79636745fbf1")
  }

  @Test func `of another program leave the token where they differ`() throws {
    let (run, objects) = try #require(minimised(transfers))
    let exact = ExactSchedule(run.schedule, labels: StepLabels(of: run, objects: objects))
    let explorer = Explorer(ReplayStrategy(exact), seed: 0)
    let other = explorer.run(iteration: 0) {
      let accounts = Lock(name: "accounts")
      let jobs = Queue<Int>(name: "jobs")
      let first = CheckedThread(name: "first") { accounts.withLock {} }
      let second = CheckedThread(name: "second") { _ = try? jobs.put(1) }
      first.start()
      second.start()
      first.join()
      second.join()
    }
    #expect(other.failure == nil)
    let labels = StepLabels(of: other, objects: explorer.labels)
    #expect(
      (explorer.strategy as? ReplayStrategy)?.divergence?.message(labels: labels)
        == "step 5: expected what was recorded between step 4 (T2 begin) and the end, got T2 put(jobs)"
    )
  }
}
