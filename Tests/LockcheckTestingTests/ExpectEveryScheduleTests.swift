import Lockcheck
import LockcheckTesting
import Testing

private struct Broken: Error {}

@Sendable private func updates(_ lock: Lock?) throws {
  let count = Shared(0, name: "count")
  let update = { @Sendable in count.modify { $0 += 1 } }
  let threads = (0..<2).map { _ in
    CheckedThread { if let lock { lock.withLock { update() } } else { update() } }
  }
  for thread in threads { thread.start() }
  for thread in threads { thread.join() }
  guard count.load() == 2 else { throw Broken() }
}

@Suite struct `Expecting something of every schedule` {
  @Test func `passes where all do`() {
    let exploration = expectEverySchedule(iterations: 100) { try updates(Lock(name: "lock")) }
    #expect(exploration.hasPassed)
  }

  @Test func `is one issue with the token where one does not`() {
    withKnownIssue {
      expectEverySchedule { try updates(nil) }
    } matching: { issue in
      let text = issue.comments.map(\.rawValue).joined()
      return text.contains("Failed: Broken()") && text.contains("LOCKCHECK_REPLAY=lc1:exact:")
    }
  }
}
