public import LockcheckFindings
import LockcheckTrace

/// The report as JSON, version 1: for other programs. Described in `Docs/command.md`.
public struct JSONRenderer: Renderer, Sendable {
  /// Whether each finding lists the events of every occurrence.
  public var showsAllOccurrences: Bool
  /// Whether the patterns that are none are listed, with the reasons.
  public var showsRuledOut: Bool
  /// Whether the findings that somebody lives with are listed, with the decisions.
  public var showsSuppressed = false

  /// Makes a renderer.
  public init(showsAllOccurrences: Bool = false, showsRuledOut: Bool = false) {
    self.showsAllOccurrences = showsAllOccurrences
    self.showsRuledOut = showsRuledOut
  }

  /// One object in the report format.
  public func render(_ report: Report) -> String {
    var writer = JSONWriter()
    writer.object { write(report, to: &$0) }
    return writer.text + "\n"
  }

  /// One object whose `"reports"` holds a whole report for each trace, with its name in `"trace"`.
  public func render(_ reports: [(trace: String, report: Report)]) -> String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("format", "lockcheck-reports")
      writer.member("version", 1)
      writer.member("reports") { writer in
        writer.array(reports) { writer, one in
          writer.object { writer in
            writer.member("trace", one.trace)
            write(one.report, to: &writer)
          }
        }
      }
    }
    return writer.text + "\n"
  }

  private func write(_ report: Report, to writer: inout JSONWriter) {
    writer.member("format", "lockcheck-report")
    writer.member("version", 1)
    writer.member("summary") { writer in
      writer.object { write(report.summary, to: &$0) }
    }
    if let engine = report.engine { writer.member("engine", engine) }
    writer.member("findings") { writer in
      writer.array(report.findings) { writer, finding in
        writer.object { write(finding, in: report, to: &$0) }
      }
    }
    if showsSuppressed {
      writer.member("suppressed") { writer in
        writer.array(report.suppressed) { writer, finding in
          writer.object { write(finding, in: report, to: &$0) }
        }
      }
    }
    if showsRuledOut {
      writer.member("ruledOut") { writer in
        writer.array(report.ruledOut) { writer, pattern in
          writer.object { write(pattern, in: report, to: &$0) }
        }
      }
    }
    if !report.warnings.isEmpty {
      writer.member("warnings") { writer in
        writer.array(report.warnings) { writer, warning in
          writer.object { writer in
            writer.member("message", warning.message)
            if let event = warning.event { writer.member("event", event) }
          }
        }
      }
    }
  }

  private func write(_ summary: Summary, to writer: inout JSONWriter) {
    writer.member("events", summary.events)
    writer.member("threads", summary.threads)
    writer.member("objects", summary.objects)
    writer.member("observed", summary.observed)
    writer.member("predicted", summary.predicted)
    writer.member("possible", summary.possible)
    writer.member("suppressed", summary.suppressed)
    writer.member("ruledOut", summary.ruledOut)
  }
}
