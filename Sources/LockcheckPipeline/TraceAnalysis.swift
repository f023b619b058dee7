public import LockcheckAnalysis
import LockcheckCodecs
public import LockcheckFindings
public import LockcheckTrace

/// From events to a report: analyzes, looks up the names that the findings need, groups and counts.
public struct TraceAnalysis: Sendable {
  /// Gives names to the frames of some stacks and to some objects, and says where it cannot.
  public typealias Resolver =
    @Sendable (
      _ tables: inout TraceTables, _ stacks: [StackID], _ objects: [ObjectID]
    ) -> [ReportWarning]

  /// The rules that are looked for.
  public var rules: [Rule]
  /// How far the analysis goes.
  public var engine: Engine
  /// Whether lock-order cycles that go round by the classes of locks are looked for as well.
  public var byClass: Bool
  /// What somebody has decided to live with.
  public var suppressions: Suppressions
  /// Where names come from. Only asked about stacks and objects that a finding refers to.
  public var resolver: Resolver
  /// Whether reports have a `RunPicture`, to be drawn.
  public var takesPicture = false

  /// Makes an analysis.
  public init(
    rules: [Rule] = Rule.usual, engine: Engine = .automatic, byClass: Bool = true,
    suppressions: Suppressions = Suppressions(),
    resolver: @escaping Resolver = TraceAnalysis.symbols
  ) {
    self.rules = rules
    self.engine = engine
    self.byClass = byClass
    self.suppressions = suppressions
    self.resolver = resolver
  }

  /// Reads everything that `source` has, and reports on it.
  ///
  /// - Parameter progress: Called now and then with the number of events read so far.
  /// - Throws: What `source` throws. A decoder that was told to go on past damage does not throw for
  ///   it: the report then lists what was lost, and its findings say that events are missing.
  /// - Complexity: That of `Analyzer`.
  public func report(
    on source: some EventSource, progress: @escaping (Int) -> Void = { _ in }
  ) throws -> Report {
    try analyze(source, named: "", progress: progress).report
  }

  /// Reads everything that `source` has, reports on it, and keeps what further traces may add to.
  ///
  /// - Throws: What ``report(on:progress:)`` throws.
  public func analyze(
    _ source: some EventSource, named name: String, progress: @escaping (Int) -> Void = { _ in }
  ) throws -> AnalyzedTrace {
    var analyzer = Analyzer(rules: rules, engine: engine)
    var watched = WatchedSource(
      ReadAhead(source), progress: progress, painter: takesPicture ? RunPainter() : nil)
    try analyzer.analyze(&watched)
    let decoder = watched.source.source as? any TraceDecoder
    let losses = decoder?.losses ?? []
    if !losses.isEmpty { analyzer.noteIncomplete(hasGap: decoder?.hasGap ?? false) }
    let result = analyzer.finish()
    let requests = result.lockRequests
    let picture = watched.painter?.finish(requests)
    return AnalyzedTrace(
      name: name,
      report: report(
        on: result, header: watched.header,
        warnings: ReportWarning.beginning(of: watched.header) + losses.map(ReportWarning.init),
        picture: picture),
      lockRequests: requests)
  }

  /// Reports on what an analyzer found.
  ///
  /// - Parameters:
  ///   - warnings: What is known about the trace already; stands before all others.
  ///   - picture: The whole run, where it is to be drawn.
  public func report(
    on result: consuming AnalysisResult, header: TraceHeader, warnings: [ReportWarning] = [],
    picture: RunPicture? = nil
  ) -> Report {
    if byClass, rules.contains(.lockOrderCycle) { addCyclesByClass(to: &result) }
    var tables = result.tables
    let wanted = result.wantedNames(for: rules, picture: picture)
    let symbolWarnings = resolver(&tables, wanted.stacks, wanted.objects)
    let names = Names(tables)
    return Report(
      header: header, tables: tables, eventCount: result.eventCount, findings: result.findings,
      ruledOut: result.ruledOut, rules: rules, suppressions: suppressions,
      warnings: warnings + result.warnings.map { ReportWarning($0, names: names) }
        + symbolWarnings, engine: result.engine.rawValue, picture: picture)
  }
}

extension AnalysisResult {
  /// Every stack and every object that a report on these rules may show, each once and in order.
  fileprivate func wantedNames(
    for rules: [Rule], picture: RunPicture?
  ) -> (stacks: [StackID], objects: [ObjectID]) {
    let steps =
      findings.filter { rules.contains($0.rule) }.flatMap { $0.steps + $0.waits }
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
      if let ordering = finding.orderedBy { objects.insert(ordering.object) }
    }
    objects.formUnion(scheduledObjects)
    objects.formUnion(warnings.map(\.object))
    if let shown = picture?.shown {
      stacks.formUnion(shown.stacks)
      objects.formUnion(shown.objects)
    }
    stacks.formUnion(objects.filter(\.isPresent).map { tables.objects.stack(of: $0) })
    return (stacks.filter(\.isPresent).sorted(), objects.filter(\.isPresent).sorted())
  }

  /// What schedules name: there may be a hundred thousand events in each, about a few objects.
  private var scheduledObjects: [ObjectID] {
    var isNamed = [Bool](repeating: false, count: tables.objects.count)
    for finding in findings {
      for scheduled in finding.witness where scheduled.object.isPresent {
        isNamed[scheduled.object.index] = true
      }
    }
    return isNamed.indices.filter { isNamed[$0] }.map { ObjectID($0) }
  }
}

/// A source that says how far it has been read.
private struct WatchedSource<Source: EventSource>: EventSource {
  var source: Source
  private var count = 0
  private let progress: (Int) -> Void
  /// Looks at every event on its way, where a picture is wanted.
  var painter: RunPainter?

  init(_ source: Source, progress: @escaping (Int) -> Void, painter: RunPainter?) {
    self.source = source
    self.progress = progress
    self.painter = painter
  }

  var header: TraceHeader { source.header }

  mutating func read(into events: inout [Event], tables: inout TraceTables) throws -> Bool {
    let hasMore = try source.read(into: &events, tables: &tables)
    count += events.count
    if painter != nil { for event in events { painter?.observe(event, in: tables) } }
    progress(count)
    return hasMore
  }
}
