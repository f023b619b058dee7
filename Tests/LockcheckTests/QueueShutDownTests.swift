import Lockcheck
import Testing

@Suite struct `Every queue that is shut down` {
  @Test(arguments: QueueKind.allCases)
  func `refuses puts and hands out what is there`(kind: QueueKind) throws {
    let queue = kind.make()
    try queue.put(1)
    queue.shutDown()
    #expect(throws: QueueError.shutDown) { try queue.put(2) }
    #expect(throws: QueueError.shutDown) { try queue.put(2, timeout: .zero) }
    #expect(throws: QueueError.shutDown) { try queue.tryPut(2) }
    #expect(try queue.get() == 1)
    #expect(throws: QueueError.shutDown) { try queue.get() }
    #expect(throws: QueueError.shutDown) { try queue.tryGet() }
    #expect(throws: QueueError.shutDown) { try queue.get(timeout: .zero) }
  }

  @Test(arguments: QueueKind.allCases)
  func `refuses rather than calls itself full`(kind: QueueKind) throws {
    let queue = kind.make(capacity: 1)
    try queue.put(1)
    queue.shutDown()
    #expect(queue.isFull)
    #expect(throws: QueueError.shutDown) { try queue.tryPut(2) }
  }

  @Test(arguments: QueueKind.allCases, [false, true])
  func `when it is empty, refuses all and is joined`(kind: QueueKind, isImmediate: Bool) throws {
    let queue = kind.make()
    queue.shutDown(immediate: isImmediate)
    #expect(throws: QueueError.shutDown) { try queue.put(1) }
    #expect(throws: QueueError.shutDown) { try queue.get() }
    queue.join()
  }

  @Test(arguments: QueueKind.allCases)
  func `is joined when what was there has been dealt with`(kind: QueueKind) throws {
    let queue = kind.make()
    try queue.put(1)
    let joiner = started { queue.join() }
    #expect(eventually { queue.waitingCount == 1 })
    queue.shutDown()
    #expect(queue.waitingCount == 1)
    _ = try queue.get()
    queue.taskDone()
    #expect(ends(joiner))
  }

  @Test(arguments: QueueKind.allCases)
  func `at once has nothing and is joined`(kind: QueueKind) throws {
    let queue = kind.make()
    try queue.put(1)
    try queue.put(2)
    let joiner = started { queue.join() }
    #expect(eventually { queue.waitingCount == 1 })
    queue.shutDown(immediate: true)
    #expect(ends(joiner))
    #expect(queue.isEmpty)
    #expect(throws: QueueError.shutDown) { try queue.get() }
  }

  @Test(arguments: QueueKind.allCases)
  func `at once is joined only when items in somebody's hands are dealt with`(
    kind: QueueKind
  ) throws {
    let queue = kind.make()
    try queue.put(1)
    try queue.put(2)
    _ = try queue.get()
    queue.shutDown(immediate: true)
    #expect(try !queue.join(timeout: .milliseconds(1)))
    queue.taskDone()
    #expect(try queue.join(timeout: .zero))
  }

  @Test(arguments: QueueKind.allCases)
  func `can be shut down again, at once after not at once too`(kind: QueueKind) throws {
    let queue = kind.make()
    try queue.put(1)
    queue.shutDown()
    queue.shutDown()
    #expect(queue.count == 1)
    queue.shutDown(immediate: true)
    #expect(queue.isEmpty)
    queue.shutDown()
    #expect(throws: QueueError.shutDown) { try queue.get() }
    queue.join()
  }

  @Test(arguments: QueueKind.allCases, [false, true])
  func `wakes and refuses everybody who waits for room or an item`(
    kind: QueueKind, isImmediate: Bool
  ) throws {
    let empty = kind.make()
    let full = kind.make(capacity: 1)
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

  @Test(arguments: QueueKind.allCases)
  func `gives waiting threads all that was put before`(kind: QueueKind) throws {
    let queue = kind.make(capacity: 2)
    let received = SharedAtomic<[Int]>([])
    let consumers = (0..<3).map { _ in
      started {
        while let item = try? queue.get() { received.update { $0.append(item) } }
      }
    }
    for item in 0..<300 { try queue.put(item) }
    queue.shutDown()
    #expect(end(consumers))
    #expect(received.load().sorted() == Array(0..<300))
  }
}
