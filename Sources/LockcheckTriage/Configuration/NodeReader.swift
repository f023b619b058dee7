import LockcheckFindings
import Yams

/// Takes from the nodes of a YAML text what should be there, or says where it is not.
struct NodeReader {
  let file: String

  func place(of node: Node) -> TriageFileError.Place {
    node.mark.map { .init($0) } ?? .init(line: 1, column: 1)
  }

  func failure(_ node: Node, _ message: String) -> TriageFileError {
    TriageFileError(file: file, at: place(of: node), message)
  }

  /// The keys and values of a mapping.
  ///
  /// - Parameter expected: What should stand there.
  func members(
    of node: Node, _ expected: String
  ) throws(TriageFileError) -> [(key: Node, value: Node)] {
    guard case .mapping(let mapping) = node else {
      throw failure(node, "expected \(expected); found \(node.sort)")
    }
    return mapping.map { (key: $0.key, value: $0.value) }
  }

  /// The elements of a list.
  func elements(of node: Node, _ expected: String) throws(TriageFileError) -> [Node] {
    guard case .sequence(let sequence) = node else {
      throw failure(node, "expected \(expected); found \(node.sort)")
    }
    return Array(sequence)
  }

  /// A text that is not empty.
  func text(_ node: Node, _ expected: String) throws(TriageFileError) -> String {
    guard case .scalar(let scalar) = node, !scalar.string.isBlank, !node.isNull else {
      throw failure(node, "expected \(expected); found \(node.sort)")
    }
    return scalar.string
  }

  /// A text, or a list of texts.
  func texts(
    _ node: Node, _ expected: String
  ) throws(TriageFileError) -> [(text: String, node: Node)] {
    guard case .sequence(let sequence) = node else { return [(try text(node, expected), node)] }
    var texts: [(text: String, node: Node)] = []
    for element in sequence { texts.append((try text(element, expected), element)) }
    return texts
  }

  /// What is said of a key that is none.
  func unknown(_ key: Node, _ word: String, expected: [String]) -> TriageFileError {
    let guess = expected.guess(at: word)
    return failure(
      key,
      "unknown key '\(word.inOneLine)'" + guess + (guess.isEmpty ? ";" : "")
        + " expected one of \(expected.joined(separator: ", "))")
  }
}

extension Node {
  /// What it is, for somebody who expected something else.
  var sort: String {
    switch self {
    case .scalar(let scalar):
      isNull || scalar.string.isBlank ? "nothing" : "the text '\(scalar.string.inOneLine)'"
    case .mapping: "keys and values"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }

  /// Whether it is one of the words for nothing, without quotation marks.
  var isNull: Bool {
    guard case .scalar(let scalar) = self, scalar.style == .plain || scalar.style == .any else {
      return false
    }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }
}

extension String {
  var isBlank: Bool { allSatisfy(\.isWhitespace) }

  /// In one line, and not too long for one.
  var inOneLine: String {
    let line = String(
      unicodeScalars.prefix(60).map { scalar in
        scalar.properties.generalCategory == .control
          || scalar.properties.generalCategory == .lineSeparator
          || scalar.properties.generalCategory == .paragraphSeparator ? " " : Character(scalar)
      })
    return unicodeScalars.count > 60 ? line + "…" : line
  }
}
