import Foundation
import LockcheckFindings
import LockcheckReport
import LockcheckTrace
import Testing

/// Every form that is a text about a report alone, by the name of its golden files.
enum Forms {
  static let names = [
    "sarif", "github.sarif", "md", "junit.xml", "gcc.txt", "annotations.txt", "checkstyle.xml",
    "codeclimate.json",
  ]

  @Sendable static func source(_ file: String, _ line: Int) -> String? {
    file == "Bank.swift" && line == 8 ? "  to.lock.lock()" : nil
  }

  static func renderer(_ name: String, root: String = "") throws -> any Renderer {
    switch name {
    case "sarif": SARIFRenderer(root: root, source: source)
    case "github.sarif": SARIFRenderer(profile: .github, root: root, source: source)
    case "md": MarkdownRenderer(root: root)
    case "junit.xml": JUnitRenderer(root: root)
    case "gcc.txt": GCCRenderer(root: root)
    case "annotations.txt": GitHubRenderer(root: root)
    case "checkstyle.xml": CheckstyleRenderer(root: root)
    case "codeclimate.json": CodeClimateRenderer(root: root)
    default: try #require(nil, "there is no form \(name)")
    }
  }

  /// A report on the rules of its own findings, which is short.
  static func report(_ story: Story) -> Report {
    story.report(rules: Rule.all.filter { story.findings.map(\.rule).contains($0) })
  }

  static func parse(_ json: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
  }

  /// The results of the first run of a SARIF document.
  static func results(_ sarif: String) throws -> [[String: Any]] {
    let runs = try #require(try parse(sarif)["runs"] as? [[String: Any]])
    return try #require(runs[0]["results"] as? [[String: Any]])
  }
}

extension Story {
  /// Many findings of one sort, about as many locks.
  static func many(_ count: Int, _ verdict: Verdict = .predicted, padding: Int = 0) -> Story {
    var story = Story()
    let (ann, bob) = (story.thread("Ann"), story.thread("Bob"))
    let last = story.object("last")
    for number in 0..<count {
      let stack = story.stack(("move\(number)()", "Bank.swift", number + 1))
      let lock = story.object("lock \(number)" + String(repeating: "x", count: padding))
      story.findings.append(
        Finding(
          .lockOrderCycle, verdict, .orderCycle,
          steps: [
            story.step(
              .acquire, by: ann, on: last, at: stack, event: 2 * number, holding: [(lock, stack)]),
            story.step(
              .acquire, by: bob, on: lock, at: stack, event: 2 * number + 1,
              holding: [(last, stack)]),
          ]))
    }
    return story
  }

  /// Names that are markup, commands or separators in one form or another.
  static let nastyName =
    "a\"b'c</script>&amp;|`d`\\e\n::error::f%0Ag,h:i]]>[j](0){0}$k$@l_m_#1\u{1}\u{202E}\u{FFFE}\u{7F}"
  static let nastyPath = "Sources/we ird,co:lon%41/ä#?&<x>.swift"

  /// A cycle between threads and locks of such names, in such a file.
  static var nasty: Story {
    var story = Story()
    let (one, other) = (story.thread(nastyName), story.thread(nastyName))
    let (a, b) = (story.object(nastyName), story.object(nastyName))
    let stack = story.stack(("f<T>(_: \"\(nastyName)\")", nastyPath, 3))
    var cycle = Finding(
      .lockOrderCycle, .predicted, .orderCycle,
      steps: [
        story.step(.acquire, by: one, on: b, at: stack, event: 1, holding: [(a, stack)]),
        story.step(.acquire, by: other, on: a, at: stack, event: 3, holding: [(b, stack)]),
      ])
    cycle.witness = [
      story.scheduled(.acquire, by: one, on: a, event: 0),
      story.scheduled(.acquire, by: other, on: b, event: 2),
    ]
    story.findings = [cycle]
    story.warnings = [ReportWarning("odd: \(nastyName)", event: 0)]
    return story
  }
}
