import Lockcheck

extension ExplorationProgram {
  /// SCTBench's `CS/sync01`: who wakes the producer has not made room.
  static let sync01 = ExplorationProgram(
    "sync01", origin: "SCTBench CS/sync01_bad", bug: "the consumer takes nothing away", .deadlock
  ) { isMended in
    let slot = Slot(holding: 1)
    try together(
      thread("produce") { slot.put() }, thread("consume") { slot.take(isMended ? 1 : 0) })
  }

  /// SCTBench's `CS/sync02`: it begins with two items that nobody has put, so that the producer has one
  /// to put for which there is no consumer left.
  static let sync02 = ExplorationProgram(
    "sync02", origin: "SCTBench CS/sync02_bad", bug: "there are more items than are taken",
    .deadlock
  ) { isMended in
    let slot = Slot(holding: isMended ? 0 : 2)
    try together(
      thread("produce") { for _ in 0..<2 { slot.put() } },
      thread("consume") { for _ in 0..<2 { slot.take() } })
  }

  /// SCTBench's `CS/arithmetic_prog`: the total is checked against what it cannot be, in every schedule.
  static let arithmetic = ExplorationProgram(
    "arithmetic_prog", origin: "SCTBench CS/arithmetic_prog_bad", bug: "the total is right", .check
  ) { isMended in
    let slot = Slot(holding: 0)
    let count = 3
    let total = Shared(0, name: "total")
    let consumer = thread("consume") {
      for number in 0..<count { slot.take { total.modify { $0 += number } } }
      total.modify { $0 += count }
    }
    try together(thread("produce") { for _ in 0..<count { slot.put() } }, consumer)
    let isSum = total.load() == count * (count + 1) / 2
    guard isSum == isMended else { throw Broken("the total is \(isSum ? "" : "not ")the sum") }
  }
}

/// Room for one item, with a condition for each side.
private final class Slot: Sendable {
  private let lock = Lock(name: "slot")
  private let isEmpty: Condition
  private let isFull: Condition
  private let number: Shared<Int>

  init(holding count: Int) {
    isEmpty = Condition(lock: lock, name: "empty")
    isFull = Condition(lock: lock, name: "full")
    number = Shared(count, name: "number")
  }

  func put() {
    lock.withLock {
      while number.load() > 0 { isEmpty.wait() }
      number.modify { $0 += 1 }
      isFull.notify()
    }
  }

  func take(_ count: Int = 1, then: () -> Void = {}) {
    lock.withLock {
      while number.load() == 0 { isFull.wait() }
      then()
      if count > 0 { number.modify { $0 -= count } }
      isEmpty.notify()
    }
  }
}
