internal import CLockcheckShims

/// A point in time by the monotonic clock, in its nanoseconds; or never. Under a scheduler, by that one's clock.
///
/// Absolute, so that a wait that is interrupted and begun again does not become longer.
struct Deadline: Sendable, Equatable {
  /// What the kernel is asked for; `Int64.max` is never.
  let nanoseconds: Int64
  /// Whether the method that waits is declared `throws`. A wait of such a method that never ends by
  /// itself can still fail: where it closes a deadlock, and the policy says to throw.
  private(set) var canThrow = false

  /// For ever.
  static let never = Deadline(nanoseconds: .max)
  /// For ever, in a method that is declared `throws`.
  static let neverOrThrow = Deadline(nanoseconds: .max, canThrow: true)

  /// Whether both are the same moment.
  static func == (lhs: Deadline, rhs: Deadline) -> Bool { lhs.nanoseconds == rhs.nanoseconds }

  private init(nanoseconds: Int64, canThrow: Bool = false) {
    self.nanoseconds = nanoseconds
    self.canThrow = canThrow
  }

  /// The end of a wait that begins now. Nil, and what no clock can reach, is ``never``.
  ///
  /// - Throws: `negativeTimeout`, whatever the policy: there is no wait to go on with.
  init(after timeout: Duration?) throws(MisuseError) {
    if let timeout, timeout < .zero {
      throw MisuseError(.negativeTimeout, "timeout of \(timeout)")
    }
    self = timeout.map { Deadline(within: $0) } ?? .never
    canThrow = true
  }

  /// The end of a wait that begins now and lasts `duration`, which is not negative.
  init(within duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    // Rounded up: a wait never ends early.
    let (length, overflow2) = whole.addingReportingOverflow(
      (attoseconds + 999_999_999) / 1_000_000_000)
    let (end, overflow3) = (Control.now ?? lc_monotonic_now()).addingReportingOverflow(length)
    nanoseconds = overflow || overflow2 || overflow3 ? .max : end
  }
}
