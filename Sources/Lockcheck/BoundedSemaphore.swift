/// A ``Semaphore`` that never has more permits than it started with.
///
/// Giving back one too many, which in a plain semaphore quietly lets one thread more in for ever
/// after, is refused (`semaphoreOverrun`): then none is given back.
public final class BoundedSemaphore: Semaphore, @unchecked Sendable {
  /// Makes a semaphore of `value` permits, which must not be negative.
  ///
  /// - Parameter name: What reports call it.
  public init(value: Int = 1, name: String? = nil) {
    super.init(PermitPool("bounded semaphore", value: value, isBounded: true, name: name))
  }
}
