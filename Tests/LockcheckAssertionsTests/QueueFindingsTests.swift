import Lockcheck
import LockcheckAssertions
import Testing

@Suite struct `Recording a queue` {
  /// A thread writes variables and puts their numbers; another gets the numbers and reads the variables.
  private func handOver(through queue: Queue<Int>, waits: Bool) {
    let cells = (0..<6).map { Shared(0, name: "cell[\($0)]") }
    let producer = CheckedThread(name: "producer") {
      for number in [3, 1, 5, 0, 2, 4] {
        cells[number].store(number)
        try queue.put(number)
      }
      queue.shutDown()
    }
    let consumer = CheckedThread(name: "consumer") {
      while waits, let number = try? queue.get() { _ = cells[number].load() }
      if !waits { _ = cells[4].load() }
    }
    producer.start()
    consumer.start()
    producer.join()
    consumer.join()
  }

  private func queues() -> [Queue<Int>] {
    [
      Queue(capacity: 8, name: "Q"), LifoQueue(capacity: 8, name: "Q"),
      PriorityQueue(capacity: 8, name: "Q"),
    ]
  }

  @Test func `of any order finds nothing in what is handed over`() throws {
    for number in 0..<3 {
      for _ in 0..<5 {
        let report = try recording {
          handOver(through: queues()[number], waits: true)
        }.report
        #expect(report.findings.isEmpty, "queue \(number): \(report.findings.map(\.finding))")
      }
    }
  }

  @Test func `of any order finds the race of who does not wait`() throws {
    for number in 0..<3 {
      let report = try recording {
        handOver(through: queues()[number], waits: false)
      }.report
      #expect(report.findings.contains { $0.finding.rule == .dataRace })
    }
  }
}
