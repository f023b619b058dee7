import LockcheckFindings
import LockcheckTrace

extension Story {
  /// Where the time went.
  func timesMessage(_ times: TimeAccount) -> String {
    let what = cast.objects.first ?? "it"
    switch finding.reason {
    case .contended:
      return "Threads waited for \(what) \(Int(clamping: times.waits.count).counted("time")), "
        + "\(times.waits.total.asDuration) in all (the run took \(times.span.asDuration)) and "
        + "\(times.waits.longest.asDuration) at the longest."
    case .heldLong:
      let who = finding.steps.first.map { cast[$0.thread] } ?? "A thread"
      return "\(who) held \(what) for \(times.hold.asDuration)"
        + (times.isWaitedFor ? ", with another thread waiting for it" : "")
        + (times.holds.count < 2
          ? "."
          : "; it was taken here \(Int(clamping: times.holds.count).counted("time")), and held for "
            + "\(times.holds.total.asDuration) in all.")
    default:
      return "\(times.threads.grouped) threads queued for \(what) again and again: "
        + "\(times.turns.grouped) turns in a row, each taken by a thread that had waited and with "
        + "another one behind it. They waited \(times.waits.total.asDuration) in all; none held "
        + "\(what) for more than \(times.holds.longest.asDuration)."
    }
  }

  /// What to do about it.
  var timesAdvice: String {
    let what = cast.objects.first ?? "it"
    switch finding.reason {
    case .contended:
      return "Do less with \(what) held: compute before, and only store the result inside; or give "
        + "each part of what it guards a lock of its own."
    case .heldLong:
      return "Move what is slow (files, networks, sleep, long computations) out of the section: "
        + "copy what it needs, give \(what) back, then do it."
    default:
      return "Ask for \(what) less often: take it once for many items, or give each thread a "
        + "part of its own."
    }
  }

  /// What the thread of a step did, with how long it took.
  func timedAction(at index: Int, _ times: TimeAccount) -> String {
    let step = finding.steps[index]
    let what = cast[step.object]
    switch finding.reason {
    case .contended:
      guard index < times.sites.count else { return "waits for \(what)" }
      let site = times.sites[index]
      let waited = "waited \(site.longest.asDuration) for \(what)"
      return site.count < 2
        ? waited
        : waited + ", the longest of \(Int(clamping: site.count).grouped) waits here "
          + "(\(site.total.asDuration) in all),"
    case .queued: return "took \(what), after the queue"
    default: return "\(verb(step)) \(what)"
    }
  }
}

extension UInt64 {
  /// Nanoseconds, for a person: `1.2 ms`.
  package var asDuration: String {
    switch self {
    case ..<1_000: "\(self) ns"
    case ..<1_000_000: "\(self / 1_000).\(self / 100 % 10) µs"
    case ..<1_000_000_000: "\(self / 1_000_000).\(self / 100_000 % 10) ms"
    default: "\(self / 1_000_000_000).\(self / 100_000_000 % 10) s"
    }
  }
}
