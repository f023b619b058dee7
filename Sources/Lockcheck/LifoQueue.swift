internal import LockcheckTrace

/// A ``Queue`` that hands out the item that was put last.
public final class LifoQueue<Element: Sendable>: Queue<Element>, @unchecked Sendable {
  /// Makes an empty queue.
  ///
  /// - Parameters:
  ///   - capacity: How many items it holds at most; 0 and less is any number.
  ///   - name: What reports call it.
  public init(capacity: Int = 0, name: String? = nil) {
    super.init(Stack(), capacity: capacity, name: name)
  }
}

/// Items of which the last comes out first.
private struct Stack<Element>: QueueStorage {
  private var elements: [Element] = []

  var order: QueueOrder { .lifo }
  var count: Int { elements.count }
  mutating func append(_ element: Element) { elements.append(element) }
  mutating func popNext() -> Element? { elements.popLast() }
}
