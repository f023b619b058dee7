import LockcheckCodecs

/// Watches whether traces grow.
struct HangWatch {
  /// How long a trace may stay as it is.
  let limit: Duration

  private struct Seen {
    var committed: UInt64
    var since: ContinuousClock.Instant
    var isJudged = false
  }
  private var seen: [RunTraces.Recorded: Seen] = [:]

  init(limit: Duration) { self.limit = limit }

  /// How often to look.
  var interval: Duration { max(.milliseconds(10), min(limit / 4, .seconds(1))) }

  /// The processes that have recorded nothing for so long, each once in such a time.
  mutating func quiet(
    among traces: [RunTraces.Recorded], now: ContinuousClock.Instant = .now
  ) -> [RunTraces.Recorded] {
    var found: [RunTraces.Recorded] = []
    for trace in traces {
      guard let committed = try? LiveTrace.committed(trace.path) else { continue }
      var state = seen[trace] ?? Seen(committed: committed, since: now)
      if state.committed != committed {
        state = Seen(committed: committed, since: now)
      } else if !state.isJudged, now - state.since >= limit {
        state.isJudged = true
        found.append(trace)
      }
      seen[trace] = state
    }
    return found
  }
}
