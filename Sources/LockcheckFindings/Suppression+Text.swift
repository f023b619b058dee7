extension Suppression {
  /// Reads `RULE`, `CODE`, either followed by `:GLOB`, or a fingerprint of 16 hexadecimal digits.
  ///
  /// In the glob `*` stands for any run of characters and `?` for any one; everything else,
  /// brackets too, for itself. It has to fit the whole of a function's name, a file's path or
  /// last component, or an object's name.
  ///
  /// - Throws: ``Suppression/Malformed`` where it is none of these.
  public init(_ text: String, origin: Origin = .direct) throws(Malformed) {
    if let fingerprint = Fingerprint(text) {
      self.init([.fingerprint(fingerprint)], origin: origin, text: text)
      return
    }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let word = String(parts[0])
    guard let rule = Rule.named(word) else {
      throw Malformed(
        text: text,
        problem: word.isEmpty
          ? "it names no rule"
          : "there is no rule '\(word)'" + Rule.guess(at: word))
    }
    if parts.count == 2, parts[1].isEmpty {
      throw Malformed(text: text, problem: "nothing stands after the colon")
    }
    let name = parts.count == 2 ? [Criterion.anyName(Glob(parts[1]))] : []
    self.init([.rules([rule])] + name, origin: origin, text: text)
  }

  /// A text that says nothing that can be suppressed.
  public struct Malformed: Error, Sendable, Equatable, CustomStringConvertible {
    /// The text.
    public let text: String
    /// What is wrong with it.
    public let problem: String

    /// One line, with what would have been right.
    public var description: String {
      "cannot suppress '\(text)': \(problem); "
        + "expected RULE, RULE:GLOB (the rule by name or code) or a fingerprint of 16 digits"
    }
  }
}
