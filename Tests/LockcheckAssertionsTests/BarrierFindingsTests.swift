import Lockcheck
import LockcheckAssertions
import Testing

@Suite struct `Recording a barrier` {
  /// Threads that write a cell each, meet, and read all cells; the action adds them up.
  private func generations(parties: Int, rounds: Int, meets: Bool) {
    let cells = (0..<parties).map { Shared(0, name: "cell[\($0)]") }
    let sum = Shared(0, name: "sum")
    let barrier = Barrier(parties: parties, name: "generation") {
      sum.store(cells.reduce(0) { $0 + $1.load() })
    }
    let threads = (0..<parties).map { number in
      CheckedThread(name: "worker \(number)") {
        for round in 0..<rounds {
          cells[number].store(round)
          if meets { try barrier.wait() }
          _ = sum.load() + cells.reduce(0) { $0 + $1.load() }
          if meets { try barrier.wait() }
        }
      }
    }
    threads.forEach { $0.start() }
    threads.forEach { $0.join() }
  }

  @Test(arguments: 0..<10)
  func `finds nothing where threads and its action take turns`(attempt: Int) throws {
    let report = try recording { generations(parties: 3, rounds: 5, meets: true) }.report
    #expect(report.findings.isEmpty, "attempt \(attempt): \(report.findings.map(\.finding))")
    #expect(report.summary.events > 0)
  }

  @Test func `finds the race where nobody waits`() throws {
    let report = try recording { generations(parties: 2, rounds: 1, meets: false) }.report
    #expect(report.findings.contains { $0.finding.rule == .dataRace })
  }

  /// A thread writes why, then gives the round up; another waits, is refused, and reads it.
  private func refusal(by giveUp: @escaping @Sendable (Barrier) -> Void, waitsFirst: Bool) {
    let barrier = Barrier(parties: 3, name: "round")
    let reason = Shared("", name: "reason")
    let refused = CheckedThread(name: "refused") {
      if !waitsFirst { while !barrier.isBroken {} }
      do { try barrier.wait() } catch { _ = reason.load() }
    }
    let breaker = CheckedThread(name: "breaker") {
      if waitsFirst { while barrier.waitingCount == 0 {} }
      reason.store("no more input")
      giveUp(barrier)
    }
    refused.start()
    breaker.start()
    refused.join()
    breaker.join()
  }

  @Test(arguments: [false, true])
  func `finds nothing where an abort publishes its reason`(waitsFirst: Bool) throws {
    let report = try recording {
      refusal(by: { $0.abort() }, waitsFirst: waitsFirst)
    }.report
    #expect(report.findings.isEmpty, "\(report.findings.map(\.finding))")
  }

  @Test func `finds nothing where a reset or a timeout does`() throws {
    for giveUp in [
      { $0.reset() }, { _ = try? $0.wait(timeout: .zero) },
    ] as [@Sendable (Barrier) -> Void] {
      let report = try recording { refusal(by: giveUp, waitsFirst: true) }.report
      #expect(report.findings.isEmpty, "\(report.findings.map(\.finding))")
    }
  }

  @Test func `finds nothing where the action reports its own failure`() throws {
    struct Refusal: Error {}
    let report = try recording {
      let reason = Shared("", name: "reason")
      let barrier = Barrier(parties: 2, name: "round") {
        reason.store("no more input")
        throw Refusal()
      }
      let threads = (0..<2).map { _ in
        CheckedThread { do { try barrier.wait() } catch { _ = reason.load() } }
      }
      threads.forEach { $0.start() }
      threads.forEach { $0.join() }
    }.report
    #expect(report.findings.isEmpty, "\(report.findings.map(\.finding))")
  }

  @Test func `that began while threads waited takes the round for what it was`() throws {
    let barrier = Barrier(parties: 3, name: "round")
    let cell = Shared(0, name: "cell")
    let threads = (0..<2).map { _ in
      CheckedThread {
        for _ in 0..<4 {
          try barrier.wait()
          _ = cell.load()
          try barrier.wait()
        }
      }
    }
    threads.forEach { $0.start() }
    while barrier.waitingCount < 2 {}
    let report = try recording {
      for round in 0..<4 {
        cell.store(round)
        _ = try? barrier.wait()
        _ = try? barrier.wait()
      }
      threads.forEach { $0.join() }
    }.report
    #expect(report.findings.isEmpty, "\(report.findings.map(\.finding))")
  }
}
