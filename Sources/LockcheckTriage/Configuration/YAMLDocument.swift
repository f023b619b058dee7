import Yams

/// A YAML text as a tree of nodes, with errors that say where.
enum YAMLDocument {
  /// The root of the only document in `text`; nil where nothing is said.
  ///
  /// - Throws: ``TriageFileError`` where it is no YAML, holds several documents, or has aliases.
  static func root(of text: String, file: String) throws(TriageFileError) -> Node? {
    if let place = excessiveAlias(in: text) {
      throw TriageFileError(
        file: file, at: place,
        "expected at most \(aliasLimit) aliases; found more (what looks like one, ' *word', counts in a text too)"
      )
    }
    do {
      return try Parser(yaml: text, encoding: .utf8).singleRoot()
    } catch let error as YamlError {
      throw TriageFileError(error, in: text, file: file)
    } catch {
      throw TriageFileError(file: file, "\(error)")
    }
  }

  /// So few unfold into no more than a few hundred times what the file has.
  static let aliasLimit = 16

  /// Where one alias too many may stand, in a text that also has what may be an anchor.
  ///
  /// A few lines of aliases to aliases unfold into a tree that no machine can walk, and Yams walks the keys.
  /// So they are counted before the text is parsed, without regard to quotation marks.
  ///
  /// - Complexity: Linear in the text.
  static func excessiveAlias(in text: String) -> TriageFileError.Place? {
    var hasAnchor = false
    var aliases: [TriageFileError.Place] = []
    var (line, column) = (1, 1)
    var previous: Unicode.Scalar = "\n"
    var mark: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      if let mark, !scalar.properties.isWhitespace {
        if mark == "&" { hasAnchor = true }
        if mark == "*", aliases.count <= aliasLimit {
          aliases.append(.init(line: line, column: column - 1))
        }
      }
      mark = scalar.isYAMLMark(after: previous) ? scalar : nil
      previous = scalar
      if scalar == "\n" { (line, column) = (line + 1, 1) } else { column += 1 }
    }
    return hasAnchor && aliases.count > aliasLimit ? aliases.last : nil
  }
}

extension Unicode.Scalar {
  /// Whether it may begin an anchor or an alias, behind `previous`.
  func isYAMLMark(after previous: Unicode.Scalar) -> Bool {
    (self == "&" || self == "*")
      && (previous.properties.isWhitespace || "[{,:\u{FEFF}".unicodeScalars.contains(previous))
  }
}

extension TriageFileError {
  fileprivate init(_ error: YamlError, in text: String, file: String) {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let around = context.map { "\($0.text) that begins in line \($0.mark.line): " } ?? ""
      self.init(file: file, at: Place(mark), "not YAML: \(around)\(problem)")
    case .reader(let problem, let offset, _, _):
      let place = offset.map { Place(ofCharacter: $0, in: text) } ?? Place(line: 1, column: 1)
      self.init(file: file, at: place, "not YAML: \(problem)")
    case .duplicatedKeysInMapping(let keys, let context):
      let names = keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
      self.init(
        file: file, at: Place(context.mark), "expected each key once; found \(names) more than once"
      )
    case .memory:
      self.init(
        file: file, at: Place(line: 1, column: 1),
        "expected a list of keys; found a text that is nested too deeply")
    default:
      self.init(file: file, at: Place(line: 1, column: 1), "not YAML: \(error)")
    }
  }
}

extension TriageFileError.Place {
  init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }

  fileprivate init(ofCharacter offset: Int, in text: String) {
    let before = text.prefix(offset)
    let line = before.count(where: \.isNewline) + 1
    let last = before.lastIndex(where: \.isNewline).map { before.index(after: $0) }
    self.init(
      line: line, column: before[(last ?? before.startIndex)...].unicodeScalars.count + 1)
  }
}
