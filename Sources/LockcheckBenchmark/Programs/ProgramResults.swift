/// What every way of running a program came to, in every round.
struct ProgramResults {
  private struct Key: Hashable {
    let row: ProgramRow
    let way: ProgramWay
  }

  /// One run, and the plain one of the same round.
  private struct Turn {
    let reading: Meter.Reading
    let plain: Meter.Reading

    var ratio: Double { reading.processor / max(plain.processor, 1) }
    var wallRatio: Double { reading.wall / max(plain.wall, 1) }
    var more: Double { reading.processor - plain.processor }
  }

  private var turns: [Key: [Turn]] = [:]
  private var failed: Set<Key> = []

  /// Adds one run; nil where it failed.
  mutating func take(
    _ reading: Meter.Reading?, _ row: ProgramRow, _ way: ProgramWay, plain: Meter.Reading?
  ) {
    let key = Key(row: row, way: way)
    if let reading, let plain {
      turns[key, default: []].append(Turn(reading: reading, plain: plain))
    } else {
      failed.insert(key)
    }
  }

  /// A row for each program and way.
  func table(_ rows: [ProgramRow]) -> String {
    var table = TextTable([
      "program", "how", "time", "× plain", "× plain by the clock", "ns more", "peak MB", "trace KB",
    ])
    for row in rows {
      for way in ProgramWay.allCases {
        let key = Key(row: row, way: way)
        if failed.contains(key) {
          table.append([row.description, way.rawValue, "failed, or not in time"] + blank(5))
        } else if let turns = turns[key] {
          table.append([row.description, way.rawValue] + cells(turns, row, way))
        }
      }
    }
    return table.text
  }

  private func blank(_ count: Int) -> [String] { [String](repeating: "", count: count) }

  private func cells(_ turns: [Turn], _ row: ProgramRow, _ way: ProgramWay) -> [String] {
    let isReal = row.sort == .real
    let times = Spread(turns.map { $0.reading.processor / (isReal ? 1e6 : 1) })
    let share = isReal && way.share(of: row) > 1 ? ", 1/\(way.share(of: row)) of the work" : ""
    let time = "\(times.text(digits: isReal ? 0 : 1)) \(isReal ? "ms" : "ns")\(share)"
    let memory = Spread(turns.map { Double($0.reading.memory) / 1024 }).median.text(digits: 1)
    let trace = Spread(turns.map { Double($0.reading.trace) / 1000 }).median
    guard way != .plain else { return [time, "", "", "", memory, ""] }
    return [
      time, Spread(turns.map(\.ratio)).text(digits: 2),
      Spread(turns.map(\.wallRatio)).text(digits: 2),
      isReal ? "" : Spread(turns.map(\.more)).text(digits: 0), memory,
      trace > 0 ? trace.text(digits: 0) : "",
    ]
  }

  /// How the aims are met.
  func verdicts(_ rows: [ProgramRow]) -> String {
    rows.flatMap { row in
      let own =
        if row == .pair { pairVerdict } else if row.sort == .real { realVerdict(row) } else {
          String?.none
        }
      return [own] + accessVerdicts(row)
    }.compactMap { $0 }.joined(separator: "\n")
  }

  private var pairVerdict: String? {
    turns[Key(row: .pair, way: .recorded)].map { turns in
      Self.verdict(
        "a lock pair recorded, ns more than plain", Spread(turns.map(\.more)), digits: 0, below: 80)
    }
  }

  private func realVerdict(_ row: ProgramRow) -> String? {
    turns[Key(row: row, way: .recorded)].map { turns in
      Self.verdict(
        "\(row.description) recorded, × plain", Spread(turns.map(\.ratio)), digits: 2, below: 1.3)
    }
  }

  private func accessVerdicts(_ row: ProgramRow) -> [String?] {
    guard let ours = turns[Key(row: row, way: .accesses)],
      let theirs = turns[Key(row: row, way: .sanitizer)]
    else { return [] }
    let pairs = zip(ours, theirs)
    let times = Spread(pairs.map { $0.reading.processor / max($1.reading.processor, 1e-9) })
    let memory = Spread(pairs.map { Double($0.reading.memory) / Double(max($1.reading.memory, 1)) })
    return [
      Self.verdict(
        "\(row.description) with accesses, time × ThreadSanitizer", times, digits: 2, below: 1),
      Self.verdict(
        "\(row.description) with accesses, memory × ThreadSanitizer", memory, digits: 2, below: 0.5),
    ]
  }

  private static func verdict(
    _ what: String, _ spread: Spread, digits: Int, below aim: Double
  ) -> String {
    let aims = aim.text(digits: aim == aim.rounded() ? 0 : 1)
    let word =
      if spread.median > aim { "MISSED" } else if spread.most > aim {
        "met by the median, not in every round"
      } else { "met" }
    return "\(what): \(spread.text(digits: digits)); the aim is \(aims) at most: \(word)"
  }
}
