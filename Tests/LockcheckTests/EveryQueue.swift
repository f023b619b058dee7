import Lockcheck

/// The kinds of queues, and the order in which each hands out what was put in.
enum QueueKind: String, CaseIterable, Sendable {
  case fifo, lifo, priority

  func make<Element: Comparable & Sendable>(
    of type: Element.Type = Int.self, capacity: Int = 0, name: String? = nil
  ) -> Queue<Element> {
    switch self {
    case .fifo: Queue(capacity: capacity, name: name)
    case .lifo: LifoQueue(capacity: capacity, name: name)
    case .priority: PriorityQueue(capacity: capacity, name: name)
    }
  }

  /// The item that comes out next, taken out of `items`, which are in the order of their puts.
  func next(of items: inout [Int]) -> Int {
    switch self {
    case .fifo: items.removeFirst()
    case .lifo: items.removeLast()
    case .priority: items.remove(at: items.firstIndex(of: items.min()!)!)
    }
  }
}

extension Queue {
  /// Takes out all that is there.
  func drained() -> [Element] {
    var items: [Element] = []
    while let item = try? tryGet() { items.append(item) }
    return items
  }
}
