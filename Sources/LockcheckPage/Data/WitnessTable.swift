import LockcheckFindings
import LockcheckReport
import LockcheckTrace

/// A finding as it happens, step by step: a row for each event, a lane for each thread, and for each lock
/// that a thread holds meanwhile a bar.
///
/// For what is `predicted` the rows are the schedule that makes it happen; of a long one, the events left out
/// stand as one row. For the rest they are the finding's own steps, in the order of the trace.
struct WitnessTable {
  /// One line of the table.
  struct Row {
    /// A lane; -1 of a row that stands for events that are left out.
    var lane: Int
    var text: String
    var event: Int
    var through: Int
    /// The finding's step that it is, where it is one.
    var step: Int?
    /// Whether the thread is stuck here, or stands before it.
    var isEnd = false
  }

  /// A lock held from one row to another.
  struct Bar {
    var lane: Int
    var label: String
    var from: Int
    /// The row that ends it; nil where it is held at the end.
    var to: Int?
    var isShared: Bool
  }

  private(set) var lanes: [String] = []
  private(set) var rows: [Row] = []
  private(set) var bars: [Bar] = []
  private(set) var isSchedule = false
  private var laneNumbers: [ThreadID: Int] = [:]
  private var outcome = ""
  private let story: Story
  private let tables: TraceTables

  /// How many events are shown one by one at most.
  private static let limit = 400

  init(_ story: Story, in tables: TraceTables) {
    var story = story
    let finding = story.finding
    self.tables = tables
    isSchedule = !finding.witness.isEmpty
    if isSchedule { story.cast = story.cast.joined(bySchedule: finding) }
    self.story = story
    // In the order in which the threads came to be, whoever goes first in the schedule.
    let threads = finding.witness.map(\.thread) + ends.map(\.thread)
    for thread in Set(threads).sorted() { _ = lane(thread) }
    if isSchedule {
      outcome = story.outcome
      fillFromSchedule()
    } else {
      fillFromSteps()
    }
  }

  private mutating func lane(_ thread: ThreadID) -> Int {
    if let known = laneNumbers[thread] { return known }
    laneNumbers[thread] = lanes.count
    lanes.append(story.cast[thread])
    return lanes.count - 1
  }
}

// MARK: - Schedules

extension WitnessTable {
  private mutating func fillFromSchedule() {
    let finding = story.finding
    let isShown = shownPositions()
    if finding.witnessStart > 0 {
      rows.append(
        Row(lane: -1, text: "as in this run", event: 0, through: finding.witnessStart - 1))
    }
    var holds = OpenBars()
    var omitted = 0
    for (position, scheduled) in finding.witness.enumerated() {
      if isShown[position] {
        noteOmission(&omitted)
        rows.append(
          Row(
            lane: lane(scheduled.thread), text: text(of: scheduled), event: scheduled.index,
            through: scheduled.through))
      } else {
        omitted += 1
      }
      let row = omitted > 0 ? rows.count : rows.count - 1
      follow(scheduled, at: row, &holds)
    }
    noteOmission(&omitted)
    addEnd(&holds)
  }

  private mutating func noteOmission(_ omitted: inout Int) {
    if omitted > 0 {
      rows.append(Row(lane: -1, text: omitted.counted("event"), event: -1, through: -1))
    }
    omitted = 0
  }

  private func text(of scheduled: ScheduledEvent) -> String {
    let deed = "\(story.cast[scheduled.thread]) \(story.doing(scheduled))"
    return scheduled.through > scheduled.index
      ? "\(deed), and goes on for \((scheduled.through - scheduled.index).counted("event"))" : deed
  }

  /// All events of a short schedule; of a long one its end, and where what is held then was taken.
  private func shownPositions() -> [Bool] {
    let finding = story.finding
    let count = finding.witness.count
    guard count > Self.limit else { return Array(repeating: true, count: count) }
    var isShown = [Bool](repeating: false, count: count)
    for position in (count - Self.limit / 2)..<count { isShown[position] = true }
    var wanted = Set(
      ends.flatMap { end in end.holding.map { Holding(thread: end.thread, lock: $0.object) } })
    var seen: Set<ThreadID> = []
    for position in finding.witness.indices.reversed() {
      let scheduled = finding.witness[position]
      if scheduled.operation == .acquire, !scheduled.isPending,
        wanted.remove(Holding(thread: scheduled.thread, lock: scheduled.object)) != nil
      {
        isShown[position] = true
      }
      // How far each thread gets.
      if seen.insert(scheduled.thread).inserted { isShown[position] = true }
    }
    return isShown
  }

  private struct Holding: Hashable {
    var thread: ThreadID
    var lock: ObjectID
  }

  /// Bars whose end has not been seen.
  private struct OpenBars {
    var bars: [Holding: (bar: Bar, levels: Int)] = [:]
    var suspended: [ThreadID: ObjectID] = [:]
  }

  /// Where threads stand when the schedule is over.
  private var ends: [Step] {
    story.finding.waits.isEmpty ? story.finding.steps : story.finding.waits
  }

