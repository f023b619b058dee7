import LockcheckControl

/// Where the columns stand, and what the lines in them look like.
struct TableColumns {
  private let threads: [TableThreads.Thread]
  private let names: [String]
  private let endings: [Int: String]
  private let placeWidth: Int
  private let widths: [Int]
  private let gap = 2

  init(of table: ScheduleTable, threads: TableThreads, rows: some Sequence<TableRow>) {
    self.threads = threads.shown
    names = threads.shown.map { $0.name(table.labels) }
    endings = Dictionary(
      table.stuck.map { ($0.choice.thread, $0.ending(table.labels)) },
      uniquingKeysWith: { first, _ in first })
    var needs: [Int: Int] = [:]
    for (thread, name) in zip(threads.shown, names) {
      needs[thread.number] = max(name.count, endings[thread.number]?.count ?? 0)
    }
    var placeWidth = 4
    for row in rows {
      needs[row.thread] = max(needs[row.thread] ?? 0, row.text.count)
      placeWidth = max(placeWidth, row.place.count)
    }
    self.placeWidth = placeWidth
    widths = Self.share(
      table.width - placeWidth - gap * threads.shown.count,
      among: threads.shown.map { needs[$0.number] ?? 0 })
  }

  /// Gives everyone what they need where that is below an even share, and the rest evenly to the others.
  static func share(_ total: Int, among needs: [Int]) -> [Int] {
    var widths = needs
    var rest = total
    let order = needs.indices.sorted { needs[$0] < needs[$1] }
    for (rank, index) in order.enumerated() {
      widths[index] = max(1, min(needs[index], rest / (needs.count - rank)))
      rest -= widths[index]
    }
    return widths
  }

  /// `step  T0 main    T1 worker`.
  var header: String {
    line(at: "step", cells: zip(names, widths).map { $0.prefix($1).description })
  }

  /// The lines of one row.
  func lines(of row: TableRow) -> [String] {
    guard let column = threads.firstIndex(where: { $0.number == row.thread }) else { return [] }
    return row.text.wrapped(to: widths[column]).enumerated().map { index, part in
      var cells = Array(repeating: "", count: threads.count)
      cells[column] = part
      return line(at: index == 0 ? row.place : "", cells: cells)
    }
  }

  /// `waits for lock(accounts), held by T1`, for each thread that does, side by side.
  var linesOfStuck: [String] {
    let cells = zip(threads, widths).map { thread, width in
      endings[thread.number]?.wrapped(to: width) ?? []
    }
    return (0..<(cells.map(\.count).max() ?? 0)).map { index in
      line(at: "", cells: cells.map { index < $0.count ? $0[index] : "" })
    }
  }

  private func line(at place: String, cells: [String]) -> String {
    var line = String(repeating: " ", count: max(0, placeWidth - place.count)) + place
    var end = placeWidth
    for (cell, width) in zip(cells, widths) {
      end += gap
      if !cell.isEmpty {
        line += String(repeating: " ", count: max(0, end - line.count)) + cell
      }
      end += width
    }
    return line
  }
}

extension ScheduleTable.Stuck {
  /// `waits for lock(accounts), held by T1`.
  func ending(_ labels: StepLabels) -> String {
    let names = holders.map { $0 == choice.thread ? "itself" : "T\($0)" }
    let who = names.isEmpty ? "" : ", held by \(names.joined(separator: " and "))"
    return "waits for \(labels.words(for: choice).deed)\(who)"
  }
}

extension String {
  /// Cut at blanks where there are any, into lines of at most `width` characters.
  func wrapped(to width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in split(separator: " ") {
      var word = word
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      while word.count > width {
        lines.append(String(word.prefix(width)))
        word = word.dropFirst(width)
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return line.isEmpty ? lines : lines + [line]
  }
}
