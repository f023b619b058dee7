/// What a rule means to somebody who has just broken it.
public struct RulePage: Sendable {
  /// The rule.
  public let rule: Rule
  /// What it is called in a sentence: `Locks taken in a cyclic order`.
  public let title: String
  /// What is found, and what decides how sure it is.
  public let meaning: String
  /// A few lines of Swift that break the rule.
  public let example: String
  /// What comes of it.
  public let why: String
  /// How it is usually mended.
  public let fix: String
  /// The page in `Docs` about the detector that finds it.
  public let detectorPage: String
  /// The page in `Docs` about how it is `predicted`; nil for what never is.
  public var predictionPage: String?

  /// The pages in `Docs/detectors` about it, the detector's first.
  public var pages: [String] { [detectorPage] + (predictionPage.map { [$0] } ?? []) }

  /// As a section of Markdown.
  public var markdown: String {
    """
    ## \(rule.code) `\(rule.name)`

    **\(title).** \(meaning)

    ```swift
    \(example)
    ```

    *Why it matters.* \(why)

    *The usual fix.* \(fix)

    *How it is found:* \(pages.map { "[\($0)](detectors/\($0))" }.joined(separator: ", "))

    """
  }
}

/// One page for every rule.
public enum RuleBook {
  /// The pages, by code.
  public static let pages: [RulePage] =
    (deadlocks + hangs + races + misuses + waitMisuses + callMisuses + performance)
    .sorted { $0.rule.code < $1.rule.code }

  /// The page of a rule; nil only for a rule that is not in ``Rule/all``.
  public static func page(for rule: Rule) -> RulePage? { pages.first { $0.rule == rule } }

  /// The whole book as `Docs/rules.md`.
  public static var published: String {
    let rows = pages.map { page in
      "| [\(page.rule.code)](#\(page.rule.code.lowercased())-\(page.rule.name)) "
        + "| `\(page.rule.name)` | \(page.rule.kind.rawValue) | \(page.title) |"
    }
    return """
      # Rules

      <!-- Made from Sources/LockcheckFindings/RuleBook*.swift by the tests: edit there, then run
           LOCKCHECK_UPDATE=1 swift test --filter RuleBookTests -->

      Everything lockcheck reports has a name and a code. `lockcheck explain CODE` prints the page
      below. Each finding also says how sure it is:

      | verdict | in a report | the promise |
      | --- | --- | --- |
      | `observed` | HAPPENED | it happened in this run |
      | `predicted` | CAN HAPPEN | it did not happen, but a correct reordering of this run makes it happen; the schedule comes with it |
      | `possible` | LOOKS POSSIBLE | the pattern is there, and nothing proves or refutes it |

      Those of the kind `performance` tell where the time goes. They are looked for where they are asked
      for (`--performance`, or by name with `--only`), and fail no build without
      `--fail-on-performance`.

      | code | rule | kind | |
      | --- | --- | --- | --- |
      \(rows.joined(separator: "\n"))

      \(pages.map(\.markdown).joined(separator: "\n"))
      """
  }
}
