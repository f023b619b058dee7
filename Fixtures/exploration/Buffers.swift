import Lockcheck

extension ExplorationProgram {
  /// SCTBench's `CS/stack`: that something was pushed once is taken to mean that something is there.
  static let stack = ExplorationProgram(
    "stack", origin: "SCTBench CS/stack_bad",
    bug: "a flag says that there is something to pop, and is never cleared", .check
  ) { isMended in
    let size = 10
    let lock = Lock(name: "stack")
    let top = Shared(0, name: "top")
    let isFilled = Shared(false, name: "flag")
    let cells = (0..<size).map { Shared(0, name: "cell \($0)") }
    let push = thread("push") {
      for number in 0..<size {
        try lock.withLock {
          guard top.load() < size else { throw Broken("overflow") }
          cells[top.load()].store(number)
          top.modify { $0 += 1 }
          isFilled.store(true)
        }
      }
    }
    let pop = thread("pop") {
      for _ in 0..<size {
        try lock.withLock {
          guard isMended ? top.load() > 0 : isFilled.load() else { return }
          guard top.load() != 0 else { throw Broken("underflow") }
          top.modify { $0 -= 1 }
          _ = cells[top.load()].load()
        }
      }
    }
    try together(push, pop)
  }

  /// SCTBench's `CS/circular_buffer`: the consumer compares what it takes with the round it is in, though it
  /// takes nothing in some rounds.
  static let circularBuffer = ExplorationProgram(
    "circular_buffer", origin: "SCTBench CS/circular_buffer_bad",
    bug: "the receiver expects one element a round, but has rounds without", .check
  ) { isMended in
    let (size, rounds) = (10, 7)
    let lock = Lock(name: "buffer")
    let (first, next) = (Shared(0, name: "first"), Shared(0, name: "next"))
    let (send, receive) = (Shared(true, name: "send"), Shared(false, name: "receive"))
    let cells = (0..<size).map { Shared(0, name: "cell \($0)") }
    let sender = thread("send") {
      for round in 0..<rounds {
        lock.withLock {
          guard send.load() else { return }
          cells[next.load()].store(round)
          next.modify { $0 = ($0 + 1) % size }
          send.store(false)
          receive.store(true)
        }
      }
    }
    let receiver = thread("receive") {
      var expected = 0
      // The sender has rounds without, too: mended, a round's number is only known to be no lower.
      for _ in 0..<rounds {
        try lock.withLock {
          defer { if !isMended { expected += 1 } }
          guard receive.load() else { return }
          first.modify { $0 += 1 }
          let element = cells[first.load() - 1].load()
          guard isMended ? element >= expected : element == expected else {
            throw Broken("got \(element), expected \(expected)")
          }
          if isMended { expected = element + 1 }
          receive.store(false)
          send.store(true)
        }
      }
    }
    try together(sender, receiver)
  }

  /// SCTBench's `CS/queue`: as the circular buffer, with 20 elements and one put before the rounds begin.
  static let queue = ExplorationProgram(
    "queue", origin: "SCTBench CS/queue_bad",
    bug: "the consumer expects the element of its round, but has rounds without", .check
  ) { isMended in
    let size = 20
    let lock = Lock(name: "queue")
    let cells = Cells(size)
    let (mayPut, mayTake) = (Shared(true, name: "enqueue"), Shared(false, name: "dequeue"))
    let stored = (0..<size).map { Shared(0, name: "stored \($0)") }
    let producer = thread("produce") {
      lock.withLock {
        cells.put(0)
        stored[0].store(0)
      }
      var value = 0
      for round in 0..<size - 1 {
        lock.withLock {
          guard mayPut.load() else { return }
          value += 1
          cells.put(value)
          stored[isMended ? value : round + 1].store(value)
          mayPut.store(false)
          mayTake.store(true)
        }
      }
    }
    let consumer = thread("consume") {
      var taken = 0
      for round in 0..<size {
        try lock.withLock {
          guard mayTake.load() else { return }
          guard cells.take() == stored[isMended ? taken : round].load() else {
            throw Broken("another element than the one stored")
          }
          taken += 1
          mayTake.store(false)
          mayPut.store(true)
        }
      }
    }
    try together(producer, consumer)
  }
}

/// The queue of `queue`, without a lock.
private final class Cells: Sendable {
  private let cells: [Shared<Int>]
  private let head = Shared(0, name: "head")
  private let tail = Shared(0, name: "tail")
  private let amount = Shared(0, name: "amount")

  init(_ size: Int) { cells = (0..<size).map { Shared(0, name: "cell \($0)") } }

  func put(_ value: Int) {
    cells[tail.load()].store(value)
    amount.modify { $0 += 1 }
    tail.modify { $0 = $0 == cells.count ? 1 : $0 + 1 }
  }

  func take() -> Int {
    let value = cells[head.load()].load()
    amount.modify { $0 -= 1 }
    head.modify { $0 = $0 == cells.count ? 1 : $0 + 1 }
    return value
  }
}
