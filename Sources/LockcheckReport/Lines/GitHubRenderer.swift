public import LockcheckFindings

/// Annotations of a pull request, as the workflow commands that GitHub Actions reads off a step's output.
///
/// `::error file=Bank.swift,line=8,title=…::…`. GitHub keeps ten of each kind a step and drops the others
/// without a word, so the worst come first and a last line says how many there are beyond.
public struct GitHubRenderer: Renderer, Sendable {
  /// The folder, with a slash at its end, from which paths inside it are told; empty for none.
  public var root: String
  /// How many annotations of one kind are kept.
  public static let limit = 10

  /// Makes a renderer.
  public init(root: String = "") { self.root = root }

  /// One command a line; nothing where there is nothing to say.
  public func render(_ report: Report) -> String { render(all: [report]) }

  /// The annotations of all traces: the limits are those of the step.
  public func render(_ reports: [(trace: String, report: Report)]) -> String {
    render(all: reports.map(\.report))
  }

  private func render(all reports: [Report]) -> String {
    var lines: [String] = []
    var left: [String] = []
    for severity in [Severity.error, .warning, .note] {
      let findings = reports.flatMap { report in
        report.findings.filter { $0.severity == severity }.map { (report, $0) }
      }.enumerated().sorted { one, other in
        // Surest first; within a verdict in the order of the reports.
        let verdicts = (one.element.1.finding.verdict, other.element.1.finding.verdict)
        return verdicts.0 != verdicts.1 ? verdicts.0 > verdicts.1 : one.offset < other.offset
      }.map(\.element)
      // The last notice says what is left out.
      let room = severity == .note ? Self.limit - 1 : Self.limit
      lines += findings.prefix(room).map { command(for: $0.1, in: $0.0) }
      if findings.count > room {
        left.append((findings.count - room).counted("more \(severity.command)"))
      }
    }
    if !left.isEmpty {
      lines.append(
        "::notice title=lockcheck::"
          + "\(list(left)) not shown here: GitHub keeps \(Self.limit) of a kind for a step.")
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private func command(for reported: ReportedFinding, in report: Report) -> String {
    let story = Story(reported, in: report)
    let rule = reported.finding.rule
    var properties: [String] = []
    if let place = story.primaryPlace(root: root) {
      properties = ["file=\(Self.property(place.path))", "line=\(place.line)"]
    }
    properties.append("title=" + Self.property("\(rule.code) \(rule.name)"))
    let places = story.remarks.compactMap { remark in
      report.tables.place(of: remark.stack, root: root).map {
        "\(remark.text): \($0.path):\($0.line)"
      }
    }
    let text =
      ([story.message, story.assurance(of: reported)] + places.map { "- \($0)" } + [story.advice])
      .map(\.withoutControls).joined(separator: "\n")
    return "::\(reported.severity.command) \(properties.joined(separator: ","))::"
      + Self.message(text.cut(to: 4_000))
  }

  /// The text of a command: everything behind its second pair of colons.
  static func message(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "%": escaped += "%25"
      case "\r": escaped += "%0D"
      case "\n": escaped += "%0A"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// The value of a property, which a comma or a colon would end.
  static func property(_ text: String) -> String {
    var escaped = ""
    for scalar in message(text.withoutControls).unicodeScalars {
      switch scalar {
      case ":": escaped += "%3A"
      case ",": escaped += "%2C"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}

extension Severity {
  /// GitHub's name for it.
  fileprivate var command: String { self == .note ? "notice" : rawValue }
}
