import LockcheckAnalysis
public import LockcheckFindings
import LockcheckTrace

extension TraceAnalysis {
  /// Reports the lock-order cycles whose steps stand in different traces, and that none of these has by
  /// itself.
  ///
  /// - Returns: Nil where there is nothing to say.
  /// - Complexity: That of `LockOrderMerge`, and linear in threads and objects.
  public func report(together all: [AnalyzedTrace]) -> Report? {
    let traces = all.filter { ($0.lockRequests?.count ?? 0) > 0 }
    guard traces.count > 1, rules.contains(.lockOrderCycle) else { return nil }
    // What cannot be resolved was pointed out trace by trace.
    var tables = traces.map(\.report.tables)
    for place in tables.indices {
      _ = resolver(
        &tables[place], tables[place].birthplaceStacks, traces[place].lockRequests?.locks ?? [])
    }
    let classes = LockClasses(
      zip(traces, tables).compactMap { trace, tables in trace.lockRequests.map { ($0, tables) } })
    let merge = LockOrderMerge(classes.runs, ambiguous: classes.ambiguous)
    let names = zip(tables.indices, merge.stacks).map { place, stacks in
      if !stacks.isEmpty { _ = resolver(&tables[place], stacks, []) }
      return tables[place].lastingNames(of: stacks)
    }
    let found = merge.cycles(places: Self.numbers(of: names))
    if found.cycles.isEmpty, !found.isCutShort { return nil }

    var story = MergedStory(traces.map(\.name), tables, classes.runs)
    let findings = found.cycles.map { story.finding($0, merge) }
    // Held locks may have been taken elsewhere than where the request stands.
    _ = resolver(&story.tables, story.tables.stacks.indices.map { StackID($0) }, [])
    let warning = AnalysisWarning(
      .cycleSearchCutShort(ruledOutOnly: false), at: 0, thread: .absent)
    return Report(
      header: TraceHeader(), tables: story.tables,
      eventCount: all.reduce(0) { $0 + $1.report.summary.events }, findings: findings,
      rules: [.lockOrderCycle], suppressions: suppressions,
      warnings: found.isCutShort ? [ReportWarning(warning, names: Names(story.tables))] : [],
      extent: (
        threads: all.reduce(0) { $0 + $1.report.summary.threads },
        objects: all.reduce(0) { $0 + $1.report.summary.objects }
      ))
  }

  /// A number for each name, the same in all runs.
  private static func numbers(of names: [[StackID: String]]) -> [[StackID: Int]] {
    var numbers: [String: Int] = [:]
    for name in names.flatMap(\.values) where numbers[name] == nil {
      numbers[name] = numbers.count
    }
    return names.map { $0.compactMapValues { numbers[$0] } }
  }
}

extension TraceTables {
  /// The stacks that made locks without a name, each once and in order.
  fileprivate var birthplaceStacks: [StackID] {
    var stacks: Set<StackID> = []
    for place in objects.kinds.indices where objects.kinds[place].canBeHeld {
      if objects.names[place] == nil { stacks.insert(objects.stacks[place]) }
    }
    return stacks.filter(\.isPresent).sorted()
  }
}

/// Findings about several runs, with one table for what they name in all of them.
private struct MergedStory {
  var tables = TraceTables()
  private let traces: [String]
  private let sources: [TraceTables]
  private let runs: [MergedRun]
  private var threads: [Own<ThreadID>: ThreadID] = [:]
  private var objects: [Own<ObjectID>: ObjectID] = [:]
  private var classes: [ObjectID: ObjectID] = [:]
  private var stacks: [Own<StackID>: StackID] = [:]

  /// Something with the number that one run has for it.
  private struct Own<ID: DenseIdentifier>: Hashable {
    var run: Int
    var id: ID
  }

  init(_ traces: [String], _ sources: [TraceTables], _ runs: [MergedRun]) {
    self.traces = traces
    self.sources = sources
    self.runs = runs
  }

  mutating func finding(_ cycle: [MergedStep], _ merge: LockOrderMerge) -> Finding {
    let steps = cycle.map { step in
      var event = Event(
        .acquire, by: thread(step.thread, in: step.run), on: object(step.lock, in: step.run),
        at: stack(step.stack, in: step.run))
      event.mode = step.mode
      event.isPending = step.isPending
      let holding = merge.locks(heldAt: step).map { held in
        HeldLock(
          object: object(held.object, in: step.run), mode: held.mode,
          stack: stack(held.stack, in: step.run))
      }
      return Step(event, at: step.event, holding: holding)
    }
    let assumed = Set(cycle.flatMap { runs[$0.run].requests.assumptions })
    var finding = Finding(
      .lockOrderCycle, .possible, .orderCycle, steps: steps,
      assumes: Assumption.allCases.filter(assumed.contains))
    finding.missing = .neverInOneRun
    return finding
  }

  /// The thread, with its trace in its name.
  private mutating func thread(_ id: ThreadID, in run: Int) -> ThreadID {
    let own = Own(run: run, id: id)
    if let known = threads[own] { return known }
    var row = sources[run][id]
    let name = row.name ?? row.externalID.map { "thread \($0)" } ?? "a thread"
    row.name = "\(name) in \(traces[run])"
    let new = ThreadID(tables.threads.count)
    tables.threads.append(row)
    threads[own] = new
    return new
  }

  private mutating func object(_ id: ObjectID, in run: Int) -> ObjectID {
    let own = Own(run: run, id: id)
    let lockClass = runs[run].lockClasses[id]
    if let known = objects[own] ?? lockClass.flatMap({ classes[$0] }) { return known }
    let source = sources[run].objects
    let new = tables.objects.append(
      kind: source.kind(of: id), name: source.name(of: id),
      stack: stack(source.stack(of: id), in: run))
    if lockClass == nil { tables.objects[new].externalID = source[id].externalID }
    objects[own] = new
    if let lockClass { classes[lockClass] = new }
    return new
  }

  private mutating func stack(_ id: StackID, in run: Int) -> StackID {
    guard id.isPresent else { return .absent }
    let own = Own(run: run, id: id)
    if let known = stacks[own] { return known }
    let frames = sources[run].frames(of: id)
    let first = tables.frames.count
    for frame in frames { tables.frames.append(frame) }
    tables.stacks.append(CallStack(frames.indices.map { FrameID(first + $0) }))
    let new = StackID(tables.stacks.count - 1)
    stacks[own] = new
    return new
  }
}
