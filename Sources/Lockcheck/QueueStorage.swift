internal import LockcheckTrace

/// What a queue keeps its items in; it decides which one comes out next.
protocol QueueStorage<Element> {
  associatedtype Element

  /// Which item comes out next, in the trace's words.
  var order: QueueOrder { get }
  /// How many items there are.
  var count: Int { get }
  /// Adds an item.
  mutating func append(_ element: Element)
  /// Takes out the item whose turn it is; nil where there is none.
  mutating func popNext() -> Element?
}

extension QueueStorage {
  /// Whether there is none.
  var isEmpty: Bool { count == 0 }
}

/// An item, and the number that pairs its put with its get in the trace.
struct QueueItem<Element> {
  let element: Element
  let number: UInt64
}

extension QueueItem: Equatable where Element: Comparable {
  static func == (a: Self, b: Self) -> Bool { a.number == b.number }
}

extension QueueItem: Comparable where Element: Comparable {
  /// By value; of equal items, the one that was put first.
  static func < (a: Self, b: Self) -> Bool {
    if a.element < b.element { return true }
    return a.number < b.number && !(b.element < a.element)
  }
}
