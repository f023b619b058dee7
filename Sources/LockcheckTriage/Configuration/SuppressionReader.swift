import LockcheckFindings
import Yams

extension NodeReader {
  /// The entries below `suppressions:`.
  func suppressions(_ node: Node) throws(TriageFileError) -> Suppressions {
    // Nothing below the key, as where all entries are comments.
    if node.isNull { return Suppressions() }
    var entries: [Suppression] = []
    for element in try elements(of: node, "a list of suppressions, each beginning with '- '") {
      entries.append(try suppression(element))
    }
    return Suppressions(entries)
  }

  private func suppression(_ node: Node) throws(TriageFileError) -> Suppression {
    var criteria: [Suppression.Criterion] = []
    var texts: [String] = []
    var reason: String?
    var expires: CalendarDate?
    for (key, value) in try members(of: node, "keys such as 'fingerprint' and 'reason'") {
      let word = try text(key, "a key")
      let content = try text(value, "\(word): a text")
      switch word {
      case "reason": reason = try self.reason(content, at: value)
      case "expires": expires = try date(content, at: value)
      default:
        criteria.append(try criterion(word, content, key: key, value: value))
        texts.append("\(word): \(content.inOneLine)")
      }
    }
    guard let reason else {
      throw failure(node, "expected a 'reason' in every suppression; found none in this one")
    }
    guard !criteria.isEmpty else {
      throw failure(
        node, "expected at least one of \(Self.criterionKeys.joined(separator: ", ")); found none")
    }
    return Suppression(
      criteria, reason: reason, expires: expires,
      origin: .configuration(file: file, line: place(of: node).line),
      text: texts.joined(separator: ", "))
  }

  private static let criterionKeys = ["fingerprint", "rule", "function", "file", "lock"]

  private func criterion(
    _ word: String, _ content: String, key: Node, value: Node
  ) throws(TriageFileError) -> Suppression.Criterion {
    switch word {
    case "fingerprint":
      guard let fingerprint = Fingerprint(content) else {
        throw failure(
          value,
          "expected fingerprint: 16 hexadecimal digits; found '\(content.inOneLine)'")
      }
      return .fingerprint(fingerprint)
    case "rule":
      guard let rule = Rule.named(content) else {
        throw failure(
          value,
          "rule: there is no rule '\(content.inOneLine)'"
            + Rule.guess(at: content))
      }
      return .rules([rule])
    case "function": return .function(Glob(content))
    case "file": return .file(Glob(content))
    case "lock": return .object(Glob(content))
    default: throw unknown(key, word, expected: Self.criterionKeys + ["reason", "expires"])
    }
  }

  private func reason(_ content: String, at node: Node) throws(TriageFileError) -> String {
    if ["…", "..."].contains(content.filter { !$0.isWhitespace }) {
      throw failure(node, "expected reason: why you live with it; found only the place for it")
    }
    return content
  }

  private func date(_ content: String, at node: Node) throws(TriageFileError) -> CalendarDate {
    guard let date = CalendarDate(content) else {
      throw failure(
        node, "expected expires: a day such as 2027-01-31; found '\(content.inOneLine)'")
    }
    return date
  }
}
