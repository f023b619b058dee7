import LockcheckControl
import LockcheckTrace

/// A schedule as a table for a person: one column a thread, time downwards.
///
/// Consecutive steps of one thread stand in one cell, and equal ones are counted. Where that is too long, steps
/// that no other thread can notice are left out, then steps from the middle; the table says how many.
struct ScheduleTable: Sendable {
  /// A thread that cannot go on at the end.
  struct Stuck: Sendable {
    /// What it waits to do.
    var choice: Choice
    /// Who holds what it waits for, by number; empty where that is nobody.
    var holders: [Int] = []
  }

  var schedule: Schedule
  /// The threads that cannot go on at the end of it.
  var stuck: [Stuck] = []
  var labels: StepLabels
  /// The longest line there may be, in characters; at least 40.
  var width = 100
  /// How many lines there may be, notes and all; at least 12.
  var height = 40

  /// The table: lines without blanks at their ends, each ended.
  ///
  /// - Complexity: O(steps log steps).
  var text: String {
    let threads = TableThreads(of: self)
    let all = TableItem.items(of: self, threads: threads) { _ in true }
    let whole = page(all, threads, isWhole: true)
    if whole.count <= height { return whole.joinedLines }
    let shared = SharedObjects(of: self)
    let items = TableItem.items(of: self, threads: threads) { shared.matters($0.choice.step) }
    let dropped = all.reduce(0) { $0 + $1.count } - items.reduce(0) { $0 + $1.count }
    var fitting = 0...items.count
    while fitting.lowerBound < fitting.upperBound {
      let count = fitting.upperBound - (fitting.upperBound - fitting.lowerBound) / 2
      let isShort = page(items, threads, keeping: count, dropped: dropped).count <= height
      fitting = isShort ? count...fitting.upperBound : fitting.lowerBound...count - 1
    }
    return page(items, threads, keeping: fitting.lowerBound, dropped: dropped).joinedLines
  }

  /// The lines of a table that shows so many of these items, a third of them from the beginning.
  private func page(
    _ items: [TableItem], _ threads: TableThreads, keeping count: Int? = nil, dropped: Int = 0,
    isWhole: Bool = false
  ) -> [String] {
    let count = count ?? items.count
    let isCut = count < items.count
    let head = isCut ? items.prefix(count / 3) : items[...]
    let tail = isCut ? items.suffix(count - count / 3) : items[items.endIndex...]
    let omitted = items[head.endIndex..<items.count - tail.count].reduce(0) { $0 + $1.count }
    let rows = [head, tail].map { TableRow.rows(of: $0) }
    let columns = TableColumns(of: self, threads: threads, rows: rows.joined())
    var lines = [columns.header]
    lines += rows[0].flatMap(columns.lines)
    if omitted > 0 { lines.append("… \(omitted.counted("step")) left out …") }
    lines += rows[1].flatMap(columns.lines)
    lines += columns.linesOfStuck
    lines += notes(dropped: dropped, threads)
    return lines
  }

  private func notes(dropped: Int, _ threads: TableThreads) -> [String] {
    var notes: [String] = []
    if dropped > 0 {
      notes.append("Left out: \(dropped.counted("step")) that no other thread can notice.")
    }
    if !threads.hidden.isEmpty {
      let names = threads.hidden.prefix(5).map { thread in
        let ending = stuck.first { $0.choice.thread == thread.number }.map {
          ", \($0.ending(labels))"
        }
        return "\(thread.name(labels)) (\(thread.stepCount.counted("step"))\(ending ?? ""))"
      }
      let more = threads.hidden.count - names.count
      let others = more > 0 ? ", and \(more.counted("other thread"))" : ""
      notes.append("Not shown: \(names.joined(separator: ", "))\(others).")
    }
    return notes.flatMap { $0.wrapped(to: width) }
  }
}

/// Steps of one thread, one after the other, that read the same.
struct TableItem {
  var first: Int
  var last: Int
  var thread: Int
  var words: String
  var count = 1

  var text: String { count == 1 ? words : "\(words) ×\(count)" }

  /// The steps that are to be shown, in order.
  static func items(
    of table: ScheduleTable, threads: TableThreads, where isShown: (Schedule.Taken) -> Bool
  ) -> [TableItem] {
    var items: [TableItem] = []
    for (index, taken) in table.schedule.steps.enumerated() {
      guard threads.isShown(taken.choice.thread), isShown(taken) else { continue }
      let words = table.labels.words(for: taken.choice)
      if let last = items.last, last.thread == words.thread, last.words == words.deed {
        items[items.count - 1].last = index
        items[items.count - 1].count += 1
      } else {
        items.append(
          TableItem(first: index, last: index, thread: words.thread, words: words.deed))
      }
    }
    return items
  }
}

/// What one thread does until another goes on.
struct TableRow {
  var first: Int
  var last: Int
  var thread: Int
  var text: String

  var place: String { first == last ? "\(first)" : "\(first)–\(last)" }

  static func rows(of items: ArraySlice<TableItem>) -> [TableRow] {
    var rows: [TableRow] = []
    for item in items {
      if rows.last?.thread == item.thread {
        rows[rows.count - 1].last = item.last
        rows[rows.count - 1].text += ", " + item.text
      } else {
        rows.append(
          TableRow(first: item.first, last: item.last, thread: item.thread, text: item.text))
      }
    }
    return rows
  }
}

extension [String] {
  fileprivate var joinedLines: String { map { $0 + "\n" }.joined() }
}

extension Int {
  /// `1 step`, `2 steps`.
  func counted(_ one: String) -> String { "\(self) \(one)\(self == 1 ? "" : "s")" }
}
