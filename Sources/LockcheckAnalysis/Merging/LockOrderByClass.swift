public import LockcheckFindings
public import LockcheckTrace

/// Finds lock-order cycles that go round by the classes of locks and not by the locks themselves: one
/// thread took a first account and then its log, another a second log and then its account.
///
/// The idea of Linux' lockdep, on what ``LockOrderDetector`` keeps of a run, with the search that looks
/// for cycles through several runs (``LockOrderMerge``):
///
/// 1. Locks of one class are taken for one lock, and cycles of requests are looked for.
/// 2. For each cycle a request is chosen for each step, of different threads, that no order and no lock
///    around both keeps from being made at the same time: gates are locks, not classes.
/// 3. Two locks are only taken for one where some lock of their class was asked for by two threads, or
///    the program has declared the class: what each thread has for itself nobody waits for.
/// 4. Two locks of one declared class, one inside the other, are looked at by `SameClassNesting`.
///
/// No thread of the run did it with the same locks as another: whatever is found is `possible` and no
/// more. Misses cycles with joins, and those of which the run has one round by the locks themselves.
public struct LockOrderByClass {
  private let run: MergedRun
  private let classes: ClassesOfRun
  /// The classes of several locks, and those of them whose locks are taken for one.
  private let several: Set<ObjectID>
  private let interchangeable: Set<ObjectID>
  private let declared: Set<ObjectID>
  /// Those of the search by locks, and less: what is ruled out by class is told by nobody.
  private let limits = LockCycleSearch.Limits(
    steps: 5_000_000, obstructedSteps: 0, choices: 2_000_000)
  /// Whether there may be more cycles.
  public private(set) var isCutShort = false

  /// Looks for cycles through `run`.
  ///
  /// - Parameters:
  ///   - run: The run, with a class for each lock.
  ///   - declared: The classes that the program has declared.
  ///   - objects: What is known about the run's locks.
  /// - Complexity: Linear in requests, nestings and classes.
  public init(_ run: MergedRun, declared: Set<ObjectID>, objects: ObjectTable) {
    self.run = run
    var seen: Set<ObjectID> = []
    var several: Set<ObjectID> = []
    var interchangeable = declared
    for (lock, own) in run.lockClasses {
      if !seen.insert(own).inserted { several.insert(own) }
      if run.requests.users.isShared(lock) { interchangeable.insert(own) }
    }
    self.several = several
    self.declared = declared.intersection(several)
    self.interchangeable = interchangeable.intersection(several)
    classes = ClassesOfRun(
      run, interchangeable: self.interchangeable, levels: LockLevels(objects))
  }

  /// The findings, shortest cycles first; no two of one round of classes.
  ///
  /// - Complexity: That of ``LockOrderMerge``.
  public mutating func findings() -> [Finding] {
    if interchangeable.isEmpty { return [] }
    let merge = LockOrderMerge([run], ambiguous: several, limits: limits)
    // Which of two locks of one place was made first, a recording does not say.
    var nesting = SameClassNesting(
      run, classes, candidates: declared, limit: limits.holds)
    let pairs = nesting.pairs(except: told)
    let cycles = merge.cycles(throughClasses: classes)
    isCutShort = cycles.isCutShort || nesting.isCutShort
    return (pairs + cycles.cycles).map { finding($0, merge) }
  }

  /// The classes of which two locks stand next to each other in a cycle that was reported.
  private var told: Set<ObjectID> {
    var told: Set<ObjectID> = []
    for cycle in run.requests.reported {
      for (place, lock) in cycle.enumerated() {
        let other = cycle[place == 0 ? cycle.count - 1 : place - 1]
        guard lock != other, let own = run.lockClasses[lock], own == run.lockClasses[other] else {
          continue
        }
        told.insert(own)
      }
    }
    return told
  }

  private func finding(_ cycle: [MergedStep], _ merge: LockOrderMerge) -> Finding {
    let steps = cycle.map { step in
      var event = Event(.acquire, by: step.thread, on: step.lock, at: step.stack)
      event.mode = step.mode
      event.isPending = step.isPending
      return Step(event, at: step.event, holding: merge.locks(heldAt: step))
    }
    var finding = Finding(
      .lockOrderCycle, .possible, .classCycle(held: cycle.map(\.standIn)), steps: steps,
      objects: cycle.flatMap { [$0.standIn, $0.lock] }.uniqued(), assumes: run.requests.assumptions)
    finding.missing = .byClass
    return finding
  }
}
