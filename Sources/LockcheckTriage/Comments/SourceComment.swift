import LockcheckFindings

/// `// lockcheck:ignore LC201 reason`, as it stands in a line of source.
struct SourceComment: Equatable {
  static let mark = "lockcheck:ignore"

  /// The rules that are named.
  var rules: Set<Rule> = []
  /// Words in the place of rules that are none.
  var unknown: [String] = []
  /// Why; nil where nothing is said.
  var reason: String?

  /// The comment in a line; nil where it has none.
  init?(in line: some StringProtocol) {
    guard let place = Self.place(in: Array(line)) else { return nil }
    var rest = String(Array(line)[place...])[...]
    var expectsMore = true
    while expectsMore {
      rest = rest.drop(while: \.isWhitespace)
      let word = rest.prefix { !$0.isWhitespace && $0 != "," && $0 != ":" }
      if word.isEmpty || word == "*/" { break }
      if let rule = Rule.named(String(word)) {
        rules.insert(rule)
      } else {
        unknown.append(String(word))
      }
      rest = rest.dropFirst(word.count)
      expectsMore = rest.first == ","
      if expectsMore { rest = rest.dropFirst() }
    }
    var words = rest.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    if words.hasSuffix("*/") { words.removeLast(2) }
    let text = words.drop { ":–—- ".contains($0) }
    reason = text.allSatisfy(\.isWhitespace) ? nil : String(text).trimmed
  }

  /// Whether a line is nothing but a comment.
  static func isComment(_ line: some StringProtocol) -> Bool {
    let text = line.drop(while: \.isWhitespace)
    return ["//", "/*", "*", "#"].contains { text.hasPrefix($0) }
  }

  /// What stands behind the mark, where that stands at the beginning of a comment.
  private static func place(in line: [Character]) -> Int? {
    let mark = Array(mark)
    guard line.count >= mark.count else { return nil }
    for start in 0...(line.count - mark.count)
    where line[start..<start + mark.count].elementsEqual(mark) {
      let end = start + mark.count
      let before = line[..<start].last { !$0.isWhitespace }
      guard end == line.count || line[end].isWhitespace || line[end] == "*" else { continue }
      if let before, "/*#!".contains(before) { return end }
    }
    return nil
  }
}

extension String {
  fileprivate var trimmed: String {
    var text = self[...]
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
