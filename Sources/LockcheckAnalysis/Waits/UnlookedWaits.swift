import LockcheckFindings
import LockcheckTrace

/// Waits on conditions that were ended by a notify which need not have come after they began.
///
/// Of each place in the code the last one is kept: only where no notify follows does the other order
/// hang.
struct UnlookedWaits: Sendable {
  private struct Entry {
    var wait: Notice
    var notify: Notice
    var reads: [ObjectID]
    var places: [Int]
    var count: Int
  }

  private static let placeLimit = 10_000
  private static let instanceLimit = 1_000

  private var entries: [RecheckLedger.Key: Entry] = [:]
  private var order: [RecheckLedger.Key] = []

  mutating func note(_ wait: Notice, notify: Notice, reads: [ObjectID], keepsPlaces: Bool) {
    let key = RecheckLedger.Key(condition: wait.event.object, stack: wait.event.stack)
    var entry = entries.removeValue(forKey: key)
    if entry == nil {
      guard order.count < Self.placeLimit else { return }
      order.append(key)
      entry = Entry(wait: wait, notify: notify, reads: reads, places: [], count: 0)
    }
    entry?.wait = wait
    entry?.notify = notify
    entry?.reads = reads
    entry?.count += 1
    if keepsPlaces, entry?.places.count ?? 0 < Self.instanceLimit {
      entry?.places.append(wait.index)
    }
    entries[key] = entry
  }

  /// Those whose threads had not looked at anything that those who notify write.
  func detections(
    _ records: [ObjectID: ConditionRecord], in run: borrowing Run
  ) -> Detections {
    var detections = Detections()
    for key in order {
      guard let entry = entries[key], let record = records[key.condition],
        record.lastNotify < entry.wait.index, !record.isCrowded
      else { continue }
      let thread = entry.wait.event.thread
      guard record.isWritten(byOthersThan: thread),
        !entry.reads.contains(where: { record.isWritten($0, byOthersThan: thread) })
      else { continue }
      if run.keepsHistory {
        detections.hangs.append(
          HangPattern(finding: detections.findings.count, waits: entry.places))
      }
      detections.findings.append(
        Finding(
          .lostWakeup, .possible, .mayBeTooEarly,
          steps: [entry.wait.step(in: run), entry.notify.step(in: run)],
          assumes: run.assumptions))
    }
    return detections
  }
}
