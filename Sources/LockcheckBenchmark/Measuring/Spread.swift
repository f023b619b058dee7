/// One quantity, measured several times.
struct Spread {
  private let sorted: [Double]

  /// The spread of at least one value.
  init(_ values: [Double]) { sorted = values.sorted() }

  /// The value in the middle; of an even number, the mean of the two.
  var median: Double {
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2)
      ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }

  /// The largest value.
  var most: Double { sorted.last ?? .nan }

  /// `12.1 (11.8–14.0)`: median, least and most.
  func text(digits: Int = 1) -> String {
    guard let least = sorted.first, let most = sorted.last else { return "–" }
    let (low, high) = (least.text(digits: digits), most.text(digits: digits))
    return "\(median.text(digits: digits)) (\(low)–\(high))"
  }
}

extension Double {
  /// The number with so many digits behind the point.
  func text(digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let whole = Int((magnitude * scale).rounded())
    let sign = self < 0 && whole > 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(whole)" }
    let fraction = String(whole % Int(scale))
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return "\(sign)\(whole / Int(scale)).\(zeros)\(fraction)"
  }
}

/// Rows of text under a heading, as Markdown: what is printed can go into a page as it is.
struct TextTable {
  private var rows: [[String]]

  init(_ heading: [String]) { rows = [heading] }

  mutating func append(_ row: [String]) { rows.append(row) }

  var text: String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { row in
      zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
        .joined(separator: " | ")
    }
    let rule = widths.map { String(repeating: "-", count: $0) }.joined(separator: " | ")
    return ([lines[0], rule] + lines.dropFirst()).map { "| \($0) |" }.joined(separator: "\n")
  }
}
