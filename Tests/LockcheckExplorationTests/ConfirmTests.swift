import Lockcheck
import LockcheckAssertions
import LockcheckExploration
import Synchronization
import Testing

/// Two threads, one after the other, take two locks in opposite orders: the order is no trace's.
@Sendable private func transfers() {
  let accounts = Lock(name: "accounts")
  let log = Lock(name: "log")
  let isFirstOver = Atomic<Bool>(false)
  let first = CheckedThread(name: "first") {
    accounts.withLock { log.withLock {} }
    isFirstOver.store(true, ordering: .relaxed)
  }
  let second = CheckedThread(name: "second") { log.withLock { accounts.withLock {} } }
  first.start()
  // In the recorded run the first is over before the second begins; under a scheduler nobody waits for that.
  if !Scheduled.isControlled {
    while !isFirstOver.load(ordering: .relaxed) { CheckedThread.yield() }
  }
  second.start()
  first.join()
  second.join()
}

/// As above, but the second thread takes its locks only if it sees that the first is over.
@Sendable private func guardedTransfers() {
  let accounts = Lock(name: "accounts")
  let log = Lock(name: "log")
  let isFirstOver = Atomic<Bool>(false)
  let first = CheckedThread(name: "first") {
    accounts.withLock { log.withLock {} }
    isFirstOver.store(true, ordering: .relaxed)
  }
  let second = CheckedThread(name: "second") {
    while !isFirstOver.load(ordering: .relaxed) { CheckedThread.yield() }
    log.withLock { accounts.withLock {} }
  }
  first.start()
  second.start()
  first.join()
  second.join()
}

/// The lock puts the accesses in an order in which they need not come.
@Sendable private func publications() {
  let lock = Lock(name: "lock")
  let value = Shared(0, name: "value")
  let writer = CheckedThread(name: "writer") {
    value.store(1)
    lock.withLock {}
  }
  let reader = CheckedThread(name: "reader") {
    lock.withLock {}
    _ = value.load()
  }
  writer.start()
  if !Scheduled.isControlled { while writer.isAlive { CheckedThread.yield() } }
  reader.start()
  writer.join()
  reader.join()
}

/// Whether the code runs under a scheduler: the tests set it, the program does not know.
private enum Scheduled {
  @TaskLocal static var isRecorded = false
  static var isControlled: Bool { !isRecorded }
}

private func prediction(_ rule: Rule, in body: () -> Void) throws -> Finding {
  let run = Scheduled.$isRecorded.withValue(true) { recording { body() } }
  let found = try run.report.findings.map(\.finding)
  return try #require(
    found.first { $0.rule == rule && $0.verdict == .predicted }, "\(found.map(\.rule.code))")
}

@Suite struct `A prediction` {
  @Test func `of a deadlock is confirmed by a program that runs into it`() throws {
    let finding = try prediction(.lockOrderCycle, in: transfers)
    let confirmation = confirm(finding, transfers)
    #expect(confirmation.isConfirmed, "\(confirmation)")
    let schedule = try #require(confirmation.schedule)
    #expect(schedule.failure.kind == .deadlock)
    let again = replay(schedule.token, transfers)
    #expect(again.divergence == nil)
    #expect(again.failure?.failure.kind == .deadlock)
  }

  @Test func `that values forbid is not confirmed`() throws {
    let finding = try prediction(.lockOrderCycle, in: guardedTransfers)
    let confirmation = confirm(finding, tries: 20, guardedTransfers)
    #expect(confirmation.answer == .notConfirmed(tries: 20), "\(confirmation)")
    #expect(confirmation.schedule == nil)
  }

  @Test func `of a race is confirmed when both threads stand before their accesses`() throws {
    let finding = try prediction(.dataRace, in: publications)
    let confirmation = confirm(finding, publications)
    #expect(confirmation.isConfirmed, "\(confirmation)")
    #expect(confirmation.schedule?.failure.kind == .race)
  }

  @Test func `without a witness is not tried`() throws {
    var finding = try prediction(.lockOrderCycle, in: transfers)
    finding.witness = []
    let confirmation = confirm(finding) { Issue.record("it was run") }
    #expect(confirmation.answer == .notTried("the finding has no witness"))
  }

  @Test func `tells a selective walk which objects to mix up`() throws {
    let finding = try prediction(.dataRace, in: publications)
    var options = ExplorationOptions()
    options.suspects = [finding]
    // Fails where the reader comes before the writer: an order of the accesses that the finding names.
    let exploration = explore(.surw, iterations: 50, options: options) {
      let lock = Lock(name: "lock")
      let value = Shared(0, name: "value")
      let writer = CheckedThread(name: "writer") {
        value.store(1)
        lock.withLock {}
      }
      let reader = CheckedThread(name: "reader") {
        lock.withLock {}
        guard value.load() == 1 else { throw Late() }
      }
      writer.start()
      reader.start()
      writer.join()
      reader.join()
    }
    #expect(exploration.failure?.foundBy == "surw")
  }
}

private struct Late: Error {}
