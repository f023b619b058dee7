import LockcheckFindings
import Yams

extension Configuration {
  /// Reads a configuration.
  ///
  /// - Parameters:
  ///   - file: What it is called in messages.
  ///   - choices: The words that may stand behind keys that choose; any where a key is not among them.
  /// - Throws: ``TriageFileError`` with the place of what cannot be understood.
  /// - Complexity: Linear in the text.
  public init(
    _ text: String, file: String = Configuration.fileName,
    choices: [ConfigurationKey: [String]] = [:]
  ) throws(TriageFileError) {
    self.init(file: file)
    guard let root = try YAMLDocument.root(of: text, file: file), !root.isNull else {
      return
    }
    let reader = NodeReader(file: file)
    for (key, value) in try reader.members(of: root, "keys such as 'fail-on' and 'suppressions'") {
      let word = try reader.text(key, "a key")
      if word == "suppressions" {
        suppressions = try reader.suppressions(value)
      } else if let known = ConfigurationKey(rawValue: word) {
        settings.append(
          Setting(
            key: known, values: try reader.values(value, of: known, choices: choices[known]),
            place: reader.place(of: key)))
      } else {
        throw reader.unknown(
          key, word, expected: ConfigurationKey.allCases.map(\.rawValue) + ["suppressions"])
      }
    }
  }
}

extension NodeReader {
  /// The values behind a key.
  func values(
    _ node: Node, of key: ConfigurationKey, choices: [String]?
  ) throws(TriageFileError) -> [String] {
    let name = key.rawValue
    switch key.shape {
    case .choice: return [try choice(node, name, among: choices)]
    case .flag: return [try choice(node, name, among: ["true", "false"])]
    case .path: return [try text(node, "\(name): a path")]
    case .paths: return try texts(node, "\(name): a path, or a list of them").map(\.text)
    case .rules:
      let words = try texts(node, "\(name): a rule, or a list of them")
      for (word, node) in words where Rule.selected(by: word).isEmpty {
        throw failure(
          node, "\(name): there is no rule or kind '\(word)'" + Self.ruleWords.guess(at: word))
      }
      return words.map(\.text)
    }
  }

  private func choice(
    _ node: Node, _ name: String, among words: [String]?
  ) throws(TriageFileError) -> String {
    let expected = "\(name): " + (words.map { "one of " + $0.joined(separator: ", ") } ?? "a word")
    let word = try text(node, expected)
    guard let words, !words.contains(word) else { return word }
    throw failure(node, "expected \(expected); found '\(word.inOneLine)'")
  }

  static let ruleWords =
    Rule.all.flatMap { [$0.name, $0.code] } + Rule.Kind.allCases.map(\.rawValue)
}
