public import LockcheckAnalysis
import LockcheckCodecs
public import LockcheckFindings
public import LockcheckTrace

/// From events to a report: analyzes, looks up the names that the findings need, groups and counts.
public struct TraceAnalysis: Sendable {
  /// Gives names to the frames of some stacks, and says where it cannot.
  public typealias Resolver =
    @Sendable (_ tables: inout TraceTables, _ stacks: [StackID]) -> [ReportWarning]

  /// The rules that are looked for.
  public var rules: [Rule]
  /// What somebody has decided to live with.
  public var suppressions: Suppressions
  /// Where names come from. Only asked about stacks that a finding refers to.
  public var resolver: Resolver

  /// Makes an analysis.
  public init(
    rules: [Rule] = Rule.all, suppressions: Suppressions = Suppressions(),
    resolver: @escaping Resolver = TraceAnalysis.symbols
  ) {
    self.rules = rules
    self.suppressions = suppressions
    self.resolver = resolver
  }

  /// Reads everything that `source` has, and reports on it.
  ///
  /// - Parameter progress: Called now and then with the number of events read so far.
  /// - Throws: What `source` throws. A decoder that was told to go on past damage does not throw for
  ///   it: the report then lists what was lost, and its findings say that events are missing.
  /// - Complexity: That of ``LockcheckAnalysis/Analyzer``.
  public func report(
    on source: some EventSource, progress: @escaping (Int) -> Void = { _ in }
  ) throws -> Report {
    var analyzer = Analyzer(rules: rules)
    var watched = WatchedSource(ReadAhead(source), progress: progress)
    try analyzer.analyze(&watched)
    let decoder = watched.source.source as? any TraceDecoder
    let losses = decoder?.losses ?? []
    if !losses.isEmpty { analyzer.noteIncomplete(hasGap: decoder?.hasGap ?? false) }
    return report(
      on: analyzer.finish(), header: watched.header, warnings: losses.map(ReportWarning.init))
  }

  /// Reports on what an analyzer found.
  ///
  /// - Parameter warnings: What is known about the trace already; stands before all others.
  public func report(
    on result: consuming AnalysisResult, header: TraceHeader, warnings: [ReportWarning] = []
  ) -> Report {
    var tables = result.tables
    let symbolWarnings = resolver(&tables, result.stacks(for: rules))
    let names = Names(tables)
    return Report(
      header: header, tables: tables, eventCount: result.eventCount, findings: result.findings,
      ruledOut: result.ruledOut, rules: rules, suppressions: suppressions,
      warnings: warnings + result.warnings.map { ReportWarning($0, names: names) }
        + symbolWarnings)
  }
}

extension AnalysisResult {
  /// Every stack that a report on these rules may show, each once and in order.
  fileprivate func stacks(for rules: [Rule]) -> [StackID] {
    let steps =
      findings.filter { rules.contains($0.rule) }.flatMap(\.steps)
      + ruledOut.filter { rules.contains($0.rule) }.flatMap(\.steps)
    var objects = Set(findings.flatMap(\.objects))
    var stacks: Set<StackID> = []
    for step in steps {
      stacks.insert(step.stack)
      objects.insert(step.object)
      for held in step.holding {
        stacks.insert(held.stack)
        objects.insert(held.object)
      }
    }
    for pattern in ruledOut {
      if case .gateLock(let gate) = pattern.reason { objects.insert(gate) }
    }
    for finding in findings {
      if case .lockNotHeld(let lock) = finding.reason { objects.insert(lock) }
    }
    stacks.formUnion(objects.filter(\.isPresent).map { tables.objects.stack(of: $0) })
    return stacks.filter(\.isPresent).sorted()
  }
}

/// A source that says how far it has been read.
private struct WatchedSource<Source: EventSource>: EventSource {
  var source: Source
  private var count = 0
  private let progress: (Int) -> Void

  init(_ source: Source, progress: @escaping (Int) -> Void) {
    self.source = source
    self.progress = progress
  }

  var header: TraceHeader { source.header }

  mutating func read(into events: inout [Event], tables: inout TraceTables) throws -> Bool {
    let hasMore = try source.read(into: &events, tables: &tables)
    count += events.count
    progress(count)
    return hasMore
  }
}
