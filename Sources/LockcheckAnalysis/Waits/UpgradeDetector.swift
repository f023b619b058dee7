public import LockcheckFindings
public import LockcheckTrace

/// Finds readers that write as well, or read twice with a writer in between: hangs that did not happen.
///
/// A thread that holds an rwlock to read and got it to write was the only reader just then; two that do
/// it wait for each other. A thread that takes it to read twice hangs if a writer asks in between and
/// the lock lets waiting writers go first; the writer must be able to: its acquire is not ordered with
/// the second read (``Run/mustOrder``), and no lock keeps the two apart.
///
/// Locks that let readers go first never hang like that, so nothing is said of them; where the trace
/// does not say which go first, the finding says that it matters.
public struct UpgradeDetector: Detector {
  /// Every operation that its state depends on.
  public let interests: OperationSet = [.acquire]
  /// The rules that it can find broken.
  public let rules: [Rule] = [.lockUpgrade]

  private struct Key: Hashable {
    var lock: ObjectID
    var thread: ThreadID
    var stack: StackID
    var held: HeldSetID
  }

  /// Acquires of one sort, between which their thread learned and told something.
  private struct Acquires {
    var notice: Notice
    var windows: [OrderWindow] = []
    var places: [Int] = []
    var count = 0
    var standing: HappensBefore.Standing?
  }

  /// How many windows are kept of one sort; of what comes after nothing is said.
  private static let limit = 16
  /// How many places are kept for the search for schedules.
  private static let placeLimit = 1_000

  private var upgrades = Table()
  private var rereads = Table()
  private var writes = Table()

  /// Sorts of acquires, in the order in which they were first seen.
  private struct Table {
    private(set) var rows: [(key: Key, acquires: Acquires)] = []
    private var places: [Key: Int] = [:]

    mutating func note(_ event: Event, at index: Int, in run: borrowing Run) {
      let key = Key(
        lock: event.object, thread: event.thread, stack: event.stack,
        held: run.held.set(of: event.thread))
      let place = places[key] ?? rows.count
      if place == rows.count {
        places[key] = place
        rows.append((key, Acquires(notice: Notice(event, at: index, in: run))))
      }
      rows[place].acquires.count += 1
      if run.keepsHistory, rows[place].acquires.places.count < UpgradeDetector.placeLimit {
        rows[place].acquires.places.append(index)
      }
      let standing = run.mustOrder.standing(of: event.thread)
      guard rows[place].acquires.standing != standing else { return }
      rows[place].acquires.standing = standing
      guard rows[place].acquires.windows.count < UpgradeDetector.limit else { return }
      let moment = Moment(index + 1)
      rows[place].acquires.windows.append(
        OrderWindow(
          thread: event.thread, known: run.mustOrder.clock(of: event.thread), first: moment,
          last: moment))
    }
  }

  /// Makes a detector that has seen nothing yet.
  public init() {}

  /// Takes note of one event.
  public mutating func observe(_ event: Event, at index: Int, in run: borrowing Run) {
    guard run.tables.objects.kind(of: event.object) == .rwlock, event.isEffective,
      event.attempt == .blocking
    else { return }
    let entry = run.pending.entry(of: event.thread)
    if entry?.event.object == event.object, entry?.event.attempt != .blocking { return }
    let mode = run.held.mode(of: event.object, by: event.thread)
    switch (event.mode, mode) {
    case (.exclusive, .shared): upgrades.note(event, at: index, in: run)
    case (.exclusive, nil):
      if canGoFirst(event.object, in: run) { writes.note(event, at: index, in: run) }
    case (.shared, .shared):
      if canGoFirst(event.object, in: run) { rereads.note(event, at: index, in: run) }
    default: break
    }
  }

  /// Whether a waiting writer may hold up readers, as far as the trace says.
  private func canGoFirst(_ lock: ObjectID, in run: borrowing Run) -> Bool {
    run.tables.objects[lock].preference != .reader
  }

  /// Says what it found, after the last event.
  public mutating func finish(in run: borrowing Run) -> Detections {
    var detections = Detections()
    judgeUpgrades(&detections, in: run)
    for reread in rereads.rows { judge(reread.key, reread.acquires, &detections, in: run) }
    return detections
  }

  private func judgeUpgrades(_ detections: inout Detections, in run: borrowing Run) {
    for lock in upgrades.rows.map(\.key.lock).uniqued() {
      let rows = upgrades.rows.filter { $0.key.lock == lock }
      let steps = rows.map { $0.acquires.notice.step(in: run) }
      let gate = run.held.locks(of: rows[0].key.held)
        .prefix { $0.object != lock }
        .first { gate in
          gate.mode == .exclusive
            && rows.allSatisfy { run.held.holds(gate.object, exclusively: true, in: $0.key.held) }
        }
      if let gate {
        detections.ruledOut.append(RuledOut(.lockUpgrade, .gateLock(gate.object), steps: steps))
        continue
      }
      if run.keepsHistory {
        detections.hangs.append(
          HangPattern(
            finding: detections.findings.count,
            waits: rows.flatMap(\.acquires.places).sorted()))
      }
      var finding = Finding(
        .lockUpgrade, .possible, .upgrade, steps: steps, assumes: run.assumptions)
      finding.occurrenceCount = rows.reduce(0) { $0 + $1.acquires.count }
      detections.findings.append(finding)
    }
  }

  private func judge(
    _ key: Key, _ reread: Acquires, _ detections: inout Detections, in run: borrowing Run
  ) {
    var ruledOut: RuledOut?
    for (other, write) in writes.rows where other.lock == key.lock && other.thread != key.thread {
      let steps = [reread.notice.step(in: run), write.notice.step(in: run)]
      if let gate = gate(key, other, in: run) {
        ruledOut = ruledOut ?? RuledOut(.lockUpgrade, .gateLock(gate), steps: steps)
      } else if isUnordered(reread, write) {
        if run.keepsHistory {
          detections.hangs.append(
            HangPattern(finding: detections.findings.count, waits: reread.places))
        }
        detections.findings.append(finding(key.lock, reread, steps, in: run))
        return
      } else {
        let places = steps.map(\.event).sorted()
        ruledOut =
          ruledOut
          ?? RuledOut(.lockUpgrade, .ordered(earlier: places[0], later: places[1]), steps: steps)
      }
    }
    if let ruledOut { detections.ruledOut.append(ruledOut) }
  }

  private func finding(
    _ lock: ObjectID, _ reread: Acquires, _ steps: [Step], in run: borrowing Run
  ) -> Finding {
    var assumes = run.assumptions
    if run.tables.objects[lock].preference != .writer { assumes.append(.writerPreference) }
    var finding = Finding(.lockUpgrade, .possible, .recursiveRead, steps: steps, assumes: assumes)
    finding.occurrenceCount = reread.count
    return finding
  }

  private func isUnordered(_ reread: Acquires, _ write: Acquires) -> Bool {
    reread.windows.contains { read in
      write.windows.contains { !$0.isBefore(read) && !read.isBefore($0) }
    }
  }

  /// A lock that keeps the writer out for as long as the thread reads: it was taken before, and is held
  /// at the write too.
  private func gate(_ read: Key, _ write: Key, in run: borrowing Run) -> ObjectID? {
    run.held.locks(of: read.held).prefix { $0.object != read.lock }
      .first { run.held.holds($0.object, exclusively: $0.mode == .shared, in: write.held) }?.object
  }
}
