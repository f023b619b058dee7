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
