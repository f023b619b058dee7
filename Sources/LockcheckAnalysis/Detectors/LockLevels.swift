import LockcheckFindings
import LockcheckTrace

/// Finds locks that are taken against the order that their program declared.
///
/// A lock with a level is to be taken after those of its class (or, without a class, after those
/// without one) whose level is lower, and before those whose level is higher; two of one level are not
/// to be held together. As Linux' lockdep has it with its subclasses, but for the locks of one class
/// that have no level: of these nothing is said here.
struct LockLevels {
  private let objects: ObjectTable
  private var places: [ObjectID: Place?] = [:]

  /// Where a lock stands in an order that was declared.
  private struct Place {
    var name: String?
    var level: UInt64
  }

  init(_ objects: ObjectTable) { self.objects = objects }

  /// Whether any lock has a level.
  ///
  /// - Complexity: Linear in the objects of which something is known.
  var isDeclared: Bool { objects.details.values.contains { $0.level != nil } }

  /// The innermost of the locks that are held around a request for `lock` against the declared order;
  /// nil where there is none.
  mutating func brokenBy(_ lock: ObjectID, holding held: [HeldLock]) -> ObjectID? {
    guard lock.endedThread == nil, let wanted = place(of: lock) else { return nil }
    for hold in held.reversed() where hold.object != lock && hold.object.endedThread == nil {
      guard let other = place(of: hold.object), other.name == wanted.name else { continue }
      if wanted.level <= other.level { return hold.object }
    }
    return nil
  }

  private mutating func place(of lock: ObjectID) -> Place? {
    if let known = places[lock] { return known }
    let details = objects[lock]
    let place = details.level.map { Place(name: details.declaredClass, level: $0) }
    places[lock] = place
    return place
  }
}

extension LockLevels {
  /// A finding for every request against the declared order, of the first `limit` requests.
  ///
  /// - Complexity: Linear in requests and the locks held around them.
  mutating func findings(
    in table: LockDependencyTable, limits: LockCycleSearch.Limits, run: borrowing Run
  ) -> [Finding] {
    guard isDeclared else { return [] }
    var findings: [Finding] = []
    var holds = 0
    for dependency in table.dependencies where !dependency.key.isBounded {
      let held = run.held.locks(of: dependency.key.held)
      holds += held.count
      guard findings.count < limits.reports, holds <= limits.holds else { break }
      guard let broken = brokenBy(dependency.key.lock, holding: held) else { continue }
      let step = dependency.step(at: dependency.first, holding: held)
      var finding = Finding(
        .lockOrderCycle, .possible, .levelOrder(held: broken), steps: [step],
        objects: [broken, dependency.key.lock])
      finding.occurrenceCount = dependency.count
      findings.append(finding)
    }
    return findings
  }
}

extension [Finding] {
  /// Without those against a declared order whose request is a step of a cycle, which says more.
  func withoutLevels(toldBy cycles: [Finding]) -> [Finding] {
    let told = Set(cycles.flatMap(\.steps).map(Request.init))
    return filter { finding in finding.steps.allSatisfy { !told.contains(Request($0)) } }
  }
}

/// Who asks for what, and where in the code.
private struct Request: Hashable {
  var thread: ThreadID
  var object: ObjectID
  var stack: StackID

  init(_ step: Step) {
    thread = step.thread
    object = step.object
    stack = step.stack
  }
}
