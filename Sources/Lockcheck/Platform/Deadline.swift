internal import CLockcheckShims

/// A point in time by the monotonic clock, in its nanoseconds; or never.
///
/// Absolute, so that a wait that is interrupted and begun again does not become longer.
struct Deadline: Sendable, Equatable {
  /// What the kernel is asked for; `Int64.max` is never.
  let nanoseconds: Int64

  /// For ever.
  static let never = Deadline(nanoseconds: .max)

  private init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// The end of a wait that begins now. Nil, and what no clock can reach, is ``never``.
  ///
  /// - Throws: `negativeTimeout`, whatever the policy: there is no wait to go on with.
  init(after timeout: Duration?) throws(MisuseError) {
    guard let timeout else {
      self = .never
      return
    }
    guard timeout >= .zero else { throw MisuseError(.negativeTimeout, "timeout of \(timeout)") }
    self.init(within: timeout)
  }

  /// The end of a wait that begins now and lasts `duration`, which is not negative.
  init(within duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    // Rounded up: a wait never ends early.
    let (length, overflow2) = whole.addingReportingOverflow(
      (attoseconds + 999_999_999) / 1_000_000_000)
    let (end, overflow3) = lc_monotonic_now().addingReportingOverflow(length)
    nanoseconds = overflow || overflow2 || overflow3 ? .max : end
  }
}
