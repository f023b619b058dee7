import LockcheckFindings
import LockcheckTrace

/// Finds two threads that each hold a lock of a class and ask for another of the same class: the one for a
/// lock that was made after the one it holds, the other for one that was made before.
///
/// Where all threads go in one direction, an order by number or age explains it, and nothing is said; an
/// order that follows neither is declared by levels. (Linux' lockdep reports the first nesting of two
/// locks of one class that has no subclass.)
struct SameClassNesting {
  private let run: MergedRun
  private let classes: ClassesOfRun
  /// By class, in order: requests for a later lock than the one held, and for an earlier one.
  private var rising: [ObjectID: [Nesting]] = [:]
  private var falling: [ObjectID: [Nesting]] = [:]
  private var order: [ObjectID] = []
  /// Classes of which some nestings were left out.
  private var crowded: Set<ObjectID> = []
  /// Whether pairs may have been missed.
  private(set) var isCutShort = false

  /// A request with a lock of its class around it.
  private struct Nesting {
    var dependency: Int
    var outer: HeldLock
    var held: [HeldLock]
  }

  /// How many pairs are compared for one class, and how many nestings are kept of it in each direction.
  private static let pairLimit = 20_000
  private static let nestingLimit = 1_000

  /// - Parameter candidates: The classes that are looked at.
  /// - Complexity: Linear in requests and nestings up to a limit.
  init(_ run: MergedRun, _ classes: ClassesOfRun, candidates: Set<ObjectID>, limit: Int) {
    self.run = run
    self.classes = classes
    var steps = 0
    for (place, dependency) in run.requests.table.dependencies.enumerated() {
      let lock = dependency.key.lock
      guard !dependency.key.isBounded, let own = classes.lockClass(of: lock),
        candidates.contains(own), !classes.passesOver(place)
      else { continue }
      let held = run.requests.locks(of: dependency.key.held)
      steps += held.count
      if steps > limit {
        isCutShort = true
        return
      }
      for outer in held where outer.object != lock && classes.lockClass(of: outer.object) == own {
        note(Nesting(dependency: place, outer: outer, held: held), of: own)
      }
    }
  }

  private mutating func note(_ nesting: Nesting, of own: ObjectID) {
    if rising[own] == nil, falling[own] == nil { order.append(own) }
    let isRising =
      nesting.outer.object < run.requests.table.dependencies[nesting.dependency].key.lock
    let known = isRising ? rising[own, default: []] : falling[own, default: []]
    guard known.count < Self.nestingLimit else {
      crowded.insert(own)
      return
    }
    if isRising {
      rising[own, default: []].append(nesting)
    } else {
      falling[own, default: []].append(nesting)
    }
  }

  /// One pair for each class that has one, the earliest of each that fit.
  ///
  /// - Parameter told: Classes of which a cycle of locks was reported.
  mutating func pairs(except told: Set<ObjectID>) -> [[MergedStep]] {
    var pairs: [[MergedStep]] = []
    for own in order where !told.contains(own) {
      if let pair = pair(of: own) { pairs.append(pair) }
    }
    return pairs
  }

  private mutating func pair(of own: ObjectID) -> [MergedStep]? {
    let (ups, downs) = (rising[own] ?? [], falling[own] ?? [])
    var attempts = 0
    for up in ups {
      for down in downs {
        if let steps = steps(up, down, &attempts) {
          return steps[0].event < steps[1].event ? steps : [steps[1], steps[0]]
        }
        if attempts > Self.pairLimit {
          isCutShort = true
          return nil
        }
      }
    }
    if crowded.contains(own), !ups.isEmpty, !downs.isEmpty { isCutShort = true }
    return nil
  }

  /// The two as steps; nil where they cannot meet, do not wait for each other, or are about the same two
  /// locks, which is for others to judge.
  private func steps(
    _ one: Nesting, _ other: Nesting, _ attempts: inout Int
  ) -> [MergedStep]? {
    attempts += 1
    let dependencies = run.requests.table.dependencies
    let (a, b) = (dependencies[one.dependency], dependencies[other.dependency])
    guard a.key.thread != b.key.thread, !one.held.keepsOut(other.held) else { return nil }
    if a.key.lock == other.outer.object && b.key.lock == one.outer.object { return nil }
    if a.key.mode == .shared && other.outer.mode == .shared { return nil }
    if b.key.mode == .shared && one.outer.mode == .shared { return nil }
    let windows = run.requests.table.windows
    for first in windows[one.dependency] {
      attempts += windows[other.dependency].count
      for second in windows[other.dependency]
      where !first.isBefore(second) && !second.isBefore(first) {
        var steps = [MergedStep(a, in: first, of: 0), MergedStep(b, in: second, of: 0)]
        steps[0].standIn = one.outer.object
        steps[1].standIn = other.outer.object
        return steps
      }
    }
    return nil
  }
}
