import LockcheckFindings
import LockcheckReport
import LockcheckTrace

/// One report as the page's script reads it. Stacks and frames stand once, and are named by number.
struct ReportData {
  let report: Report
  let trace: String
  let renderer: PageRenderer
  var stacks: StackTable

  init(_ report: Report, trace: String, by renderer: PageRenderer) {
    self.report = report
    self.trace = trace
    self.renderer = renderer
    stacks = StackTable(report.tables, root: renderer.root, source: renderer.source)
  }

  /// - Complexity: Linear in findings, schedules and the picture, and that of ``LayeredLayout`` for each graph.
  mutating func write(to json: inout CompactJSON) {
    json.member("trace", trace)
    if let process = report.header.process {
      json.member("program", [process.executable].compactMap { $0 } + process.arguments)
    }
    json.member("summary") { json in json.object { writeSummary(to: &$0) } }
    json.member("engine", report.engine ?? "")
    json.member("warnings", report.warnings.map(\.message))
    json.member("findings") { json in
      json.array(report.findings) { json, finding in
        json.object { write(finding, to: &$0) }
      }
    }
    json.member("suppressed") { json in
      json.array(report.suppressed) { json, finding in
        json.object { Self.writeHead(of: finding, in: report, to: &$0) }
      }
    }
    json.member("ruledOut") { json in
      json.array(report.ruledOut.prefix(1_000)) { json, pattern in
        json.object { json in
          json.member("code", pattern.pattern.rule.code)
          json.member("rule", pattern.pattern.rule.name)
          json.member("message", pattern.explanation)
          json.member("threads", pattern.cast.threads)
          json.member("objects", pattern.cast.objects)
          json.member("count", pattern.occurrenceCount)
        }
      }
    }
    if let picture = report.picture {
      json.member("picture") { json in
        var data = PictureData(picture, in: report, by: renderer)
        json.object { data.write(stacks: &stacks, to: &$0) }
      }
    }
    json.member("frames") { json in json.array(stacks.frames) { stacks.write($1, to: &$0) } }
    json.member("stacks") { json in json.array(stacks.rows) { stacks.write($1, to: &$0) } }
  }

  private func writeSummary(to json: inout CompactJSON) {
    let summary = report.summary
    json.member("events", summary.events)
    json.member("threads", summary.threads)
    json.member("objects", summary.objects)
    json.member("observed", summary.observed)
    json.member("predicted", summary.predicted)
    json.member("possible", summary.possible)
    json.member("suppressed", summary.suppressed)
    json.member("ruledOut", summary.ruledOut)
  }

  private mutating func write(_ reported: ReportedFinding, to json: inout CompactJSON) {
    Self.writeHead(of: reported, in: report, to: &json)
    var data = FindingData(reported, in: report)
    data.write(stacks: &stacks, to: &json)
    if renderer.showsAllOccurrences {
      json.member("occurrences") { json in
        json.array(reported.finding.occurrences) { $0.numbers($1) }
      }
    }
  }

  /// What a list shows of a finding.
  static func writeHead(
    of reported: ReportedFinding, in report: Report, to json: inout CompactJSON
  ) {
    let story = Story(reported, in: report)
    json.member("code", reported.finding.rule.code)
    json.member("rule", reported.finding.rule.name)
    json.member("kind", reported.finding.rule.kind.rawValue)
    json.member("verdict", reported.finding.verdict.rawValue)
    json.member("fingerprint", reported.fingerprint.description)
    json.member("title", story.title)
    json.member("message", story.message)
    json.member("threads", reported.cast.threads)
    json.member("objects", reported.cast.objects)
  }
}
