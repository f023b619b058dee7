internal import CLockcheckShims
internal import Glibc

/// The one thread of the live checks' own: it looks for threads that are blocked for long, and answers
/// requests for a dump, which a signal handler may make.
extension LiveChecks {
  /// What the thread does, as long as the process lives.
  func watch() {
    let number = lc_thread_number()
    withState { _ = $0.ownThreads.insert(number) }
    while true {
      let seen = lc_live_request_count()
      let (wanted, limit) = withState { ($0.unansweredRequests(of: seen), $0.settings.watchdog) }
      if wanted > 0 {
        if Self.isOn { LiveText.write(dump()) }
        withState { $0.answered += wanted }
      }
      var deadline = Int64.max
      if let limit, Self.isOn {
        lookForStalls(longerThan: limit)
        deadline = Int64(lc_nanoseconds()) + max(1_000_000, Self.nanoseconds(limit) / 4)
      }
      lc_live_await_request(seen, deadline)
    }
  }

  /// Whether every request for a dump has been answered.
  var hasAnsweredAll: Bool { withState { $0.unansweredRequests(of: lc_live_request_count()) == 0 } }

  /// Who holds what and who waits for what, as text.
  func dump() -> String {
    let now = Int64(lc_nanoseconds())
    return withState { $0.dump(now: now) }
  }

  /// Reports every thread that has been blocked for that long, and has not been reported.
  func lookForStalls(longerThan limit: Duration) {
    let now = Int64(lc_nanoseconds())
    let (report, policy) = withState { state in
      (state.stallText(longerThan: limit, now: now), state.settings.onStall)
    }
    if let report { act(report, policy) }
  }

  static func nanoseconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? .max / 2 : whole + attoseconds / 1_000_000_000
  }
}

extension LiveState {
  /// How many of the requests ask for a dump, and have got none: those that came with new settings do
  /// not ask for one.
  func unansweredRequests(of requests: UInt32) -> UInt32 {
    requests > nudges + answered ? requests - nudges - answered : 0
  }

  /// The threads that have been blocked for that long at `now`, as text; nil where there are none that
  /// have not been reported.
  func stallText(longerThan limit: Duration, now: Int64) -> String? {
    let length = LiveChecks.nanoseconds(limit)
    let stalls = takeStalls(begunBefore: now - length)
    return stalls.isEmpty ? nil : text(ofStalls: stalls, longerThan: length, now: now)
  }
}
