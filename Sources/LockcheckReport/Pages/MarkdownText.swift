/// Texts as Markdown, in GitHub's flavour, wants them.
enum MarkdownText {
  /// Plain words: nothing in them is taken for markup, a link, a formula or a cell's end.
  static func plain(_ text: String) -> String {
    var escaped = ""
    var last: Character = " "
    for character in text.withoutControls {
      defer { last = character }
      switch character {
      // An address would become a link.
      case "/" where last == ":": escaped += "&#47;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "&": escaped += "&amp;"
      // In a word of its own, so that nobody is called.
      case "@": escaped += "&#64;"
      case "\\", "`", "*", "_", "{", "}", "[", "]", "(", ")", "#", "+", "!", "|", "~", "$":
        escaped += "\\\(character)"
      default: escaped.append(character)
      }
    }
    return escaped
  }

  /// Code within a line, as it stands.
  ///
  /// - Parameter inTable: Whether a bar would end a cell.
  static func code(_ text: String, inTable: Bool = false) -> String {
    let text = text.withoutControls
    var longest = 0
    var run = 0
    for character in text {
      run = character == "`" ? run + 1 : 0
      longest = max(longest, run)
    }
    let fence = String(repeating: "`", count: longest + 1)
    // A backtick at either end needs a blank, which is then not shown.
    let pad = text.hasPrefix("`") || text.hasSuffix("`") || text.isEmpty ? " " : ""
    let code = fence + pad + text + pad + fence
    return inTable
      ? code.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|") : code
  }
}

/// A small graph in the language of Mermaid, which GitHub draws.
enum Mermaid {
  /// How many edges are still a small graph.
  static let limit = 8

  /// The block, fences included.
  static func block(_ graph: FindingGraph) -> String {
    var text = "```mermaid\ngraph LR\n"
    for (number, node) in graph.nodes.enumerated() {
      let label = quoted(node.label)
      text += "  n\(number)" + (node.isThread ? "([\(label)])" : "[\(label)]") + "\n"
    }
    for edge in graph.edges {
      let arrow = edge.line == .aside ? "-.->" : "-->"
      text += "  n\(edge.from) \(arrow)|\(quoted(edge.label))| n\(edge.to)\n"
    }
    return text + "```\n"
  }

  /// A label: Mermaid has entities of its own, and would read Markdown and HTML in it.
  static func quoted(_ text: String) -> String {
    var escaped = ""
    for scalar in text.withoutControls.unicodeScalars {
      switch scalar {
      case "\"", "#", "<", ">", "&", "`", "\\", ";", "*", "_", "|":
        escaped += "#\(scalar.value);"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return "\"" + escaped + "\""
  }
}
