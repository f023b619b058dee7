/// Why a queue did not take or hand out an item.
public struct QueueError: Error, Sendable, Hashable, CustomStringConvertible {
  private let code: UInt8
  /// The reason in words.
  public let description: String

  private init(_ code: UInt8, _ description: String) {
    self.code = code
    self.description = description
  }

  /// The queue holds as many items as it may, and did so for as long as the caller wanted to wait.
  public static let full = QueueError(0, "the queue is full")
  /// The queue holds no item, and did not for as long as the caller wanted to wait.
  public static let empty = QueueError(1, "the queue is empty")
  /// The queue was shut down: it takes nothing more, and what it held has been handed out.
  public static let shutDown = QueueError(2, "the queue is shut down")
  /// A wait was asked to last less than no time.
  public static let negativeTimeout = QueueError(3, "a timeout cannot be negative")
  /// A wait that nobody could ever end was about to begin, with the live checks on (see
  /// `DeadlockPolicy`).
  public static let deadlock = QueueError(20, "waited for in a deadlock")
}
