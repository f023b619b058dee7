/// What every mode came to, in every round.
struct PairResults {
  private struct Key: Hashable {
    let mode: String
    let subject: String
    let scenario: String
  }

  private var values: [Key: [Double]] = [:]

  /// Adds what a process has measured in one round.
  mutating func take(_ ending: Child.Ending, mode: String) throws(BenchmarkFailure) {
    guard ending.isSuccess else { throw BenchmarkFailure("the program that runs \(mode) failed") }
    for line in ending.output.split(separator: "\n") {
      let parts = line.split(separator: "\t").map(String.init)
      guard parts.count == 3, let value = Double(parts[2]) else {
        throw BenchmarkFailure("the program that runs \(mode) wrote '\(line)'")
      }
      values[Key(mode: mode, subject: parts[0], scenario: parts[1]), default: []].append(value)
    }
  }

  /// A row for each mode and subject, a column for each scenario.
  func table(modes: [String]) -> String {
    var table = TextTable(["what", "how"] + PairScenario.allCases.map(\.rawValue))
    for subject in PairKind.allCases {
      for mode in modes {
        let cells = PairScenario.allCases.compactMap { cell(mode, subject, $0) }
        // The platform's lock is not ours to record: it costs the same in every mode of ours.
        let isPlain = subject == .pthread && Self.isOurs(mode)
        if cells.count == PairScenario.allCases.count, !isPlain {
          table.append(
            [subject.rawValue, subject == .pthread && mode == "off" ? "plain" : mode] + cells)
        }
      }
    }
    return table.text
  }

  /// How the aims are met.
  var verdicts: String {
    var lines: [String] = []
    if let off = ratio("off", .lock, to: "off", .pthread) {
      lines.append(
        "Lock off costs \(off.text(digits: 2)) of pthread_mutex; the aim is 1.30 at most.")
    }
    if let recorded = ratio("recorded, stacks", .lock, to: "under ThreadSanitizer", .pthread) {
      lines.append(
        "Lock recorded with stacks costs \(recorded.text(digits: 2)) of pthread_mutex under "
          + "ThreadSanitizer; the aim is below 0.25.")
    }
    if let off = values[key("off", .lock, .nested)],
      let checked = values[key("checked, stacks", .lock, .nested)], !off.isEmpty
    {
      let more = Spread(zip(checked, off).map { $0 - $1 })
      lines.append(
        "Lock checked with stacks, in a known order, costs \(more.text()) ns more than off; the aim "
          + "is 60 at most.")
    }
    return lines.joined(separator: "\n")
  }

  private static func isOurs(_ mode: String) -> Bool {
    mode.hasPrefix("recorded") || mode.hasPrefix("checked")
  }

  private func cell(_ mode: String, _ subject: PairKind, _ scenario: PairScenario) -> String? {
    guard let all = values[key(mode, subject, scenario)],
      let ratio = ratio(mode, subject, to: "off", .pthread, scenario)
    else { return nil }
    return "\(Spread(all).text()) ×\(ratio.median.text(digits: 2))"
  }

  /// The ratio of two, round by round.
  private func ratio(
    _ mode: String, _ subject: PairKind, to other: String, _ otherSubject: PairKind,
    _ scenario: PairScenario = .single
  ) -> Spread? {
    guard let above = values[key(mode, subject, scenario)],
      let below = values[key(other, otherSubject, scenario)], !above.isEmpty, !below.isEmpty
    else { return nil }
    return Spread(zip(above, below).map { $0 / $1 })
  }

  private func key(_ mode: String, _ subject: PairKind, _ scenario: PairScenario) -> Key {
    Key(mode: mode, subject: subject.rawValue, scenario: scenario.rawValue)
  }
}
