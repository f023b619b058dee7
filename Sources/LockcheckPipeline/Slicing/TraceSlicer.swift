import LockcheckAnalysis
public import LockcheckFindings
public import LockcheckTrace

/// Looks for the smallest part of a trace that still shows a finding.
///
/// Starts from what the finding itself names (its witness and its steps, then its threads and
/// objects) where that is enough, otherwise from the whole trace, and takes away by delta debugging
/// what is not needed: threads first, then units that are only complete together. Every trial is
/// analyzed as any trace is. A trial in which an object breaks rules that it keeps in the trace, such
/// as a semaphore without the release that an acquire needs, does not count: such a trace would show
/// something else.
///
/// The result is small, and nothing in it can be left out by itself; it need not be the smallest
/// there is.
public struct TraceSlicer {
  /// What a slicer came to.
  public struct Slice: Sendable {
    /// The events that are left, with tables that hold what they name.
    public var trace: Trace
    /// Whether the work was cut short, so that more could be left out.
    public var isCutShort: Bool
    /// How many traces were analyzed.
    public var trials: Int
  }

  private let trace: Trace
  private let target: ReportedFinding
  private let analysis: TraceAnalysis
  private let unclear: Set<ObjectID>
  private var budget: Int
  private var trials = 0

  /// Makes a slicer.
  ///
  /// - Parameters:
  ///   - trace: The whole trace, with the names that the finding's stacks have in the report.
  ///   - target: A finding of a report on it.
  ///   - budget: How many events may be looked at in all trials together.
  public init(_ trace: Trace, showing target: ReportedFinding, budget: Int) {
    self.trace = trace
    self.target = target
    self.budget = budget
    analysis = TraceAnalysis(resolver: TraceAnalysis.withoutSymbols)
    unclear = WitnessChecker(trace.events, tables: trace.tables).unclearObjects
  }

  /// The budget that is enough for most traces of that length, and over within a minute or so.
  public static func usualBudget(for events: Int) -> Int { max(20_000_000, events * 40) }

  /// Does the work.
  ///
  /// - Complexity: O(budget).
  public mutating func slice() -> Slice {
    var left = start()
    left = reduce(left, by: threadUnits(left))
    left = reduce(left, by: SliceUnits(trace.events, of: left).units)
    return Slice(trace: part(left).pruned(), isCutShort: budget <= 0, trials: trials)
  }

  /// The first of a few guesses that shows the finding.
  private mutating func start() -> [Int] {
    let finding = target.finding
    let whole = Array(trace.events.indices)
    var named = Set(finding.steps.map(\.event))
    for run in finding.witness {
      for index in run.index...run.through where trace.events[index].thread == run.thread {
        named.insert(index)
      }
    }
    let threads = Set(finding.threads)
    let objects = Set(finding.objects + finding.steps.flatMap(\.holding).map(\.object))
    let units = SliceUnits(trace.events, of: whole).units
    let guesses = [
      units.filter { $0.contains(where: named.contains) },
      units.filter { unit in
        unit.contains { index in
          let event = trace.events[index]
          return event.operation.namesThread || event.operation == .start
            || (threads.contains(event.thread) && objects.contains(event.object))
        }
      },
      units.filter { unit in unit.contains { threads.contains(trace.events[$0].thread) } },
    ]
    for guess in guesses {
      let indices = guess.joined().sorted()
      if indices.count < whole.count, shows(indices) == true { return indices }
    }
    return whole
  }

  /// All that a thread does, with its fork and joins.
  private func threadUnits(_ indices: [Int]) -> [[Int]] {
    var units: [ThreadID: [Int]] = [:]
    for index in indices {
      let event = trace.events[index]
      let thread = event.operation.namesThread ? event.child : event.thread
      units[thread, default: []].append(index)
    }
    return units.sorted { $0.key < $1.key }.map(\.value)
  }

  private mutating func reduce(_ indices: [Int], by units: [[Int]]) -> [Int] {
    var slicer = self
    let left = deltaDebug(units) { slicer.shows($0.joined().sorted()) }
    self = slicer
    return left.count == units.count ? indices : left.joined().sorted()
  }

  /// Whether these events show the finding; nil where the budget is used up.
  private mutating func shows(_ indices: [Int]) -> Bool? {
    guard budget > 0 else { return nil }
    budget -= indices.count + 1_000
    trials += 1
    let part = part(indices)
    let checker = WitnessChecker(part.events, tables: part.tables)
    guard checker.unclearObjects.isSubset(of: unclear) else { return false }
    guard let report = try? analysis.report(on: TraceEvents(part)) else { return false }
    return report.findings.contains { found in
      found.fingerprint == target.fingerprint && found.finding.verdict >= target.finding.verdict
        // The same story, not only the same name.
        && isSame(found.finding.reason, target.finding.reason)
        && Set(found.finding.objects) == Set(target.finding.objects)
    }
  }

  private func isSame(_ one: Reason, _ other: Reason) -> Bool {
    // How many tasks there were too many is no part of the story.
    if case .overdone = one, case .overdone = other { return true }
    return one == other
  }

  private func part(_ indices: [Int]) -> Trace {
    Trace(header: trace.header, tables: trace.tables, events: indices.map { trace.events[$0] })
  }
}
