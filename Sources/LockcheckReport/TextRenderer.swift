public import LockcheckFindings
import LockcheckTrace

/// The report for a person: what went wrong, who did what and where, why it is wrong, how to mend it.
public struct TextRenderer: Renderer, Sendable {
  /// Reads one line of a source file, without its line break; nil where it cannot be had.
  public typealias SourceProvider = @Sendable (_ file: String, _ line: Int) -> String?

  /// Colours and width.
  public var style: TextStyle
  /// Whether the patterns that are none are listed, with the reasons.
  public var showsRuledOut: Bool
  /// Whether each finding lists the events of every occurrence.
  public var showsAllOccurrences: Bool
  /// Whether the findings that somebody lives with are listed, with the decisions.
  public var showsSuppressed = false
  /// The folder, with a slash at its end, from which paths inside it are shown; empty for none.
  public var root: String
  let source: SourceProvider

  /// Makes a renderer.
  ///
  /// - Parameter source: Where source lines come from. The renderer itself reads no file.
  public init(
    style: TextStyle = .plain, showsRuledOut: Bool = false, showsAllOccurrences: Bool = false,
    root: String = "", source: @escaping SourceProvider = { _, _ in nil }
  ) {
    self.style = style
    self.showsRuledOut = showsRuledOut
    self.showsAllOccurrences = showsAllOccurrences
    self.root = root
    self.source = source
  }

  /// The findings, what was ruled out where asked for, and a summary.
  public func render(_ report: Report) -> String {
    var page = TextPage(style)
    var explained: Set<Rule> = []
    for (index, finding) in report.findings.enumerated() {
      let story = Story(finding, in: report)
      // Why a rule matters is said once: who reads the fifth race knows.
      let isNew = explained.insert(finding.finding.rule).inserted
      write(
        finding, story: story, number: "\(index + 1) of \(report.findings.count)",
        isExplained: isNew, to: &page)
    }
    if showsSuppressed { writeSuppressed(of: report, to: &page) }
    if showsRuledOut { writeRuledOut(of: report, to: &page) }
    writeSummary(of: report, to: &page)
    return page.text
  }

  /// One report after the other, each under the name of its trace.
  public func render(_ reports: [(trace: String, report: Report)]) -> String {
    reports.map { one in
      var page = TextPage(style)
      if one.report.isOfSeveralRuns {
        page.line(TextPiece("All traces together", .strong))
      } else {
        page.line(TextPiece("Trace ", .faint), TextPiece(one.trace, .strong))
      }
      page.gap()
      return page.text + render(one.report)
    }.joined(separator: "\n\n")
  }
}

extension Verdict {
  /// The verdict in plain words.
  package var words: String {
    switch self {
    case .observed: "HAPPENED"
    case .predicted: "CAN HAPPEN"
    case .possible: "LOOKS POSSIBLE"
    }
  }

  var role: TextRole {
    switch self {
    case .observed: .happened
    case .predicted: .canHappen
    case .possible: .looksPossible
    }
  }
}

extension Finding {
  /// What the plain words of the verdict promise.
  var promise: String {
    switch (verdict, missing) {
    case (.observed, _): "in this run"
    case (.predicted, _): "a schedule of this very run makes it happen"
    case (.possible, .neverInOneRun?): "never seen in one run"
    case (.possible, .byClass?): "by class: never seen with the same locks"
    case (.possible, _) where reason.isOfLevels: "against the order that was declared"
    case (.possible, .values?): "no schedule of this run makes it happen; another run may"
    case (.possible, _): "nothing in this run proves or refutes it"
    }
  }
}

extension Missing {
  /// What is missing, and why.
  package var explanation: String {
    switch self {
    case .values:
      "Not proved: no order of this run's events in which every read sees what it saw gets there. "
        + "What the threads passed to one another forbids it in this run; with other values it may "
        + "happen."
    case .wakers:
      "Not proved: every order of this run's events in which each read sees what it saw leaves somebody "
        + "who could end the wait."
    case .notDecided:
      "Not proved: the search for a schedule was given up before everything was tried."
    case .notSearched:
      "Not proved: no schedule was looked for; the trace is too long for it, or it was not asked for."
    case .byClass:
      "Not proved: the steps are about different locks of one class, and no two threads of this run did it "
        + "with the same ones. --no-by-class leaves such findings out."
    case .neverInOneRun:
      "Never seen in one run: the steps are from different traces. Objects are taken for the same "
        + "where they have the same name, or none and the same kind and birthplace."
    }
  }
}
