public import LockcheckFindings
public import LockcheckTrace

/// Finds lock-order cycles whose steps stand in the traces of different runs of one program, and that
/// none of these runs has by itself; or, of one run, those that it has by the classes of its locks alone
/// (``LockOrderByClass``).
///
/// 1. Locks of different runs that are taken for the same have one class; requests of all runs are
///    grouped by class, and `LockCycleSearch` looks for cycles as it does in one run.
/// 2. For each cycle a request is chosen for each step, of different threads and of at least two runs,
///    such that no order within one run forbids that they meet.
/// 3. A cycle whose steps one of the runs has all of is that run's: it was reported there, or ruled
///    out with a reason that holds elsewhere too.
///
/// Steps of different runs are taken to be unordered, which nothing shows: whatever is found is
/// `possible` and no more. Misses cycles through two locks of one class, such as two accounts.
public struct LockOrderMerge: Sendable {
  private let runs: [MergedRun]
  private let merged: MergedRequests
  private let search: LockCycleSearch
  private let limits: LockCycleSearch.Limits

  /// Looks for cycles through `runs`.
  ///
  /// - Parameter ambiguous: Classes of which a run has several locks. Who holds one of them keeps
  ///   nobody out who holds another.
  /// - Complexity: Linear in requests and nestings up to a limit, and what `LockCycleSearch` takes.
  public init(_ runs: [MergedRun], ambiguous: Set<ObjectID> = []) {
    self.init(runs, ambiguous: ambiguous, limits: LockCycleSearch.Limits())
  }

  init(_ runs: [MergedRun], ambiguous: Set<ObjectID>, limits: LockCycleSearch.Limits) {
    self.runs = runs
    self.limits = limits
    merged = MergedRequests(runs, limit: limits.holds)
    search = LockCycleSearch(merged.classes, limits: limits, ambiguous: ambiguous)
  }

  /// By run: the stacks of all requests that may turn out to be steps, each once and in order.
  public var stacks: [[StackID]] {
    var stacks = runs.map { _ in Set<StackID>() }
    for cycle in search.cycles where cycle.obstacle == nil {
      for request in cycle.classes.flatMap({ merged.classes[$0].members })
        .flatMap(\.dependencies).map({ merged.requests[$0] })
      {
        let table = runs[request.run].requests.table
        stacks[request.run].insert(table.dependencies[request.dependency].key.stack)
      }
    }
    return stacks.map { $0.filter(\.isPresent).sorted() }
  }

  /// The cycles that no run has by itself.
  ///
  /// - Parameter places: By run: a number for each stack that names functions, the same in all runs for
  ///   the same functions.
  public func cycles(places: [[StackID: Int]]) -> MergedCycles {
    cycles(places: places, classes: nil)
  }

  /// The cycles that the only run has by the classes of its locks, and not by the locks themselves: one for
  /// each round of classes.
  func cycles(throughClasses classes: ClassesOfRun) -> MergedCycles {
    cycles(places: runs.map { _ in [:] }, classes: classes)
  }

  private func cycles(places: [[StackID: Int]], classes: ClassesOfRun?) -> MergedCycles {
    var result = MergedCycles()
    result.isCutShort = merged.isCutShort || search.isExhausted
    var assignment = MergedCycleAssignment(
      runs, merged, places: places, classes: classes, stepLimit: limits.choices)
    var reported = reportedCycles()
    for cycle in search.cycles where cycle.obstacle == nil {
      let locks = cycle.classes.map { merged.classes[$0].key.lock }
      if reported.contains(locks.fromSmallest) { continue }
      guard result.cycles.count < limits.reports, !assignment.isExhausted else {
        result.isCutShort = true
        break
      }
      switch assignment.assign(cycle) {
      case .found(let steps):
        result.cycles.append(steps)
        // Of one run, what else is held around the steps makes no other defect.
        if classes != nil { reported.insert(locks.fromSmallest) }
      case .none: break
      case .undecided: result.isCutShort = true
      }
    }
    return result
  }

  /// The locks held around a step, outermost first, with the numbers of its run.
  public func locks(heldAt step: MergedStep) -> [HeldLock] {
    runs[step.run].requests.locks(of: step.held)
  }

  /// What the runs reported of themselves, by class.
  private func reportedCycles() -> Set<[ObjectID]> {
    var reported: Set<[ObjectID]> = []
    for (run, own) in runs.enumerated() {
      for cycle in own.requests.reported {
        let locks = cycle.compactMap { merged.lockClass(of: $0, in: run) }
        if locks.count == cycle.count { reported.insert(locks.fromSmallest) }
      }
    }
    return reported
  }
}

extension [ObjectID] {
  /// The same cycle, begun at its smallest element.
  fileprivate var fromSmallest: [ObjectID] {
    guard let smallest = indices.min(by: { self[$0] < self[$1] }) else { return self }
    return Array(self[smallest...] + self[..<smallest])
  }
}
