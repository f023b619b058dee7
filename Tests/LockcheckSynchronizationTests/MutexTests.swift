import Dispatch
import DropInLockcheckSynchronization
import DropInSynchronization
import Lockcheck
import LockcheckAssertions
import LockcheckSynchronization
import Testing

@Suite struct `A mutex in the place of the system's` {
  @Test func `does the same in one source`() {
    let systems = DropInSynchronization.useAccounts()
    #expect(DropInLockcheckSynchronization.useAccounts() == systems)
    #expect(systems == "50 50 taken; 2 transfers: moved 30, moved 20; refused 51")
  }

  @Test func `keeps its value under several threads`() {
    let total = Mutex(0)
    let threads = (0..<4).map { _ in
      CheckedThread { for _ in 0..<1_000 { total.withLock { $0 += 1 } } }
    }
    for thread in threads { thread.start() }
    for thread in threads { thread.join() }
    #expect(total.withLock { $0 } == 4_000)
  }

  #if !PlainPrimitives
    @Test func `is seen in two orders`() throws {
      let report = try report { $0.back() }
      let finding = try #require(report.findings.first?.finding)
      #expect(finding.rule == .lockOrderCycle)
      #expect(finding.verdict == .predicted)
      let lines = report.description.split(separator: "\n")
      #expect(lines.first == "1 finding:")
      #expect(lines.last?.contains("predicted LC102 lock-order-cycle: other, one (") ?? false)
    }

    @Test func `is seen in one order`() throws {
      #expect(try report { $0.forth() }.description == "No findings.")
    }

    /// What one thread takes forth and another, later, in the order of `body`; nothing recorded orders the two.
    private func report(_ body: @escaping @Sendable (Pair) -> Void) throws -> Report {
      try recording {
        let (pair, isThrough) = (Pair(), DispatchSemaphore(value: 0))
        let first = CheckedThread {
          pair.forth()
          isThrough.signal()
        }
        let second = CheckedThread {
          isThrough.wait()
          body(pair)
        }
        for thread in [first, second] { thread.start() }
        for thread in [first, second] { thread.join() }
      }.report
    }
  #endif
}

/// Two that are taken together.
private final class Pair: Sendable {
  private let one = Mutex(1, name: "one")
  private let other = Mutex(2, name: "other")

  func forth() { one.withLock { one in other.withLock { $0 += one } } }
  func back() { other.withLock { other in one.withLock { $0 += other } } }
}
