import Lockcheck
import LockcheckTestKit
import Testing

@Suite struct `A queue` {
  @Test func `is first in, first out`() throws {
    let queue = Queue<Int>()
    for item in [111, 333, 222] { try queue.put(item) }
    #expect(queue.drained() == [111, 333, 222])
  }

  @Test func `says in words what it refuses`() {
    #expect("\(QueueError.full)" == "the queue is full")
    #expect("\(QueueError.empty)" == "the queue is empty")
    #expect("\(QueueError.shutDown)" == "the queue is shut down")
  }
}

@Suite struct `A LIFO queue` {
  @Test func `is last in, first out`() throws {
    let queue = LifoQueue<Int>()
    for item in [111, 333, 222] { try queue.put(item) }
    #expect(queue.drained() == [222, 333, 111])
  }

  @Test func `can be used wherever a queue can`() throws {
    func fill(_ queue: Queue<Int>) throws { for item in 0..<3 { try queue.put(item) } }
    let queue = LifoQueue<Int>(capacity: 3, name: "undo")
    try fill(queue)
    #expect(queue.isFull)
    #expect(queue.name == "undo")
  }
}

@Suite struct `A priority queue` {
  @Test func `hands out the smallest item`() throws {
    let queue = PriorityQueue<Int>()
    for item in [111, 333, 222] { try queue.put(item) }
    #expect(queue.drained() == [111, 222, 333])
  }

  @Test func `hands out equal items in the order in which they were put`() throws {
    let queue = PriorityQueue<Job>()
    for number in 0..<50 { try queue.put(Job(priority: number % 3, number: number)) }
    let expected = (0..<3).flatMap { priority in (0..<50).filter { $0 % 3 == priority } }
    #expect(queue.drained().map(\.number) == expected)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `agrees with sorting`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let items = (0..<Int.random(in: 0..<200, using: &random)).map { _ in
      Int.random(in: 0..<50, using: &random)
    }
    let queue = PriorityQueue<Int>()
    for item in items { try queue.put(item) }
    #expect(queue.drained() == items.sorted(), "seed \(seed)")
  }

  @Test func `loses nothing over items that cannot be compared`() throws {
    let queue = PriorityQueue<Double>()
    for item in [2, .nan, 1, .nan, 0] { try queue.put(item) }
    #expect(queue.drained().count == 5)
  }
}

/// Compared by priority alone.
private struct Job: Comparable, Sendable {
  let priority: Int
  let number: Int

  static func == (a: Job, b: Job) -> Bool { a.priority == b.priority }
  static func < (a: Job, b: Job) -> Bool { a.priority < b.priority }
}
