import ArgumentParser
import LockcheckFindings

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say what a rule means, with an example, why it matters and how to mend it.",
    discussion: """
      Without a code it lists the rules.

        lockcheck explain
        lockcheck explain LC102
        lockcheck explain data-race
      """)

  @Argument(
    help: "A rule, by code or name.",
    completion: .list(Rule.all.map(\.code) + Rule.all.map(\.name)))
  var code: String?

  private var page: RulePage? { code.flatMap(Rule.named).flatMap(RuleBook.page) }

  func validate() throws {
    guard let code, page == nil else { return }
    let guess = Rule.guess(at: code)
    throw ValidationError(
      "There is no rule '\(code)'\(guess.isEmpty ? "." : guess)"
        + " 'lockcheck explain' lists them all.")
  }

  func run() throws {
    try StandardOutput.write(page.map(Self.text) ?? Self.list)
  }

  static var list: String {
    let width = Rule.all.map(\.name.count).max() ?? 0
    var text = ""
    for kind in Rule.Kind.allCases {
      let pages = RuleBook.pages.filter { $0.rule.kind == kind }
      if pages.isEmpty { continue }
      text += "\(kind.rawValue)\n"
      for page in pages {
        let name = page.rule.name
        let pad = String(repeating: " ", count: width - name.count)
        text += "  \(page.rule.code)  \(name)\(pad)  \(page.title)\n"
      }
    }
    return text + "\nlockcheck explain CODE tells more about one of them.\n"
  }

  static func text(_ page: RulePage) -> String {
    """
    \(page.rule.code) \(page.rule.name) (\(page.rule.kind.rawValue))
    \(page.title)

    \(wrapped(page.meaning))

    Example

    \(page.example.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : "    \($0)" }.joined(separator: "\n"))

    Why it matters

    \(wrapped(page.why))

    The usual fix

    \(wrapped(page.fix))

    How it is found: \(page.pages.map { "Docs/detectors/\($0)" }.joined(separator: ", "))

    """
  }

  private static func wrapped(_ prose: String) -> String {
    prose.split(separator: "\n\n").map { wrapped(paragraph: $0) }.joined(separator: "\n\n")
  }

  private static func wrapped(paragraph: Substring, width: Int = 80) -> String {
    var lines: [String] = [""]
    for word in paragraph.split(separator: " ") {
      let line = lines[lines.count - 1]
      if line.isEmpty {
        lines[lines.count - 1] = "  \(word)"
      } else if line.count + 1 + word.count > width {
        lines.append("  \(word)")
      } else {
        lines[lines.count - 1] += " \(word)"
      }
    }
    return lines.joined(separator: "\n")
  }
}
