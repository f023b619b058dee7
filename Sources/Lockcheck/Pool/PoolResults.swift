/// The outputs of tasks, one after the other, each waited for when it is asked for.
///
/// ```swift
/// for result in try pool.imap(files, read) { print(try result.get()) }
/// ```
public struct PoolResults<Output: Sendable>: Sequence, IteratorProtocol, Sendable {
  private let futures: [Future<Output>]
  private var place = 0

  init(_ futures: [Future<Output>]) { self.futures = futures }

  /// How many have not been handed out.
  public var underestimatedCount: Int { futures.count - place }

  /// Waits for the next one; nil when there are no more. An error that its task threw does not end the
  /// sequence.
  public mutating func next() -> Result<Output, any Error>? {
    guard place < futures.count else { return nil }
    let future = futures[place]
    place += 1
    return Result { try future.result() }
  }

  /// Waits for the next one, but no longer than `timeout`; nil is for ever.
  ///
  /// - Returns: Nil when there are no more.
  /// - Throws: `timeout`, and the next one is still to come; `negativeTimeout`.
  public mutating func next(
    timeout: Duration?
  ) throws(FutureError) -> Result<Output, any Error>? {
    guard place < futures.count else { return nil }
    guard try futures[place].wait(timeout: timeout) else { throw .timeout }
    return next()
  }
}
