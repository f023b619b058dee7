public import LockcheckFindings
public import LockcheckTrace

/// Tells where the time goes: locks that threads wait for (`contention`), holds that take long
/// (`long-hold`), and queues that outlive their cause (`convoy`).
///
/// One pass (``LockTimes``), on the times that the trace gives; `Docs/detectors/contention.md` has the
/// thresholds. What is found happened, and is nothing that goes wrong: it is only looked for where it is
/// asked for.
///
/// Misses waits that the recorder did not see as such, and whatever came of a wait elsewhere: two locks may
/// both be waited for because of a third one.
public struct ContentionDetector: Detector {
  /// All of them: the first and the last say how long the run was.
  public let interests = OperationSet.all
  /// The rules that it can find broken.
  public let rules: [Rule] = [.contention, .longHold, .convoy]

  /// Waits for a lock are told of if they add up to this, and to a tenth of the run.
  static let leastWait: UInt64 = 1_000_000
  static let leastShare: UInt64 = 10
  /// How many places are shown of one finding.
  private static let shown = 3

  private var times = LockTimes()
  private var hasSections = false

  /// Makes a detector that has seen nothing yet.
  public init() {}

  /// Takes note of one event.
  public mutating func observe(_ event: Event, at index: Int, in run: borrowing Run) {
    if event.operation == .acquire { hasSections = true }
    times.observe(event, at: index, in: run.tables)
  }

  /// Says what it found, after the last event.
  public mutating func finish(in run: borrowing Run) -> Detections {
    var detections = Detections(findings: contended + heldLong + queued)
    if hasSections, times.span == nil {
      detections.warnings.append(
        AnalysisWarning(.noTimes, at: run.eventCount, thread: .absent))
    }
    return detections
  }

  private var span: UInt64 { times.span.map { $0.upperBound - $0.lowerBound } ?? 0 }

  /// Locks that threads waited for, each with the places where they did so longest.
  private var contended: [Finding] {
    let least = max(Self.leastWait, span / Self.leastShare)
    var sites: [ObjectID: [LockTimes.Site]] = [:]
    for site in times.sites where site.waits.count > 0 {
      sites[site.lock, default: []].append(site)
    }
    return times.locks.indices.compactMap { place in
      let lock = times.locks[place]
      guard lock.waits.count > 1, lock.waits.total >= least else { return nil }
      let worst = (sites[times.lockIDs[place]] ?? []).sorted {
        ($0.waits.total, $1.longestWait?.index ?? 0) > ($1.waits.total, $0.longestWait?.index ?? 0)
      }.prefix(Self.shown)
      var account = TimeAccount()
      account.waits = lock.waits
      account.sites = worst.map(\.waits)
      account.span = span
      let steps = worst.compactMap(\.longestWait).map { Step($0.event, at: $0.index) }
      return finding(
        .contention, .contended(account), steps, on: times.lockIDs[place],
        count: Int(clamping: lock.waits.count))
    }
  }

  /// The longest hold of each place, where it is long.
  private var heldLong: [Finding] {
    times.sites.compactMap { site in
      guard site.longHolds > 0 else { return nil }
      let isWaitedFor = site.waitedHolds.longest >= LongHold.waitedFor
      guard let hold = isWaitedFor ? site.longestWaitedHold : site.longestHold else { return nil }
      var account = TimeAccount()
      account.holds = site.holds
      account.hold = isWaitedFor ? site.waitedHolds.longest : site.holds.longest
      account.isWaitedFor = isWaitedFor
      account.span = span
      let steps = [hold.begin, hold.end].map { Step($0.event, at: $0.index) }
      return finding(
        .longHold, .heldLong(account), steps, on: site.lock, count: Int(clamping: site.longHolds))
    }
  }

  /// The longest convoy of each lock.
  private var queued: [Finding] {
    times.locks.indices.compactMap { place in
      var queue = times.locks[place].queue
      queue.end()
      guard let stretch = queue.longest else { return nil }
      var account = TimeAccount()
      account.waits = stretch.waits
      account.holds = stretch.holds
      account.turns = stretch.count
      account.threads = stretch.turns.count
      account.span = span
      let steps = stretch.first.map { Step($0.event, at: $0.index) }
      return finding(
        .convoy, .queued(account), steps, on: times.lockIDs[place], count: queue.convoys)
    }
  }

  private func finding(
    _ rule: Rule, _ reason: Reason, _ steps: [Step], on lock: ObjectID, count: Int
  ) -> Finding {
    var finding = Finding(rule, .observed, reason, steps: steps, objects: [lock])
    finding.occurrenceCount = count
    return finding
  }
}
