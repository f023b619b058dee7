import LockcheckFindings
import LockcheckTrace

/// What is known of the classes of locks of one run, for cycles that go round by class.
struct ClassesOfRun {
  private let run: MergedRun
  /// Classes whose locks can each be taken for any other one.
  private let interchangeable: Set<ObjectID>
  /// Requests against a declared order: these have a finding of their own.
  private var broken: Set<Int> = []

  init(_ run: MergedRun, interchangeable: Set<ObjectID>, levels: LockLevels) {
    self.run = run
    self.interchangeable = interchangeable
    var levels = levels
    guard levels.isDeclared else { return }
    for (place, dependency) in run.requests.table.dependencies.enumerated() {
      let held = run.requests.locks(of: dependency.key.held)
      if levels.brokenBy(dependency.key.lock, holding: held) != nil { broken.insert(place) }
    }
  }

  /// Whether a request is no step of a cycle, by its place in the run's table.
  func passesOver(_ dependency: Int) -> Bool { broken.contains(dependency) }

  /// The class of a lock.
  func lockClass(of lock: ObjectID) -> ObjectID? { run.lockClasses[lock] }

  /// The steps, each with the lock that stands for the one that the step before asks for.
  ///
  /// - Parameter held: By step: the class of the lock that the step before asks for.
  /// - Returns: Nil where the cycle goes round by the locks themselves, which others judge; and where two
  ///   locks would have to be one that cannot.
  func steps(_ steps: [MergedStep], _ held: [ObjectID]) -> [MergedStep]? {
    var linked = steps
    var isOfLocks = true
    for place in steps.indices {
      let asking = steps[place == 0 ? steps.count - 1 : place - 1]
      let locks = run.requests.locks(of: steps[place].held)
      let waited = locks.filter { $0.mode == .exclusive || asking.mode == .exclusive }
      guard
        let hold = waited.last(where: { $0.object == asking.lock })
          ?? waited.last(where: { run.lockClasses[$0.object] == held[place] })
      else { return nil }
      linked[place].standIn = hold.object
      if hold.object == asking.lock { continue }
      guard interchangeable.contains(held[place]) else { return nil }
      isOfLocks = false
    }
    return isOfLocks ? nil : linked
  }
}
