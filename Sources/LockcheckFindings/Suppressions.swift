import LockcheckTrace

/// Findings that somebody has decided to live with.
public struct Suppressions: Sendable, Equatable {
  /// One decision.
  public struct Entry: Sendable, Equatable {
    /// What it applies to.
    enum Target: Sendable, Equatable {
      case rule(Rule, Glob?)
      case fingerprint(Fingerprint)
    }

    /// As it was written.
    public let text: String
    let target: Target

    /// Reads `RULE`, `CODE`, either followed by `:GLOB`, or a fingerprint of 16 hexadecimal digits.
    ///
    /// In the glob `*` stands for any run of characters and `?` for any one; everything else,
    /// brackets too, for itself. It has to fit the whole of a function's name, a file's path or
    /// last component, or an object's name.
    ///
    /// - Throws: ``Suppressions/Malformed`` where it is none of these.
    public init(_ text: String) throws(Malformed) {
      self.text = text
      if let fingerprint = Fingerprint(text) {
        target = .fingerprint(fingerprint)
        return
      }
      let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let word = String(parts[0])
      guard let rule = Rule.named(word) else {
        throw Malformed(
          text: text,
          problem: word.isEmpty
            ? "it names no rule"
            : "there is no rule '\(word)'"
              + Rule.nearest(to: word).map { "; did you mean '\($0)'?" }
        )
      }
      if parts.count == 2, parts[1].isEmpty {
        throw Malformed(text: text, problem: "nothing stands after the colon")
      }
      target = .rule(rule, parts.count == 2 ? Glob(String(parts[1])) : nil)
    }
  }

  /// An entry that says nothing that can be suppressed.
  public struct Malformed: Error, Sendable, Equatable, CustomStringConvertible {
    /// The entry.
    public let text: String
    /// What is wrong with it.
    public let problem: String

    /// One line, with what would have been right.
    public var description: String {
      "cannot suppress '\(text)': \(problem); "
        + "expected RULE, RULE:GLOB (the rule by name or code) or a fingerprint of 16 digits"
    }
  }

  /// The decisions, in the order in which they were made.
  public var entries: [Entry]

  /// Makes a list of decisions.
  public init(_ entries: [Entry] = []) { self.entries = entries }

  /// The entries written one a line in `text`; blank lines, and what follows a `#` at the start of a
  /// line or after a blank, are passed over.
  ///
  /// - Throws: ``Malformed`` for the first line that is neither.
  public init(lines text: String) throws(Malformed) {
    entries = []
    for line in text.split(whereSeparator: \.isNewline) {
      let entry = line.withoutComment
      if !entry.isEmpty { entries.append(try Entry(entry)) }
    }
  }

  /// Where the first entry stands that applies to `finding`.
  ///
  /// - Complexity: O(entries × frames in the finding's stacks).
  func index(suppressing finding: Finding, fingerprint: Fingerprint, report: Names.Scope) -> Int? {
    entries.firstIndex { entry in
      switch entry.target {
      case .fingerprint(let target): target == fingerprint
      case .rule(let rule, nil): rule == finding.rule
      case .rule(let rule, let glob?):
        rule == finding.rule && report.texts(of: finding).contains { glob.matches($0) }
      }
    }
  }
}

extension Names {
  /// What the globs of suppressions can see of a finding.
  struct Scope {
    let tables: TraceTables
    let names: Names

    func texts(of finding: Finding) -> Set<String> {
      var texts = Set(finding.objects.map { names[$0] })
      let stacks = finding.steps.flatMap { [$0.stack] + $0.holding.map(\.stack) }
      for frame in Set(stacks).flatMap({ tables.frames(of: $0) }) {
        if let function = frame.function { texts.insert(function) }
        if let file = frame.file { texts.formUnion([file, file.lastPathComponent]) }
      }
      return texts
    }
  }
}

/// A pattern of literal characters, `*` and `?`.
struct Glob: Sendable, Equatable {
  private let pattern: [Character]

  init(_ pattern: String) { self.pattern = Array(pattern) }

  /// Whether the pattern fits the whole of `text`.
  ///
  /// Goes back to the last `*` only: what an earlier one took can always stay as it was.
  ///
  /// - Complexity: O(pattern × text) at worst.
  func matches(_ text: String) -> Bool {
    let text = Array(text)
    var (p, t) = (0, 0)
    var star: (p: Int, t: Int)?
    while t < text.count {
      if p < pattern.count, pattern[p] == "*" {
        star = (p, t)
        p += 1
      } else if p < pattern.count, pattern[p] == "?" || pattern[p] == text[t] {
        p += 1
        t += 1
      } else if let last = star {
        star = (last.p, last.t + 1)
        p = last.p + 1
        t = last.t + 1
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == "*" }
  }
}

extension Substring {
  /// The line up to its comment, without the blanks around it.
  fileprivate var withoutComment: String {
    var line = self
    var previous: Character = " "
    for index in line.indices {
      if line[index] == "#", previous == " " || previous == "\t" {
        line = line[..<index]
        break
      }
      previous = line[index]
    }
    let isBlank = { (character: Character) in character == " " || character == "\t" }
    line = line.drop(while: isBlank)
    while let last = line.last, isBlank(last) { line.removeLast() }
    return String(line)
  }
}

private func + (text: String, tail: String?) -> String { tail.map { text + $0 } ?? text }
