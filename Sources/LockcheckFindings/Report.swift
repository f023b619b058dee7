public import LockcheckTrace

/// Everything that is said about one trace: what the renderers turn into bytes.
public struct Report: Sendable {
  /// The trace's own header.
  public internal(set) var header: TraceHeader
  /// The trace's tables, with every frame resolved that a finding refers to.
  public internal(set) var tables: TraceTables
  /// What threads and objects are called.
  public internal(set) var names: Names
  /// How many there are of everything.
  public internal(set) var summary: Summary
  /// The rules that were looked for, by code.
  public let rules: [Rule]
  /// One for each defect: surest first, then by kind, then by first event.
  public internal(set) var findings: [ReportedFinding]
  /// Those that somebody has decided to live with, in the same order; each has its
  /// ``ReportedFinding/suppression``.
  public internal(set) var suppressed: [ReportedFinding]
  /// Suppressions that applied to nothing.
  public internal(set) var unusedSuppressions: [Suppression]
  /// Patterns that look like trouble and are none, by first event.
  public internal(set) var ruledOut: [ReportedRuledOut]
  /// Whether it is about several runs of a program: their threads and objects stand in one table.
  public let isOfSeveralRuns: Bool
  /// How far the analysis went, in one word; nil where that does not matter.
  public let engine: String?
  /// What a reader should know about the trace itself: losses, and events that cannot have happened.
  public internal(set) var warnings: [ReportWarning]
  /// The whole run at a size that can be drawn; nil where nobody asked for it.
  public let picture: RunPicture?

  /// Groups, names, sorts and counts what the detectors found.
  ///
  /// - Parameters:
  ///   - tables: The trace's tables; frames whose names were not looked up are shown by address.
  ///   - rules: The rules that were asked for. What others found is left out, before the strongest
  ///     race rule of a variable is chosen.
  ///   - extent: How many threads and objects several runs have, where it is about those; the tables
  ///     need not have more than the findings name.
  ///   - picture: The whole run, where it is to be drawn.
  /// - Complexity: O(frames in the stacks of all findings), and a sort.
  public init(
    header: TraceHeader, tables: TraceTables, eventCount: Int, findings: [Finding],
    ruledOut: [RuledOut] = [], rules: [Rule] = Rule.usual, suppressions: Suppressions = .init(),
    warnings: [ReportWarning] = [], engine: String? = nil,
    extent: (threads: Int, objects: Int)? = nil, picture: RunPicture? = nil
  ) {
    let wanted = Set(rules)
    let findings = findings.filter {
      wanted.contains($0.rule) && $0.keepsToOneFunction(in: tables)
    }
    let ruledOut = ruledOut.filter { wanted.contains($0.rule) }
    let signatures = Signatures(
      steps: [findings.lazy.flatMap(\.steps), ruledOut.lazy.flatMap(\.steps)].joined(),
      objects: findings.lazy.flatMap(\.objects), tables: tables)
    let defects = findings.grouped(by: signatures).withoutWeakerRaces(by: signatures)
      .joinedInMemory(by: signatures).sorted { $0.precedes($1) }
    let patterns = ruledOut.grouped(by: signatures)

    var names = Names(tables)
    names.learnEntries(from: [defects.flatMap(\.steps), patterns.flatMap(\.steps)].joined())
    defects.forEach { names.mention($0) }
    patterns.forEach { names.mention($0.steps) }
    // Last: what only a schedule names is hardly looked at.
    defects.forEach { names.mention($0.witness) }
    if let picture { names.mention(picture) }

    self.header = header
    self.tables = tables
    self.names = names
    self.rules = Rule.all.filter { wanted.contains($0) }
    self.findings = defects.map {
      ReportedFinding($0, fingerprint: Fingerprint(of: $0, by: signatures), names: names)
    }
    self.suppressed = []
    self.unusedSuppressions = []
    self.ruledOut = patterns.map { ReportedRuledOut($0, names: names) }
    self.warnings = warnings
    self.engine = engine
    self.picture = picture
    self.isOfSeveralRuns = extent != nil
    self.summary = Summary(
      events: eventCount, threads: extent?.threads ?? tables.threads.count,
      objects: extent?.objects ?? tables.objects.count,
      ruledOut: patterns.count)
    summary.count(self.findings, suppressed: 0)
    suppress(by: suppressions)
  }

  /// Whether a finding is at least as sure as `verdict`.
  ///
  /// - Parameter performance: Whether findings about where the time goes count as well.
  public func contains(atLeast verdict: Verdict, performance: Bool = false) -> Bool {
    findings.contains {
      $0.finding.verdict >= verdict && (performance || $0.finding.rule.kind != .performance)
    }
  }
}

/// How many there are of everything.
public struct Summary: Sendable, Equatable {
  /// Events in the trace.
  public let events: Int
  /// Threads in the trace.
  public let threads: Int
  /// Synchronization objects and variables in the trace.
  public let objects: Int
  /// Findings that happened.
  public private(set) var observed = 0
  /// Findings that a reordering makes happen.
  public private(set) var predicted = 0
  /// Findings that nothing proves or refutes.
  public private(set) var possible = 0
  /// Findings that were suppressed.
  public private(set) var suppressed = 0
  /// Patterns that are none.
  public let ruledOut: Int

  fileprivate init(events: Int, threads: Int, objects: Int, ruledOut: Int) {
    self.events = events
    self.threads = threads
    self.objects = objects
    self.ruledOut = ruledOut
  }

  mutating func count(_ findings: [ReportedFinding], suppressed: Int) {
    let count = { (verdict: Verdict) in findings.count { $0.finding.verdict == verdict } }
    observed = count(.observed)
    predicted = count(.predicted)
    possible = count(.possible)
    self.suppressed = suppressed
  }
}

/// Something a reader should know about the trace itself.
public struct ReportWarning: Sendable, Equatable {
  /// One sentence.
  public let message: String
  /// The index of the event that it is about, where there is one.
  public let event: Int?

  /// Makes a warning.
  public init(_ message: String, event: Int? = nil) {
    self.message = message
    self.event = event
  }
}

extension Names {
  fileprivate mutating func mention(_ finding: Finding) {
    mention(finding.steps)
    finding.threads.forEach { mention($0) }
    finding.objects.forEach { mention($0) }
    switch finding.reason {
    case .notHeld(let holder): mention(holder)
    case .lockNotHeld(let lock): mention(lock)
    default: break
    }
    if let ordering = finding.orderedBy { mention(ordering) }
  }

  /// Hands out the labels of whatever only the picture shows.
  fileprivate mutating func mention(_ picture: RunPicture) {
    picture.threads.forEach { mention($0.thread) }
    picture.locks.forEach { mention($0.lock) }
    picture.timeline.spans.forEach { mention($0.object) }
  }

  private mutating func mention(_ ordering: Ordering) {
    mention(ordering.releaser)
    mention(ordering.object)
    mention(ordering.acquirer)
  }
}
