public import Dispatch
internal import Foundation
public import Lockcheck

extension Lockcheck.Semaphore {
  /// Takes a permit if one is to be had before `timeout`; one that has passed is a try.
  ///
  /// - Returns: `success` when the caller has got one.
  public func wait(timeout: DispatchTime) -> DispatchTimeoutResult {
    if timeout == .distantFuture {
      acquire()
      return .success
    }
    let now = DispatchTime.now().uptimeNanoseconds
    let end = timeout.uptimeNanoseconds
    return wait(nanoseconds: end > now ? end - now : 0)
  }

  /// Takes a permit if one is to be had before `wallTimeout` by the calendar's clock; one that has
  /// passed is a try.
  ///
  /// - Returns: `success` when the caller has got one.
  public func wait(wallTimeout: DispatchWallTime) -> DispatchTimeoutResult {
    if wallTimeout == .distantFuture {
      acquire()
      return .success
    }
    // Dispatch keeps a point in calendar time as its nanoseconds since 1970, negated.
    let end = Int64(bitPattern: wallTimeout.rawValue).magnitude
    let now = UInt64(max(0, Date().timeIntervalSince1970) * 1e9)
    return wait(nanoseconds: end > now ? end - now : 0)
  }

  private func wait(nanoseconds: UInt64) -> DispatchTimeoutResult {
    acquire(within: .nanoseconds(Int64(clamping: nanoseconds))) ? .success : .timedOut
  }
}
