import LockcheckCodecs
import LockcheckFindings
import LockcheckPipeline
import LockcheckReport
import LockcheckTrace

extension Census {
  /// How many threads and locks are listed one by one.
  private static let listed = 20

  /// The census as a page for a person.
  func text(name: String) -> String {
    var lines = ["Trace \(name)", ""]
    lines += columns(facts, indent: 0, alignsNumbers: false)
    lines += section("Threads", threads, of: tables.threads.count)
    lines += section("Objects", objects)
    lines += section("Events", events)
    lines += section("Busiest locks (times taken)", locks)
    lines += section("Waits and holds, by lock (worst first)", timesByLock)
    lines += section("Waits and holds, by call site (worst first)", timesBySite)
    lines += losses.map { ReportWarning($0).message }
    while lines.last == "" { lines.removeLast() }
    return lines.map { $0.withoutControls }.joined(separator: "\n") + "\n"
  }

  private var facts: [[String]] {
    var facts: [[String]] = []
    if let process = header.process {
      let command = ([process.executable ?? "?"] + process.arguments).joined(separator: " ")
      facts.append(["process", command + (process.pid.map { " (pid \($0))" } ?? "")])
    }
    facts.append(["format", "version \(header.version)"])
    facts.append(["access order", header.accessOrder.rawValue])
    facts.append(["events", eventCount.grouped])
    if let dropped = header.droppedEvents {
      facts.append(["dropped before", Int(clamping: dropped).grouped])
    }
    facts.append(["threads", tables.threads.count.grouped])
    facts.append(["objects", tables.objects.count.grouped])
    facts.append(["call stacks", tables.stacks.count.grouped])
    if let span {
      facts.append(["time span", (span.upperBound - span.lowerBound).asDuration])
    } else {
      facts.append(["time span", "not recorded"])
    }
    return facts
  }

  private var threads: [[String]] {
    let names = Names(tables).distinct(threads: tables.threads.indices.map { ThreadID($0) })
    return tables.threads.indices.prefix(Self.listed).map { index in
      let count = index < eventsOfThread.count ? eventsOfThread[index] : 0
      return [
        names[ThreadID(index)] ?? "", tables.threads[index].kind ?? "",
        count.grouped + (count == 1 ? " event" : " events"),
      ]
    }
  }

  private var objects: [[String]] {
    var counts: [ObjectKind: Int] = [:]
    for kind in tables.objects.kinds { counts[kind, default: 0] += 1 }
    return ObjectKind.allCases.compactMap { kind in
      counts[kind].map { [kind.name, $0.grouped] }
    }
  }

  private var events: [[String]] {
    Operation.allCases.compactMap { operation in
      let count = operations[Int(operation.rawValue)]
      let name = operation == .queueJoin ? "join (queue)" : operation.name
      return count == 0 ? nil : [name, count.grouped]
    }
  }

  private var locks: [[String]] {
    let busiest = busiest(10)
    let names = Names(tables).distinct(objects: busiest.map(\.object))
    return busiest.map { object, count in
      [names[object] ?? "", tables.objects.kind(of: object).name, count.grouped]
    }
  }

  private func section(_ title: String, _ rows: [[String]], of count: Int? = nil) -> [String] {
    guard !rows.isEmpty else { return [] }
    var lines = ["", title] + columns(rows, indent: 2)
    if let count, count > rows.count {
      lines.append("  … and \((count - rows.count).grouped) more")
    }
    return lines
  }

  private func columns(
    _ rows: [[String]], indent: Int, alignsNumbers: Bool = true
  ) -> [String] {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = String(repeating: " ", count: indent)
      for (column, cell) in row.enumerated() {
        let pad = String(repeating: " ", count: widths[column] - cell.count)
        // Numbers stand under each other by their last digit.
        let isNumber =
          alignsNumbers && cell.first?.isNumber == true && column == row.count - 1
        line += (isNumber ? pad + cell : cell + pad) + "  "
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
