import Lockcheck

/// Holds boxes; its lock guards how many.
public final class Shelf: Sendable {
  let number: Int
  let lock: Lock
  let boxes: Shared<Int>

  /// Puts up a shelf.
  public init(_ name: String, number: Int, boxes: Int) {
    self.number = number
    lock = Lock(name: name)
    self.boxes = Shared(boxes, name: "boxes on \(name)")
  }

  /// How many boxes there are.
  public var count: Int { lock.withLock { boxes.load() } }
}

/// Moves boxes with both shelves locked, so that nobody counts a box twice or not at all.
public func move(_ count: Int, from source: Shelf, to target: Shelf) {
  source.lock.withLock {
    target.lock.withLock {
      source.boxes.modify { $0 -= count }
      target.boxes.modify { $0 += count }
    }
  }
}
