import ArgumentParser
import Foundation
import LockcheckFindings
import LockcheckPage
import LockcheckReport

/// In which form a report is written. `Docs/formats.md` tells what each is for.
enum ReportFormat: String, CaseIterable, ExpressibleByArgument {
  case text, json, html, sarif
  case sarifGitHub = "sarif-github"
  case github, markdown, junit, gcc, checkstyle, codeclimate, dot, svg
  case traceEvent = "trace-event"

  /// Whether it takes more than the report: the trace, or all that was analyzed of it. Only `analyze`
  /// has that at hand.
  var needsTrace: Bool { self == .dot || self == .svg || self == .traceEvent }

  /// Whether it draws the whole run.
  var drawsRun: Bool { self == .html }

  /// Refuses what only `analyze` can write.
  func validate(in command: String) throws {
    if needsTrace {
      throw ValidationError(
        "--format \(rawValue) goes with analyze: keep the trace of lockcheck \(command) for it.")
    }
  }
}

extension AnalysisOptions {
  /// The folder, with a slash at its end, from which paths inside it are told.
  var rootFolder: String {
    let folder = root ?? FileManager.default.currentDirectoryPath
    let path = URL(filePath: folder, directoryHint: .isDirectory).standardizedFileURL
      .path(percentEncoded: false)
    return path.hasSuffix("/") ? path : path + "/"
  }

  /// The renderer of a form; text where the form needs more than a report.
  ///
  /// - Parameters:
  ///   - format: The form that `--format` says where nil.
  ///   - failing: What makes the command fail, where it can.
  ///   - title: What a form that has a title calls the report.
  ///   - quotesSources: Whether lines of the sources are in it, where the form has any.
  ///   - taken: What stands in the file already, in bytes.
  func renderer(
    _ format: ReportFormat? = nil, style: TextStyle = .plain, failing: FailOptions? = nil,
    title: String = "", quotesSources: Bool = true, after taken: Int = 0
  ) -> any Renderer {
    let root = rootFolder
    switch format ?? self.format {
    case .json:
      var renderer = JSONRenderer(
        showsAllOccurrences: allOccurrences, showsRuledOut: explainRuledOut)
      renderer.showsSuppressed = showSuppressed
      return renderer
    case .html:
      return PageRenderer.here(
        title: title, allOccurrences: allOccurrences, quotesSources: quotesSources)
    case .sarif: return sarif(.full, quotesSources)
    case .sarifGitHub: return sarif(.github, quotesSources)
    case .github: return GitHubRenderer(root: root)
    case .markdown: return MarkdownRenderer(root: root, limit: MarkdownRenderer.usualLimit - taken)
    case .junit:
      return JUnitRenderer(
        root: root, failing: failing.map(\.failOn.verdict) ?? .predicted,
        failsOnPerformance: failing?.failOnPerformance ?? false)
    case .gcc: return GCCRenderer(root: root)
    case .checkstyle: return CheckstyleRenderer(root: root)
    case .codeclimate: return CodeClimateRenderer(root: root)
    case .text, .dot, .svg, .traceEvent:
      let files = SourceFiles(areQuoted: quotesSources)
      var renderer = TextRenderer(
        style: style, showsRuledOut: explainRuledOut, showsAllOccurrences: allOccurrences,
        root: root, source: { files.line($1, of: $0) })
      renderer.showsSuppressed = showSuppressed
      return renderer
    }
  }

  private func sarif(
    _ profile: SARIFRenderer.Profile, _ quotesSources: Bool
  ) -> SARIFRenderer {
    let files = SourceFiles(areQuoted: quotesSources)
    return SARIFRenderer(
      profile: profile, root: rootFolder, toolVersion: Version.number,
      source: { files.line($1, of: $0) })
  }
}