  private mutating func follow(_ scheduled: ScheduledEvent, at row: Int, _ open: inout OpenBars) {
    let key = Holding(thread: scheduled.thread, lock: scheduled.object)
    switch scheduled.operation {
    case .acquire where !scheduled.isPending && holdsLock(scheduled.object):
      take(key, scheduled.mode, at: row, &open)
    case .release where holdsLock(scheduled.object):
      give(key, at: row, &open)
    case .wait where scheduled.lock.isPresent && scheduled.isPending:
      let lock = Holding(thread: scheduled.thread, lock: scheduled.lock)
      if open.bars[lock] != nil { open.suspended[scheduled.thread] = scheduled.lock }
      give(lock, at: row, &open, allLevels: true)
    case .wait where !scheduled.isPending:
      guard let lock = open.suspended.removeValue(forKey: scheduled.thread) else { return }
      take(Holding(thread: scheduled.thread, lock: lock), .exclusive, at: row, &open)
    default: break
    }
  }

  private func holdsLock(_ object: ObjectID) -> Bool {
    let kind = story.kind(of: object)
    return kind.isLock || (kind == .semaphore && tables.objects[object].value == 1)
  }

  private mutating func take(
    _ key: Holding, _ mode: LockMode, at row: Int, _ open: inout OpenBars
  ) {
    if open.bars[key] != nil {
      open.bars[key]?.levels += 1
      return
    }
    let bar = Bar(
      lane: lane(key.thread), label: story.cast[key.lock], from: row, to: nil,
      isShared: mode == .shared)
    open.bars[key] = (bar, 1)
  }

  private mutating func give(
    _ key: Holding, at row: Int, _ open: inout OpenBars, allLevels: Bool = false
  ) {
    guard var (bar, levels) = open.bars[key] else { return }
    levels -= 1
    if levels > 0, !allLevels {
      open.bars[key] = (bar, levels)
      return
    }
    open.bars[key] = nil
    bar.to = row
    if row > bar.from { bars.append(bar) }
  }

  /// Rows for where threads stand at the end, and bars for what is still held.
  private mutating func addEnd(_ open: inout OpenBars) {
    for step in ends {
      let lane = lane(step.thread)
      let index = story.finding.steps.firstIndex {
        $0.thread == step.thread && $0.event == step.event
      }
      rows.append(
        Row(
          lane: lane,
          text: story.finding.rule.kind == .race ? story.doing(step) : story.waiting(step),
          event: step.event, through: step.event, step: index, isEnd: true))
      for held in step.holding {
        let key = Holding(thread: step.thread, lock: held.object)
        guard open.bars[key] == nil, story.finding.rule.kind != .race else { continue }
        // Taken where the schedule says no more than that the thread went on.
        let row = rows.lastIndex { $0.lane == lane && $0.through > $0.event } ?? 0
        open.bars[key] = (
          Bar(
            lane: lane, label: story.cast[held.object], from: row, to: nil,
            isShared: held.mode == .shared), 1
        )
      }
    }
    bars += open.bars.values.map(\.bar)
    sortBars()
  }

  private mutating func sortBars() {
    bars.sort {
      ($0.lane, $0.from, $0.to ?? .max, $0.label) < ($1.lane, $1.from, $1.to ?? .max, $1.label)
    }
  }
}

// MARK: - Steps

extension WitnessTable {
  private mutating func fillFromSteps() {
    let steps = story.finding.steps
    let order = steps.indices.sorted { (steps[$0].event, $0) < (steps[$1].event, $1) }
    for (row, index) in order.enumerated() {
      let step = steps[index]
      let lane = lane(step.thread)
      rows.append(
        Row(
          lane: lane, text: "\(story.cast[step.thread]) \(story.action(at: index))",
          event: step.event, through: step.event, step: index,
          isEnd: step.isPending && story.finding.verdict == .observed))
      for held in step.holding {
        let isStuck = step.isPending && story.finding.verdict == .observed
        bars.append(
          Bar(
            lane: lane, label: story.cast[held.object], from: isStuck ? 0 : row,
            to: isStuck ? nil : row + 1, isShared: held.mode == .shared))
      }
    }
    sortBars()
  }
}

extension WitnessTable {
  func write(to json: inout CompactJSON) {
    json.member("schedule", isSchedule)
    json.member("outcome", outcome)
    json.member("lanes", lanes)
    json.member("rows") { json in
      json.array(rows) { json, row in
        json.object { json in
          json.member("lane", row.lane)
          json.member("text", row.text)
          if row.event >= 0 { json.member("event", row.event) }
          if row.through > row.event { json.member("through", row.through) }
          if let step = row.step { json.member("step", step) }
          json.member("end", row.isEnd)
        }
      }
    }
    json.member("bars") { json in
      json.array(bars) { json, bar in
        json.object { json in
          json.member("lane", bar.lane)
          json.member("label", bar.label)
          json.member("from", bar.from)
          if let to = bar.to { json.member("to", to) }
          json.member("shared", bar.isShared)
        }
      }
    }
  }
}
