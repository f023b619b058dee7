import Foundation
import LockcheckFindings
import LockcheckTriage

/// Where it is written down which findings a project lives with.
///
/// Of `.lockcheck.yml` the keys `suppressions`, `tsan-suppressions` and `ignore` hold, and what is expired does
/// not; the others are settings of the command.
public enum RecordedDecisions: Sendable, Hashable {
  /// In the `.lockcheck.yml` of the folder that the tests run in, or of the nearest one around it, and in
  /// comments next to the code.
  case ofProject
  /// In this configuration, and in comments next to the code.
  case configuration(file: String)
  /// Nowhere.
  case none

  /// Reads them.
  ///
  /// - Throws: ``LockcheckTriage/TriageFileError`` where something is not understood: tests that would fail
  ///   for it are not to pass.
  func read() throws -> Decisions {
    switch self {
    case .none: return Decisions(ignored: [], suppressions: [], heedsComments: false)
    case .configuration(let file): return try Self.read(file)
    case .ofProject:
      guard let file = Configuration.path(from: FileManager.default.currentDirectoryPath) else {
        return Decisions(ignored: [], suppressions: [], heedsComments: true)
      }
      return try Self.read(file)
    }
  }

  /// What was decided.
  struct Decisions {
    var ignored: Set<Rule>
    var suppressions: [Suppression]
    var heedsComments: Bool

    func suppressByComments(_ report: inout Report) {
      guard heedsComments, !report.findings.isEmpty else { return }
      var lines: [String: [Substring]] = [:]
      var comments = SourceComments { file, line in
        let known = lines[file] ?? Self.lines(of: file)
        lines[file] = known
        return known.indices.contains(line - 1) ? String(known[line - 1]) : nil
      }
      let all = report
      report.suppress { comments.suppression(for: $0, in: all) }
    }

    private static func lines(of file: String) -> [Substring] {
      (try? String(contentsOfFile: file, encoding: .utf8))?
        .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) ?? []
    }
  }

  private static func read(_ file: String) throws -> Decisions {
    let configuration = try Configuration(contentsOf: file, named: file)
    var suppressions = configuration.suppressions.entries
    let folder = URL(filePath: file).deletingLastPathComponent()
    for path in configuration[.tsanSuppressions] ?? [] {
      let place = URL(filePath: path, relativeTo: folder).path(percentEncoded: false)
      guard let text = try? String(contentsOfFile: place, encoding: .utf8) else {
        throw TriageFileError(file: place, "cannot be read")
      }
      suppressions += try SanitizerSuppressions(text, file: place).suppressions
    }
    let now = CalendarDate(secondsSince1970: Int(Date().timeIntervalSince1970))
    return Decisions(
      ignored: configuration.ignoredRules,
      suppressions: now.map { Suppressions(suppressions).sorted(by: $0).valid.entries }
        ?? suppressions,
      heedsComments: true)
  }
}
