/// A number of permits that threads take and give back.
///
/// ```swift
/// let slots = Semaphore(value: 4, name: "slots")
/// slots.withPermit { download() }
/// ```
///
/// Permits have no owner: any thread may give one back. Threads that wait get theirs in order of
/// arrival. It has the methods of Dispatch's `DispatchSemaphore`, too, but may be destroyed while
/// permits are out. See ``BoundedSemaphore`` for one that counts what comes back.
public class Semaphore: @unchecked Sendable {
  private final let permits: PermitPool

  /// Makes a semaphore of `value` permits, which must not be negative.
  ///
  /// - Parameter name: What reports call it.
  public convenience init(value: Int = 1, name: String? = nil) {
    self.init(PermitPool("semaphore", value: value, isBounded: false, name: name))
  }

  init(_ permits: PermitPool) { self.permits = permits }

  /// What reports call it.
  public final var name: String? {
    get { permits.traced.label.get() }
    set { permits.traced.rename(newValue) }
  }

  /// Permits that nobody has. Out of date as soon as it is known.
  public final var value: Int { permits.value }

  /// How many threads wait. Out of date as soon as it is known.
  public final var waitingCount: Int { permits.waitingCount }

  /// Takes a permit, however long that takes.
  public final func acquire() { _ = permits.acquire(until: .never) }

  /// Takes a permit if there is one.
  ///
  /// - Returns: Whether the caller has got one.
  public final func acquireIfAvailable() -> Bool { permits.acquireIfAvailable() }

  /// Takes a permit, but waits no longer than `timeout`; nil is for ever.
  ///
  /// - Returns: Whether the caller has got one.
  /// - Throws: `negativeTimeout`; and under `DeadlockPolicy.throw`, `deadlock`.
  public final func acquire(timeout: Duration?) throws(MisuseError) -> Bool {
    try permits.acquire(timeout: timeout)
  }

  /// Gives `count` permits back; fewer than one is refused (`countTooSmall`).
  ///
  /// - Complexity: Linear in the number of threads woken.
  public final func release(_ count: Int = 1) { _ = permits.release(count) }

  /// Has a permit while `body` runs.
  @inlinable public final func withPermit<R: ~Copyable, E: Error>(
    _ body: () throws(E) -> R
  ) throws(E) -> R {
    acquire()
    defer { release() }
    return try body()
  }
}

extension Semaphore {
  /// Takes a permit, but waits no longer than `duration`, which is not negative.
  package func acquire(within duration: Duration) -> Bool {
    permits.acquire(until: Deadline(within: duration))
  }

  /// Takes a permit: `DispatchSemaphore`'s name for ``acquire()``.
  public final func wait() { acquire() }

  /// Gives a permit back: `DispatchSemaphore`'s name for ``release(_:)``.
  ///
  /// - Returns: Not 0 when a thread was woken.
  @discardableResult public final func signal() -> Int { permits.release(1) }
}
