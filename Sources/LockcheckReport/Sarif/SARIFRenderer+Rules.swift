import LockcheckFindings

extension SARIFRenderer {
  /// Writes who found it and by which rules.
  func write(tool rules: [Rule], to writer: inout JSONWriter) {
    writer.member("tool") { writer in
      writer.object { writer in
        writer.member("driver") { writer in
          writer.object { writer in
            writer.member("name", "lockcheck")
            if let toolVersion { writer.member("semanticVersion", toolVersion) }
            writer.member("rules") { writer in
              writer.array(rules) { writer, rule in
                writer.object { write(rule, to: &$0) }
              }
            }
          }
        }
      }
    }
  }

  private func write(_ rule: Rule, to writer: inout JSONWriter) {
    let page = RuleBook.page(for: rule)
    let title = page?.title ?? rule.name
    writer.member("id", rule.code)
    writer.member("name", rule.name.inPascalCase)
    Self.write(text: title + ".", as: "shortDescription", to: &writer)
    Self.write(
      text: (page?.meaning.asOneLine ?? title).cut(to: limits.descriptionBytes),
      as: "fullDescription", to: &writer)
    writer.member("defaultConfiguration") { writer in
      writer.object { $0.member("level", rule.severity.rawValue) }
    }
    if let page {
      writer.member("help") { writer in
        writer.object { writer in
          writer.member("text", page.asPlainText)
          writer.member("markdown", page.asMarkdown)
        }
      }
    }
    writer.member("properties") { writer in
      writer.object { writer in
        writer.member("tags", ["concurrency", rule.kind.rawValue])
        writer.member("precision", rule.precision)
        // GitHub's own names.
        writer.member("problem.severity", rule.severity.asProblem)
      }
    }
  }
}

extension Rule {
  /// How grave its findings are where nothing else is known.
  fileprivate var severity: Severity {
    switch self {
    case _ where kind == .performance: .note
    case .unlockedSharedWrite, .inconsistentLock: .warning
    default: .error
    }
  }

  /// How often a finding of it is right: what is only ever `possible` less often than the others.
  fileprivate var precision: String {
    switch self {
    case .unlockedSharedWrite, .inconsistentLock: "medium"
    case _ where kind == .performance: "high"
    default: "very-high"
    }
  }
}

extension Severity {
  fileprivate var asProblem: String { self == .note ? "recommendation" : rawValue }
}

extension RulePage {
  fileprivate var asPlainText: String {
    """
    \(title). \(meaning)

    Example:
    \(example)

    Why it matters: \(why)

    The usual fix: \(fix)
    """
  }

  /// Without the links of the published page, which lead nowhere from here.
  fileprivate var asMarkdown: String {
    """
    **\(title).** \(meaning)

    ```swift
    \(example)
    ```

    **Why it matters.** \(why)

    **The usual fix.** \(fix)
    """
  }
}

extension String {
  /// `lock-order-cycle` as `LockOrderCycle`.
  fileprivate var inPascalCase: String {
    split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  fileprivate var asOneLine: String {
    split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
