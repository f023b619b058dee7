import LockcheckFindings
import LockcheckGraphs
import LockcheckTrace

/// The requests of several runs that can be part of a cycle, grouped as those of one run are.
struct MergedRequests {
  /// A request of one run.
  struct Request {
    var run: Int
    /// Its place in the run's table.
    var dependency: Int
    /// Its thread; the same number for one that is known to be the same in another run.
    var thread: ThreadID
    /// Whether that is known of its thread.
    var isThreadKnown: Bool
  }

  private(set) var requests: [Request] = []
  /// Their members' dependencies are places in ``requests``.
  private(set) var classes: [LockRequestClass] = []
  /// Whether some requests were left out, those with the most locks held.
  private(set) var isCutShort = false
  private let runs: [MergedRun]
  /// By run: the class of each lock, those that are like no other included.
  private var lockClasses: [[ObjectID: ObjectID]]
  private var threadClasses: [[ThreadID: ThreadID]]
  private var places: [LockRequestClass.Key: Int] = [:]
  private var members: [Member: Int] = [:]

  private struct Member: Hashable {
    var place: Int
    var thread: ThreadID
  }

  /// Groups the requests of `runs`.
  ///
  /// - Parameter limit: How many held locks may be looked at.
  /// - Complexity: Linear in requests and nestings, and in `limit`.
  init(_ runs: [MergedRun], limit: Int) {
    self.runs = runs
    var nextLock = runs.flatMap(\.lockClasses.values).map { $0.index + 1 }.max() ?? 0
    lockClasses = runs.map { run in
      var classes = run.lockClasses
      for lock in run.requests.locks where classes[lock] == nil {
        classes[lock] = ObjectID(nextLock)
        nextLock += 1
      }
      return classes
    }
    var nextThread = runs.flatMap(\.threadClasses.values).map { $0.index + 1 }.max() ?? 0
    threadClasses = runs.map { run in
      var classes = run.threadClasses
      for dependency in run.requests.table.dependencies
      where classes[dependency.key.thread] == nil {
        classes[dependency.key.thread] = ThreadID(nextThread)
        nextThread += 1
      }
      return classes
    }
    for (run, dependency) in cyclic(lockCount: nextLock, limit: limit) {
      add(dependency, of: run)
    }
  }

  /// The class of a lock of a run.
  func lockClass(of lock: ObjectID, in run: Int) -> ObjectID? { lockClasses[run][lock] }

  /// Those requests whose lock leads back, through any of the runs, to what is held around them: see
  /// ``LockRequestClasses``.
  private mutating func cyclic(lockCount: Int, limit: Int) -> [(run: Int, dependency: Int)] {
    var edges: [(from: Int, to: Int)] = []
    var nodeCount = lockCount
    var firstNodes: [Int] = []
    for (place, run) in runs.enumerated() {
      let held = run.requests.held
      let first = nodeCount
      firstNodes.append(first)
      nodeCount += held.nestingCount
      for nesting in 1..<held.nestingCount {
        let (lock, outside) = held.innermost(of: HeldSetID(nesting))
        if let lock = lockClasses[place][lock] { edges.append((lock.index, first + nesting)) }
        if outside != .none { edges.append((first + outside.index, first + nesting)) }
      }
      for dependency in run.requests.table.dependencies {
        guard let lock = lockClasses[place][dependency.key.lock] else { continue }
        edges.append((first + dependency.key.held.index, lock.index))
      }
    }
    let component = StronglyConnectedComponents(
      of: DirectedGraph(nodeCount: nodeCount, edges: edges)
    ).component
    var found: [(run: Int, dependency: Int, depth: Int)] = []
    for (place, run) in runs.enumerated() {
      let depths = run.requests.held.depths()
      for (number, dependency) in run.requests.table.dependencies.enumerated() {
        guard let lock = lockClasses[place][dependency.key.lock],
          component[firstNodes[place] + dependency.key.held.index] == component[lock.index]
        else { continue }
        found.append((place, number, Int(depths[dependency.key.held.index])))
      }
    }
    // Those that hold little first, as far as the limit goes.
    found.sort { ($0.depth, $0.run, $0.dependency) < ($1.depth, $1.run, $1.dependency) }
    var sum = 0
    let kept = found.prefix { request in
      sum += request.depth
      return sum <= limit
    }
    isCutShort = kept.count < found.count
    return kept.map { ($0.run, $0.dependency) }
  }

  private mutating func add(_ number: Int, of run: Int) {
    let dependency = runs[run].requests.table.dependencies[number]
    guard let lock = lockClasses[run][dependency.key.lock],
      let thread = threadClasses[run][dependency.key.thread]
    else { return }
    var modes: [ObjectID: LockMode] = [:]
    for hold in runs[run].requests.locks(of: dependency.key.held) {
      guard let other = lockClasses[run][hold.object], other != lock else { continue }
      if modes[other] != .exclusive { modes[other] = hold.mode }
    }
    if modes.isEmpty { return }
    let key = LockRequestClass.Key(
      lock: lock, mode: dependency.key.mode, isBounded: dependency.key.isBounded,
      held: modes.map { LockRequestClass.Hold(lock: $0.key, mode: $0.value) }
        .sorted { $0.lock < $1.lock })
    let place = places[key] ?? classes.count
    if place == classes.count {
      places[key] = place
      classes.append(LockRequestClass(key: key, members: [], first: requests.count))
    }
    let member = Member(place: place, thread: thread)
    if members[member] == nil {
      members[member] = classes[place].members.count
      classes[place].members.append(
        LockRequestClass.Member(thread: thread, dependencies: [], count: 0))
    }
    let known = members[member] ?? 0
    classes[place].members[known].dependencies.append(requests.count)
    classes[place].members[known].count += dependency.count
    requests.append(
      Request(
        run: run, dependency: number, thread: thread,
        isThreadKnown: runs[run].threadClasses[dependency.key.thread] != nil))
  }
}
