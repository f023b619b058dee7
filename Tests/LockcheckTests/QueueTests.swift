import Lockcheck
import LockcheckTestKit
import Testing

@Suite struct `A queue` {
  @Test func `hands items out in the order in which they were put`() throws {
    let queue = Queue<Int>()
    for item in 0..<100 { try queue.put(item) }
    #expect(queue.count == 100)
    for item in 0..<100 { #expect(try queue.get() == item) }
    #expect(queue.isEmpty)
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `keeps their order while it grows and shrinks`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let queue = Queue<Int>()
    var model: [Int] = []
    for item in 0..<500 {
      if Int.random(in: 0..<5, using: &random) < 3 {
        try queue.tryPut(item)
        model.append(item)
      } else if model.isEmpty {
        #expect(throws: QueueError.empty) { try queue.tryGet() }
      } else {
        #expect(try queue.tryGet() == model.removeFirst())
      }
      #expect(queue.count == model.count)
    }
  }

  @Test(arguments: [0, -1])
  func `without a capacity is never full`(capacity: Int) throws {
    let queue = Queue<Int>(capacity: capacity)
    for item in 0..<1000 { try queue.tryPut(item) }
    #expect(!queue.isFull)
    #expect(queue.capacity == 0)
  }

  @Test func `refuses what does not fit and what is not there`() throws {
    let queue = Queue<Int>(capacity: 2)
    #expect(throws: QueueError.empty) { try queue.tryGet() }
    #expect(throws: QueueError.empty) { try queue.get(timeout: .milliseconds(1)) }
    try queue.put(1)
    #expect(!queue.isFull)
    try queue.put(2)
    #expect(queue.isFull)
    #expect(throws: QueueError.full) { try queue.tryPut(3) }
    #expect(throws: QueueError.full) { try queue.put(3, timeout: .milliseconds(1)) }
    #expect(throws: QueueError.full) { try queue.put(3, timeout: .zero) }
    #expect(try queue.get() == 1)
    try queue.put(3, timeout: .zero)
    #expect(try queue.get(timeout: .zero) == 2)
  }

  @Test func `refuses a negative timeout`() throws {
    let queue = Queue<Int>(capacity: 1)
    #expect(throws: QueueError.negativeTimeout) { try queue.put(1, timeout: .seconds(-1)) }
    #expect(queue.isEmpty)
    try queue.put(1)
    #expect(throws: QueueError.negativeTimeout) { try queue.get(timeout: .seconds(-1)) }
    #expect(throws: QueueError.negativeTimeout) { try queue.join(timeout: .seconds(-1)) }
    #expect(queue.count == 1)
  }

  @Test func `lets a waiting put in when an item is taken out`() throws {
    let queue = Queue<Int>(capacity: 1)
    try queue.put(1)
    let putter = started { try queue.put(2) }
    #expect(eventually { queue.waitingCount == 1 })
    #expect(try queue.get() == 1)
    #expect(ends(putter))
    #expect(try queue.get() == 2)
  }

  @Test func `serves waiting gets in order of arrival`() throws {
    let queue = Queue<Int>()
    let order = Queue<[Int]>()
    let getters = (0..<4).map { number in
      let getter = started { try order.put([number, try queue.get()]) }
      #expect(eventually { queue.waitingCount == number + 1 })
      return getter
    }
    for item in 0..<4 {
      try queue.put(item)
      #expect(ends(getters[item]))
    }
    for number in 0..<4 { #expect(try order.tryGet() == [number, number]) }
  }

  @Test func `is joined once every item has been dealt with`() throws {
    let queue = Queue<Int>()
    queue.join()
    try queue.put(1)
    try queue.put(2)
    let joiner = started { queue.join() }
    #expect(eventually { queue.waitingCount == 1 })
    _ = try queue.get()
    queue.taskDone()
    #expect(try !queue.join(timeout: .milliseconds(1)))
    #expect(queue.waitingCount == 1)
    _ = try queue.get()
    queue.taskDone()
    #expect(ends(joiner))
    #expect(try queue.join(timeout: .zero))
  }

  @Test func `refuses more taskDone than puts`() throws {
    let queue = Queue<Int>()
    queue.taskDone()
    try queue.put(1)
    #expect(try !queue.join(timeout: .zero))
    queue.taskDone()
    queue.taskDone()
    #expect(try queue.join(timeout: .zero))
  }

  @Test func `after shutDown refuses puts and hands out what is there`() throws {
    let queue = Queue<Int>()
    try queue.put(1)
    queue.shutDown()
    #expect(throws: QueueError.shutDown) { try queue.put(2) }
    #expect(throws: QueueError.shutDown) { try queue.tryPut(2) }
    #expect(try queue.get() == 1)
    #expect(throws: QueueError.shutDown) { try queue.get() }
    #expect(throws: QueueError.shutDown) { try queue.tryGet() }
    #expect(throws: QueueError.shutDown) { try queue.get(timeout: .zero) }
    queue.taskDone()
    queue.join()
  }

  @Test func `after an immediate shutDown has nothing and is joined`() throws {
    let queue = Queue<Int>()
    try queue.put(1)
    try queue.put(2)
    let joiner = started { queue.join() }
    #expect(eventually { queue.waitingCount == 1 })
    queue.shutDown(immediate: true)
    #expect(ends(joiner))
    #expect(queue.isEmpty)
    #expect(throws: QueueError.shutDown) { try queue.get() }
  }

  @Test func `still waits for an item in somebody's hands after an immediate shutDown`() throws {
    let queue = Queue<Int>()
    try queue.put(1)
    try queue.put(2)
    _ = try queue.get()
    queue.shutDown(immediate: true)
    #expect(try !queue.join(timeout: .milliseconds(1)))
    queue.taskDone()
    #expect(try queue.join(timeout: .zero))
  }

  @Test(arguments: [false, true])
  func `wakes and refuses everybody who waits when it is shut down`(isImmediate: Bool) throws {
    let empty = Queue<Int>()
    let full = Queue<Int>(capacity: 1)
    try full.put(0)
    let refused = SharedAtomic(0)
    @Sendable func count(_ body: () throws -> Void) {
      do { try body() } catch { if error as? QueueError == .shutDown { refused.wrappingAdd(1) } }
    }
    let threads =
      (0..<3).map { _ in started { count { _ = try empty.get() } } }
      + (0..<3).map { _ in started { count { try full.put(1) } } }
    #expect(eventually { empty.waitingCount == 3 && full.waitingCount == 3 })
    empty.shutDown(immediate: isImmediate)
    full.shutDown(immediate: isImmediate)
    #expect(end(threads))
    #expect(refused.load() == 6)
  }

  @Test(arguments: 0..<3 as Range<UInt64>)
  func `hands every item to exactly one thread, whatever times out`(seed: UInt64) throws {
    let queue = Queue<Int>(capacity: 3)
    let received = SharedAtomic<[Int]>([])
    let producers = (0..<3).map { number in
      started {
        var random = SeededGenerator(seed: seed &* 100 &+ UInt64(number))
        for item in 0..<200 {
          let timeout = Duration.microseconds(Int.random(in: 0..<50, using: &random))
          while (try? queue.put(number * 1000 + item, timeout: timeout)) == nil {}
        }
      }
    }
    let consumers = (0..<3).map { number in
      started {
        var random = SeededGenerator(seed: seed &* 100 &+ 50 &+ UInt64(number))
        while true {
          let timeout = Duration.microseconds(Int.random(in: 0..<50, using: &random))
          do throws(QueueError) {
            let item = try queue.get(timeout: timeout)
            received.update { $0.append(item) }
            queue.taskDone()
          } catch {
            if error == .shutDown { return }
          }
        }
      }
    }
    #expect(end(producers))
    queue.join()
    queue.close()
    #expect(end(consumers))
    let expected = (0..<3).flatMap { number in (0..<200).map { number * 1000 + $0 } }
    #expect(received.load().sorted() == expected)
    #expect(queue.waitingCount == 0)
  }

  @Test func `lets go of an item that has been taken out`() throws {
    final class Item: Sendable {}
    let queue = Queue<Item>()
    weak var gone: Item?
    do {
      let item = Item()
      gone = item
      try queue.put(item)
    }
    #expect(gone != nil)
    _ = try queue.get()
    #expect(gone == nil)
  }
}
