public import LockcheckFindings

/// The report as Checkstyle writes its own: files with errors in them, for tools that collect warnings.
public struct CheckstyleRenderer: Renderer, Sendable {
  /// The folder, with a slash at its end, from which paths inside it are told; empty for none.
  public var root: String

  /// Makes a renderer.
  public init(root: String = "") { self.root = root }

  /// One document.
  public func render(_ report: Report) -> String { render(all: [report]) }

  /// The findings of all traces, by file.
  public func render(_ reports: [(trace: String, report: Report)]) -> String {
    render(all: reports.map(\.report))
  }

  private func render(all reports: [Report]) -> String {
    var errors: [String: [(line: Int, text: String)]] = [:]
    for report in reports {
      for reported in report.findings {
        let story = Story(reported, in: report)
        let place = story.primaryPlace(root: root)
        let line = place?.line ?? 1
        let severity = reported.severity == .note ? "info" : reported.severity.rawValue
        let text =
          "<error line=\"\(line)\" column=\"1\" severity=\"\(severity)\" "
          + "message=\"\(XMLText.quoted("\(story.message) \(story.advice)".withoutControls))\" "
          + "source=\"lockcheck.\(reported.finding.rule.code)\"/>\n"
        errors[place?.path ?? report.program, default: []].append((line, text))
      }
    }
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n"
    for (file, all) in errors.sorted(by: { $0.key < $1.key }) {
      text += "<file name=\"\(XMLText.quoted(file))\">\n"
      let sorted = all.enumerated().sorted {
        ($0.element.line, $0.offset) < ($1.element.line, $1.offset)
      }
      text += sorted.map(\.element.text).joined() + "</file>\n"
    }
    return text + "</checkstyle>\n"
  }
}
