import ArgumentParser
import Foundation
import Glibc
import LockcheckAnalysis
import LockcheckFindings
import LockcheckPage
import LockcheckPipeline
import LockcheckReport

/// How far an analysis goes, as it is written on the command line.
enum EngineChoice: String, CaseIterable, ExpressibleByArgument {
  case auto, streaming, search
  case syncPreserving = "sync-preserving"

  var engine: Engine {
    switch self {
    case .auto: .automatic
    case .streaming: .streaming
    case .syncPreserving: .syncPreserving
    case .search: .search
    }
  }
}

/// What is looked for and how it is shown: shared by `analyze` and `demo`.
struct AnalysisOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Look only for these rules.",
      discussion: """
        Names, codes or kinds (deadlock, race, misuse, performance), separated by commas.
        """,
      valueName: "rules"))
  var only: [String] = []

  @Option(
    help: ArgumentHelp(
      "Do not look for these rules.", discussion: "Written as for --only, which it goes before.",
      valueName: "rules"))
  var ignore: [String] = []

  @Option(
    help: ArgumentHelp(
      "How far the analysis goes.",
      discussion: """
        streaming: one pass, what happened and patterns; sync-preserving: also schedules that keep the \
        order of critical sections; search: also others, within a budget; auto: search for up to \
        10,000,000 events, streaming beyond. The report says which it was.
        """,
      valueName: "engine"))
  var engine = EngineChoice.auto

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Also look for lock orders that are cyclic by class.",
      discussion: """
        Locks of one declared class, or made in one place, are then taken for one another; what is \
        found so is possible and never more.
        """))
  var byClass = true

  @Flag(
    help: ArgumentHelp(
      "Also tell where the time goes: contention, long holds, convoys.",
      discussion: "Needs a trace with times. Such findings fail nothing: see --fail-on-performance."
    ))
  var performance = false

  @Option(
    help: ArgumentHelp(
      "Leave out a finding that you have decided to live with.",
      discussion: """
        RULE, RULE:GLOB or a fingerprint. RULE is a name or code; GLOB matches a function, file or \
        object name (* any run of characters, ? any one). @FILE reads one entry a line; # begins a \
        comment.
        """,
      valueName: "entry"))
  var suppress: [String] = []

  @Flag(help: "Also list the findings that are suppressed, with the reasons.")
  var showSuppressed = false

  @Flag(help: "Also list the patterns that look like trouble and are none, with the reasons.")
  var explainRuledOut = false

  @Flag(help: "List the events of every occurrence of a finding.")
  var allOccurrences = false

  @Option(help: ArgumentHelp("How the report is written.", valueName: "format"))
  var format = ReportFormat.text

  @Option(
    help: ArgumentHelp(
      "The folder from which paths inside it are told; the working directory where nothing is said.",
      valueName: "folder"), completion: .directory)
  var root: String?

  /// The rules that were asked for.
  ///
  /// - Parameter performance: Whether those about where the time goes are, whatever the options say.
  func rules(performance isAsked: Bool = false) throws -> [Rule] {
    let ignored = try rules(in: ignore, of: "--ignore")
    return try wanted(performance: performance || isAsked).filter { !ignored.contains($0) }
  }

  private func wanted(performance: Bool) throws -> [Rule] {
    guard !only.isEmpty else { return performance ? Rule.all : Rule.usual }
    let times = performance ? Rule.selected(by: Rule.Kind.performance.rawValue) : []
    return times + (try rules(in: only, of: "--only"))
  }

  private func rules(in words: [String], of option: String) throws -> [Rule] {
    try words.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
      .flatMap { word in
        let word = word.trimmingCharacters(in: .whitespaces)
        let rules = Rule.selected(by: word)
        if rules.isEmpty {
          let guess = Rule.guess(at: word)
          throw ValidationError(
            "\(option): there is no rule or kind '\(word)'\(guess.isEmpty ? "." : guess)"
              + " 'lockcheck explain' lists them.")
        }
        return rules
      }
  }

  /// The suppressions that were asked for, those in files among them.
  func suppressions() throws -> Suppressions {
    Suppressions(
      try suppress.flatMap { text in
        if !text.hasPrefix("@") { return try entries(of: "--suppress") { [try .init(text)] } }
        let path = String(text.dropFirst())
        let lines = try Self.contents(of: path)
        return try entries(of: path) { try Suppressions(lines: lines, file: path).entries }
      })
  }

  func validate() throws {
    _ = try rules()
    // Files are read when the command runs.
    for text in suppress where !text.hasPrefix("@") {
      _ = try entries(of: "--suppress") { [try .init(text)] }
    }
  }

  private func entries(
    of place: String, _ read: () throws -> [Suppressions.Entry]
  ) throws -> [Suppressions.Entry] {
    do { return try read() } catch { throw ValidationError("\(place): \(error)") }
  }

  private static func contents(of path: String) throws(CommandFailure) -> String {
    do { return try String(contentsOfFile: path, encoding: .utf8) } catch {
      throw CommandFailure(.noInput, "cannot read the suppressions in '\(path)': \(reason(errno))")
    }
  }
}
