import LockcheckAnalysis
import LockcheckFindings
import LockcheckTrace

extension TraceAnalysis {
  /// Adds the lock-order cycles that a run has by the classes of its locks and not by the locks themselves.
  ///
  /// - Complexity: That of ``LockcheckAnalysis/LockOrderByClass``, and the look-up of the places that made
  ///   the locks, where threads took one inside another.
  func addCyclesByClass(to result: inout AnalysisResult) {
    guard let requests = result.lockRequests else { return }
    let locks = requests.locks
    guard locks.count > 2 else { return }
    var tables = result.tables
    let stacks = Set(
      locks.filter { tables.objects[$0].declaredClass == nil }.map { tables.objects.stack(of: $0) })
    // What cannot be resolved is pointed out where a report needs it.
    _ = resolver(&tables, stacks.filter(\.isPresent).sorted(), locks)
    let classes = LockClasses.OfOneRun(of: locks, in: tables)
    var search = LockOrderByClass(
      MergedRun(requests: requests, lockClasses: classes.classes, threadClasses: [:]),
      declared: classes.declared, objects: tables.objects)
    result.findings += search.findings()
    if search.isCutShort {
      let warning = AnalysisWarning(
        .cycleSearchCutShort(ruledOutOnly: false), at: result.eventCount, thread: .absent)
      if !result.warnings.contains(warning) { result.warnings.append(warning) }
    }
  }
}

extension LockClasses {
  /// The locks of one run by class, those that are like no other each by itself.
  struct OfOneRun {
    /// By lock.
    var classes: [ObjectID: ObjectID] = [:]
    /// The classes that the program has declared.
    var declared: Set<ObjectID> = []
  }
}

extension LockClasses.OfOneRun {
  /// - Complexity: Linear in `locks`, and in the frames of the stacks that made them.
  init(of locks: [ObjectID], in tables: TraceTables) {
    var numbers: [LockClassName: ObjectID] = [:]
    var count = 0
    for lock in locks {
      let name = tables.lockClass(of: lock)
      let number = name.flatMap { numbers[$0] } ?? ObjectID(count)
      count = max(count, number.index + 1)
      classes[lock] = number
      guard let name else { continue }
      numbers[name] = number
      if case .declared = name.basis { declared.insert(number) }
    }
  }
}
