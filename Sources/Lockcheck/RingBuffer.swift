internal import LockcheckTrace

/// Items in order of arrival: a circle of slots that grows when it is full.
struct RingBuffer<Element>: QueueStorage {
  private var slots: [Element?] = []
  private var head = 0
  /// How many items there are.
  private(set) var count = 0
  var order: QueueOrder { .fifo }

  /// Adds an item behind all others.
  ///
  /// - Complexity: O(1) on average.
  mutating func append(_ element: Element) {
    if count == slots.count { grow() }
    slots[(head + count) % slots.count] = element
    count += 1
  }

  /// Takes out the item that came first.
  mutating func popNext() -> Element? {
    guard count > 0 else { return nil }
    let element = slots[head]
    slots[head] = nil
    head = (head + 1) % slots.count
    count -= 1
    return element
  }

  private mutating func grow() {
    var larger: [Element?] = []
    larger.reserveCapacity(max(4, slots.count * 2))
    for offset in 0..<count { larger.append(slots[(head + offset) % slots.count]) }
    larger.append(contentsOf: repeatElement(nil, count: max(4, count * 2) - count))
    slots = larger
    head = 0
  }
}
