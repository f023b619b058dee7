import Lockcheck
import LockcheckTestKit
import Testing

@Suite struct `Every queue` {
  @Test(arguments: QueueKind.allCases, 0..<4 as Range<UInt64>)
  func `hands items out in its order, while it grows and shrinks`(
    kind: QueueKind, seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    let queue = kind.make()
    var model: [Int] = []
    for _ in 0..<500 {
      if Int.random(in: 0..<5, using: &random) < 3 {
        let item = Int.random(in: 0..<100, using: &random)
        try queue.tryPut(item)
        model.append(item)
      } else if model.isEmpty {
        #expect(throws: QueueError.empty) { try queue.tryGet() }
      } else {
        #expect(try queue.tryGet() == kind.next(of: &model), "seed \(seed)")
      }
      #expect(queue.count == model.count)
    }
  }

  @Test(arguments: QueueKind.allCases, [0, -1])
  func `without a capacity is never full`(kind: QueueKind, capacity: Int) throws {
    let queue = kind.make(capacity: capacity)
    for item in 0..<1000 { try queue.tryPut(item) }
    #expect(!queue.isFull)
    #expect(queue.capacity == 0)
  }

  @Test(arguments: QueueKind.allCases)
  func `says how many items it has, and whether it is empty or full`(kind: QueueKind) throws {
    let queue = kind.make(capacity: 2)
    #expect(queue.count == 0 && queue.isEmpty && !queue.isFull)
    try queue.put(1)
    #expect(queue.count == 1 && !queue.isEmpty && !queue.isFull)
    try queue.put(2)
    #expect(queue.count == 2 && !queue.isEmpty && queue.isFull)
    _ = try queue.get()
    #expect(queue.count == 1 && !queue.isFull)
  }

  @Test(arguments: QueueKind.allCases)
  func `refuses what does not fit, and takes it when there is room`(kind: QueueKind) throws {
    let queue = kind.make(capacity: 1)
    try queue.put(1)
    #expect(throws: QueueError.full) { try queue.tryPut(2) }
    #expect(throws: QueueError.full) { try queue.put(2, timeout: .milliseconds(1)) }
    #expect(throws: QueueError.full) { try queue.put(2, timeout: .zero) }
    #expect(try queue.get() == 1)
    try queue.put(2, timeout: .zero)
    #expect(try queue.get() == 2)
  }

  @Test(arguments: QueueKind.allCases)
  func `has nothing to hand out when it is empty`(kind: QueueKind) throws {
    let queue = kind.make()
    #expect(throws: QueueError.empty) { try queue.tryGet() }
    #expect(throws: QueueError.empty) { try queue.get(timeout: .milliseconds(1)) }
    #expect(throws: QueueError.empty) { try queue.get(timeout: .zero) }
    try queue.put(1)
    #expect(try queue.get(timeout: .zero) == 1)
  }

  @Test(arguments: QueueKind.allCases)
  func `refuses a negative timeout`(kind: QueueKind) throws {
    let queue = kind.make(capacity: 1)
    #expect(throws: QueueError.negativeTimeout) { try queue.put(1, timeout: .seconds(-1)) }
    #expect(queue.isEmpty)
    try queue.put(1)
    #expect(throws: QueueError.negativeTimeout) { try queue.get(timeout: .seconds(-1)) }
    #expect(throws: QueueError.negativeTimeout) { try queue.join(timeout: .seconds(-1)) }
    #expect(queue.count == 1)
  }

  @Test(arguments: QueueKind.allCases, [nil, Duration.seconds(60)])
  func `lets a waiting put in when an item is taken out`(
    kind: QueueKind, timeout: Duration?
  ) throws {
    let queue = kind.make(capacity: 1)
    try queue.put(1)
    let putter = started { try queue.put(2, timeout: timeout) }
    #expect(eventually { queue.waitingCount == 1 })
    #expect(try queue.get() == 1)
    #expect(ends(putter))
    #expect(try queue.get() == 2)
  }

  @Test(arguments: QueueKind.allCases, [nil, Duration.seconds(60)])
  func `gives a waiting get the item that is put`(kind: QueueKind, timeout: Duration?) throws {
    let queue = kind.make()
    let got = SharedAtomic(0)
    let getter = started { got.store(try queue.get(timeout: timeout)) }
    #expect(eventually { queue.waitingCount == 1 })
    try queue.put(7)
    #expect(ends(getter))
    #expect(got.load() == 7)
  }

  @Test(arguments: QueueKind.allCases)
  func `serves waiting puts in order of arrival`(kind: QueueKind) throws {
    let queue = kind.make(capacity: 1)
    try queue.put(-1)
    let putters = (0..<4).map { number in
      let putter = started { try queue.put(number) }
      #expect(eventually { queue.waitingCount == number + 1 })
      return putter
    }
    for number in -1..<4 {
      #expect(try queue.get() == number)
      if number < 3 { #expect(ends(putters[number + 1])) }
    }
  }

  @Test(arguments: QueueKind.allCases)
  func `serves waiting gets in order of arrival`(kind: QueueKind) throws {
    let queue = kind.make()
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

  @Test(arguments: QueueKind.allCases)
  func `lets go of an item that has been taken out`(kind: QueueKind) throws {
    let queue = kind.make(of: Item.self)
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

  // MARK: Dealing with items

  @Test(arguments: QueueKind.allCases)
  func `is joined once every item has been dealt with`(kind: QueueKind) throws {
    let queue = kind.make()
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

  @Test(arguments: QueueKind.allCases)
  func `is joined again and again`(kind: QueueKind) throws {
    let queue = kind.make()
    let sum = SharedAtomic(0)
    let workers = (0..<2).map { _ in
      started {
        while true {
          do throws(QueueError) { sum.wrappingAdd(try queue.get()) } catch { return }
          queue.taskDone()
        }
      }
    }
    for round in 1...2 {
      for item in 0..<100 { try queue.put(item) }
      queue.join()
      #expect(sum.load() == round * 4950)
    }
    queue.shutDown()
    #expect(end(workers))
  }

  @Test(arguments: QueueKind.allCases)
  func `refuses more taskDone than puts`(kind: QueueKind) throws {
    let queue = kind.make()
    queue.taskDone()
    try queue.put(1)
    #expect(try !queue.join(timeout: .zero))
    queue.taskDone()
    queue.taskDone()
    #expect(try queue.join(timeout: .zero))
  }

  @Test(arguments: QueueKind.allCases, 0..<2 as Range<UInt64>)
  func `hands every item to exactly one thread, whatever times out`(
    kind: QueueKind, seed: UInt64
  ) throws {
    let queue = kind.make(capacity: 3)
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
}

/// Something to look whether it is still there.
private final class Item: Comparable, Sendable {
  static func == (a: Item, b: Item) -> Bool { a === b }
  static func < (a: Item, b: Item) -> Bool { false }
}
