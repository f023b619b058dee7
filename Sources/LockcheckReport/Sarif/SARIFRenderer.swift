public import LockcheckFindings
import LockcheckTrace

/// The report as SARIF 2.1.0: for the tools that collect what analyzers find.
///
/// A run for each trace, the rules with their pages, and for each finding its places, a flow for each of
/// its threads, and what it is known by from run to run. What is suppressed is there and says so.
public struct SARIFRenderer: Renderer, Sendable {
  /// For whom it is written.
  public enum Profile: Sendable, Hashable {
    /// Whoever reads all of SARIF.
    case full
    /// GitHub code scanning, which reads a part of it and has limits: see ``GitHubLimits``.
    case github
  }

  /// For whom it is written.
  public var profile: Profile
  /// The folder, with a slash at its end, from which paths inside it are told; empty for none.
  public var root: String
  /// The version of lockcheck; nil where that is nobody's business, as in tests.
  public var toolVersion: String?
  /// How much is written for GitHub.
  public var limits = GitHubLimits()
  let source: TextRenderer.SourceProvider

  /// Makes a renderer.
  ///
  /// - Parameter source: Where source lines come from. The renderer itself reads no file.
  public init(
    profile: Profile = .full, root: String = "", toolVersion: String? = nil,
    source: @escaping TextRenderer.SourceProvider = { _, _ in nil }
  ) {
    self.profile = profile
    self.root = root
    self.toolVersion = toolVersion
    self.source = source
  }

  /// One run.
  public func render(_ report: Report) -> String { render(runs: [(nil, report)]) }

  /// A run for each trace; for GitHub, which wants one run of a tool, all findings in one.
  public func render(_ reports: [(trace: String, report: Report)]) -> String {
    render(runs: reports.map { ($0.trace, $0.report) })
  }

  private func render(runs: [(trace: String?, report: Report)]) -> String {
    var writer = JSONWriter()
    switch profile {
    case .full: writer.object { write(runs: runs, to: &$0) }
    // Every blank counts against the limit.
    case .github: writer.line { write(runs: runs, to: &$0) }
    }
    return writer.text + "\n"
  }

  private func write(runs: [(trace: String?, report: Report)], to writer: inout JSONWriter) {
    writer.member("$schema", Self.schema)
    writer.member("version", "2.1.0")
    writer.member("runs") { writer in
      switch profile {
      case .full:
        writer.array(runs) { writer, run in
          writer.object { write(run.report, of: run.trace, to: &$0) }
        }
      case .github:
        writer.array([runs.map(\.report)]) { writer, reports in
          writer.object { write(forGitHub: reports, to: &$0) }
        }
      }
    }
  }

  private static let schema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
}

// MARK: - A run with everything

extension SARIFRenderer {
  private func write(_ report: Report, of trace: String?, to writer: inout JSONWriter) {
    let rules = Self.rules(of: [report])
    write(tool: rules, to: &writer)
    writer.member("originalUriBaseIds") { writer in
      writer.object { writer in
        writer.member(Self.base) { writer in
          writer.object { Self.write(text: "The root of the sources.", as: "description", to: &$0) }
        }
      }
    }
    writeInvocation(warnings: report.warnings, to: &writer)
    writer.member("columnKind", "unicodeCodePoints")
    var numbers: [Fingerprint: Int] = [:]
    let all =
      report.findings.map { (finding: $0, isSuppressed: false) }
      + report.suppressed.map { (finding: $0, isSuppressed: true) }
    writer.member("results") { writer in
      writer.array(all) { writer, one in
        numbers[one.finding.fingerprint, default: 0] += 1
        let result = SARIFResult(
          one.finding, in: report, rules: rules, root: root,
          number: numbers[one.finding.fingerprint, default: 1])
        writer.object { write(result, isSuppressed: one.isSuppressed, to: &$0) }
      }
    }
    writer.member("properties") { writer in
      writer.object { writer in
        if let trace { writer.member("trace", trace.withoutControls) }
        if let engine = report.engine { writer.member("engine", engine) }
        writer.member("events", report.summary.events)
        writer.member("threads", report.summary.threads)
        writer.member("objects", report.summary.objects)
        writer.member("ruledOut", report.summary.ruledOut)
      }
    }
  }

  /// What relative addresses are relative to.
  static let base = "%SRCROOT%"
}

// MARK: - What both have

extension SARIFRenderer {
  /// The rules that were looked for in any of the reports, by code.
  static func rules(of reports: [Report]) -> [Rule] {
    let asked = Set(reports.flatMap(\.rules))
    return Rule.all.filter(asked.contains)
  }

  /// What lockcheck has to say of the traces, and whether it came to an end, which it always does here.
  func writeInvocation(warnings: [ReportWarning], to writer: inout JSONWriter) {
    writer.member("invocations") { writer in
      writer.array([warnings]) { writer, warnings in
        writer.object { writer in
          writer.member("executionSuccessful", true)
          guard !warnings.isEmpty else { return }
          writer.member("toolExecutionNotifications") { writer in
            writer.array(warnings) { writer, warning in
              writer.object { writer in
                writer.member("level", "warning")
                let place = warning.event.map { "event \($0.grouped): " } ?? ""
                Self.write(
                  text: SARIFText.message(place + warning.message), as: "message", to: &writer)
              }
            }
          }
        }
      }
    }
  }

  /// `"name": {"text": …}`.
  static func write(text: String, as name: String, to writer: inout JSONWriter) {
    writer.member(name) { writer in
      writer.object { $0.member("text", text) }
    }
  }
}
