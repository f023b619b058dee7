public import LockcheckFindings

/// Issues as Code Climate has them: for the code quality report of GitLab.
///
/// A JSON array with a description, a place, a severity and a fingerprint for each finding.
public struct CodeClimateRenderer: Renderer, Sendable {
  /// The folder, with a slash at its end, from which paths inside it are told; empty for none.
  public var root: String

  /// Makes a renderer.
  public init(root: String = "") { self.root = root }

  /// An array; an empty one where nothing was found.
  public func render(_ report: Report) -> String { render(all: [report]) }

  /// The issues of all traces in one array.
  public func render(_ reports: [(trace: String, report: Report)]) -> String {
    render(all: reports.map(\.report))
  }

  private func render(all reports: [Report]) -> String {
    var writer = JSONWriter()
    var numbers: [Fingerprint: Int] = [:]
    let findings = reports.flatMap { report in report.findings.map { (report, $0) } }
    writer.array(findings) { writer, one in
      numbers[one.1.fingerprint, default: 0] += 1
      let number = numbers[one.1.fingerprint, default: 1]
      writer.object { write(one.1, in: one.0, number: number, to: &$0) }
    }
    return writer.text + "\n"
  }

  private func write(
    _ reported: ReportedFinding, in report: Report, number: Int, to writer: inout JSONWriter
  ) {
    let story = Story(reported, in: report)
    let place = story.primaryPlace(root: root)
    writer.member("type", "issue")
    writer.member("check_name", "\(reported.finding.rule.code) \(reported.finding.rule.name)")
    writer.member("description", story.message.withoutControls)
    writer.member("categories", ["Bug Risk"])
    writer.member("severity", reported.codeClimateSeverity)
    // Two issues of one fingerprint would be taken for one.
    writer.member(
      "fingerprint", "\(reported.fingerprint)" + (number > 1 ? "-\(number)" : ""))
    writer.member("location") { writer in
      writer.object { Self.write(place?.path ?? report.program, place?.line ?? 1, to: &$0) }
    }
    let others = story.remarks.compactMap { report.tables.place(of: $0.stack, root: root) }
      .uniqued().filter { ($0.path, $0.line) != (place?.path ?? "", place?.line ?? 0) }
    writer.member("other_locations") { writer in
      writer.array(others) { writer, other in
        writer.object { Self.write(other.path, other.line, to: &$0) }
      }
    }
    writer.member("content") { writer in
      writer.object {
        $0.member("body", "\(story.assurance(of: reported)) \(story.advice)".withoutControls)
      }
    }
  }

  private static func write(_ path: String, _ line: Int, to writer: inout JSONWriter) {
    writer.member("path", path)
    writer.member("lines") { writer in
      writer.line { $0.member("begin", line) }
    }
  }
}

extension ReportedFinding {
  fileprivate var codeClimateSeverity: String {
    switch (severity, finding.verdict) {
    case (.note, _): "info"
    case (.warning, _): "minor"
    case (.error, .observed): "critical"
    case (.error, _): "major"
    }
  }
}
