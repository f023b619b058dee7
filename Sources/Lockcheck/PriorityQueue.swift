internal import LockcheckTrace

/// A ``Queue`` that hands out the smallest item; of several that are equal, the one that was put first.
///
/// Items are compared while nobody else can use the queue: `<` must not use it, either.
public final class PriorityQueue<Element: Comparable & Sendable>:
  Queue<Element>, @unchecked Sendable
{
  /// Makes an empty queue.
  ///
  /// - Parameters:
  ///   - capacity: How many items it holds at most; 0 and less is any number.
  ///   - name: What reports call it.
  public init(capacity: Int = 0, name: String? = nil) {
    super.init(Heap(), capacity: capacity, name: name)
  }
}

/// Items of which the smallest comes out first: a binary heap, in which no item is smaller than its
/// parent.
private struct Heap<Element: Comparable>: QueueStorage {
  private var elements: [Element] = []

  var order: QueueOrder { .priority }
  var count: Int { elements.count }

  /// - Complexity: O(log n).
  mutating func append(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard elements[child] < elements[parent] else { return }
      elements.swapAt(child, parent)
      child = parent
    }
  }

  /// - Complexity: O(log n).
  mutating func popNext() -> Element? {
    guard let last = elements.popLast() else { return nil }
    guard let first = elements.first else { return last }
    elements[0] = last
    var parent = 0
    while let child = smallerChild(of: parent), elements[child] < elements[parent] {
      elements.swapAt(child, parent)
      parent = child
    }
    return first
  }

  private func smallerChild(of parent: Int) -> Int? {
    let left = 2 * parent + 1
    let right = left + 1
    guard right < elements.count else { return left < elements.count ? left : nil }
    return elements[right] < elements[left] ? right : left
  }
}
