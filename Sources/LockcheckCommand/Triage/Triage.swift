import Foundation
import LockcheckFindings
import LockcheckReport
import LockcheckTriage

/// Sorts findings by what somebody has decided about them: suppressions, comments in the sources, a
/// baseline; and says what of that applies to nothing.
final class Triage {
  /// The suppressions that hold today.
  let suppressions: Suppressions
  private let expired: [Suppression]
  private var comments: SourceComments?
  private let baseline: KnownBefore?
  private let redaction: Redaction?
  /// Whether reports are to be shared.
  var isRedacting: Bool { redaction != nil }
  private var remarks: [Remark] = []

  /// - Parameters:
  ///   - direct: The suppressions of the command line.
  ///   - known: What says which findings were known before; nil where that is no matter.
  /// - Throws: A failure where a file cannot be read or understood.
  init(
    _ options: TriageOptions, known: BaselineOptions?, direct: Suppressions
  ) throws(CommandFailure) {
    let loaded = try options.configuration.load()
    var all = direct.entries + (loaded?.configuration.suppressions.entries ?? [])
    let ofSanitizer =
      options.tsanSuppressions
      + (loaded?.configuration[.tsanSuppressions] ?? []).map { loaded?.path($0) ?? $0 }
    for path in ofSanitizer {
      let read = try TriageFiles.sanitizerSuppressions(path)
      all += read.suppressions
      remarks += read.remarks
    }
    (suppressions, expired) = Suppressions(all).sorted(by: .today)
    if options.comments {
      let files = SourceFiles()
      comments = SourceComments { files.line($1, of: $0) }
    }
    if let known {
      let file =
        known.baseline
        ?? loaded?.configuration[.baseline]?.first.map { loaded?.path($0) ?? $0 }
      baseline = try KnownBefore(file, isUpdated: known.updateBaseline)
    } else {
      baseline = nil
    }
    redaction = options.redact ? .ofThisMachine(others: options.redactWord) : nil
  }

  /// The report with the findings set apart that a comment or the baseline is about.
  func sorted(_ report: Report) -> Report {
    var sorted = report
    sorted.suppress { comments?.suppression(for: $0, in: report) }
    baseline?.sort(&sorted)
    return sorted
  }

  /// What may be shared of it, where that was asked for.
  func redacted(_ one: (trace: String, report: Report)) -> (trace: String, report: Report) {
    guard var redaction else { return one }
    redaction.learn(from: one.report.header, one.report.tables)
    return (redaction.file(one.trace), redaction.report(one.report))
  }

  /// What may be shared of a finding that stood in a report.
  func redacted(_ finding: KnownFinding) -> KnownFinding {
    guard var redaction else { return finding }
    for text in finding.objects + [finding.message] { redaction.learn(from: text) }
    var finding = finding
    finding.message = redaction.text(finding.message)
    finding.objects = finding.objects.map { redaction.text($0) }
    return finding
  }

  /// Says on standard error what does not hold any longer or applies to nothing, and brings the baseline
  /// up to date.
  ///
  /// - Parameter isComplete: Whether all traces were read.
  /// - Throws: A failure where the baseline cannot be written.
  func finish(_ reports: [Report], isComplete: Bool) throws(CommandFailure) {
    let all = remarks + (comments?.remarks ?? [])
    for remark in all { say("\(remark)") }
    for entry in expired {
      let day = entry.expires.map { " on \($0)" } ?? ""
      say("\(entry.placePrefix)suppression '\(entry.text)' expired\(day), and holds no longer")
    }
    if isComplete { pointOutUnused(reports) }
    try baseline?.finish(isComplete: isComplete)
  }

  /// Names the suppressions that apply to nothing in any trace: they may hide something one day.
  private func pointOutUnused(_ reports: [Report]) {
    guard let first = reports.first else { return }
    let unused = first.unusedSuppressions.filter { entry in
      reports.allSatisfy { $0.unusedSuppressions.contains(entry) }
    }
    var ofSanitizer: [String: Int] = [:]
    for entry in unused {
      // Such a file is another tool's as well.
      if case .sanitizer(let file, _) = entry.origin {
        ofSanitizer[file, default: 0] += 1
      } else {
        say("\(entry.placePrefix)suppression '\(entry.text)' applies to nothing")
      }
    }
    for (file, count) in ofSanitizer.sorted(by: { $0.key < $1.key }) {
      say("\(file): \(count) \(count == 1 ? "entry applies" : "entries apply") to nothing")
    }
  }

  private func say(_ message: String) { StandardError.write("lockcheck: \(message)\n") }

  /// Entries for a configuration that suppress what is left.
  static func entries(for reports: [Report]) -> String {
    SuppressionEntries.yaml(
      for: reports.flatMap { report in report.findings.map { (reported: $0, report: report) } },
      root: FileManager.default.currentDirectoryPath + "/"
    ) { $0.message(in: $1) }
  }
}

extension Suppression {
  fileprivate var placePrefix: String { origin.place.map { "\($0): " } ?? "" }
}

extension CalendarDate {
  /// The day that it is, in UTC.
  fileprivate static var today: CalendarDate {
    CalendarDate(secondsSince1970: Int(Date().timeIntervalSince1970))
      ?? CalendarDate(year: 9999, month: 12, day: 31)!
  }
}
