public import Foundation
public import Lockcheck

extension Lock: NSLocking {
  /// Takes the lock if that can be done before `limit`.
  ///
  /// A limit that has passed is a try. The wait itself is by the monotonic clock: it does not become
  /// longer or shorter when somebody sets the time.
  ///
  /// - Returns: Whether the caller holds it now.
  public func lock(before limit: Date) -> Bool { lock(within: Duration(until: limit)) }
}

extension RLock: NSLocking {
  /// Takes the lock if that can be done before `limit`; see ``Lockcheck/Lock/lock(before:)``.
  ///
  /// - Returns: Whether the caller has taken it.
  public func lock(before limit: Date) -> Bool { lock(within: Duration(until: limit)) }
}

extension Condition: NSLocking {
  /// Waits until it is notified, but not past `limit`. The caller holds the lock.
  ///
  /// - Returns: False when it was not notified in time.
  public func wait(until limit: Date) -> Bool { wait(within: Duration(until: limit)) }
}

extension Duration {
  /// From now to `date`; zero when that has passed, and a century when it is further away.
  init(until date: Date) {
    let century = 100.0 * 366 * 24 * 3600
    self = .seconds(min(max(date.timeIntervalSinceNow, 0), century))
  }
}
