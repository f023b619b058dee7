/// A ``Semaphore`` that never has more permits than it started with.
///
/// Giving back one too many, which in a plain semaphore quietly lets one thread more in for ever
/// after, is refused (`semaphoreOverrun`).
public final class BoundedSemaphore: Sendable {
  private let permits: PermitPool

  /// Makes a semaphore of `value` permits, which must not be negative.
  ///
  /// - Parameter name: What reports call it.
  public init(value: Int, name: String? = nil) {
    permits = PermitPool("bounded semaphore", value: value, isBounded: true, name: name)
  }

  /// What reports call it.
  public var name: String? {
    get { permits.traced.label.get() }
    set { permits.traced.rename(newValue) }
  }

  /// Permits that nobody has. Out of date as soon as it is known.
  public var value: Int { permits.value }

  /// How many threads wait. Out of date as soon as it is known.
  public var waitingCount: Int { permits.waitingCount }

  /// Takes a permit, however long that takes.
  public func acquire() { _ = permits.acquire(until: .never) }

  /// Takes a permit if there is one.
  ///
  /// - Returns: Whether the caller has got one.
  public func acquireIfAvailable() -> Bool { permits.acquireIfAvailable() }

  /// Takes a permit, but waits no longer than `timeout`; nil is for ever.
  ///
  /// - Returns: Whether the caller has got one.
  /// - Throws: `negativeTimeout`; and under `DeadlockPolicy.throw`, `deadlock`.
  public func acquire(timeout: Duration?) throws(MisuseError) -> Bool {
    try permits.acquire(timeout: timeout)
  }

  /// Gives `count` permits back; fewer than one is refused (`countTooSmall`), and so are more than
  /// are out (`semaphoreOverrun`): then none is given back.
  ///
  /// - Complexity: Linear in the number of threads woken.
  public func release(_ count: Int = 1) { _ = permits.release(count) }

  /// Has a permit while `body` runs.
  @inlinable public func withPermit<R: ~Copyable, E: Error>(
    _ body: () throws(E) -> R
  ) throws(E) -> R {
    acquire()
    defer { release() }
    return try body()
  }
}
