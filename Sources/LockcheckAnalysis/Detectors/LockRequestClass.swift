import LockcheckFindings
import LockcheckGraphs
import LockcheckTrace

/// All requests for one lock, in one mode, with the same other locks held: what the search for cycles
/// works on, so that a hundred thousand requests, by whatever threads, cost one.
struct LockRequestClass: Sendable {
  struct Key: Hashable, Sendable {
    var lock: ObjectID
    var mode: LockMode
    var isBounded: Bool
    /// By lock.
    var held: [Hold]
  }

  struct Hold: Hashable, Sendable {
    var lock: ObjectID
    var mode: LockMode
  }

  /// The requests of one thread.
  struct Member: Sendable {
    var thread: ThreadID
    /// Places in the table of dependencies, by first event.
    var dependencies: [Int]
    var count: Int
  }

  var key: Key
  /// By first event.
  var members: [Member]
  /// The index of the first request.
  var first: Int

  /// How the lock is held around the request; nil where it is not.
  ///
  /// - Complexity: Logarithmic in the locks held.
  func mode(holding lock: ObjectID) -> LockMode? {
    var range = key.held.indices
    while let first = range.first, let last = range.last {
      let middle = first + (last - first) / 2
      let hold = key.held[middle]
      if hold.lock == lock { return hold.mode }
      range = hold.lock < lock ? middle + 1..<range.upperBound : first..<middle
    }
    return nil
  }
}

/// The classes of the requests that can be part of a cycle.
struct LockRequestClasses {
  private(set) var classes: [LockRequestClass] = []
  /// Whether some requests were left out, those with the most locks held, as they hold more than can
  /// be looked at all together.
  private(set) var isCutShort = false
  private var places: [LockRequestClass.Key: Int] = [:]
  /// The place of a thread among the members of a class.
  private var members: [Member: Int] = [:]

  private struct Member: Hashable {
    var place: Int
    var thread: ThreadID
  }

  /// Groups dependencies, by first event.
  ///
  /// - Parameter limit: How many held locks may be looked at.
  /// - Complexity: Linear in dependencies and nestings, and in `limit`.
  init(_ table: LockDependencyTable, held: borrowing HeldLocks, limit: Int) {
    for place in requests(table, held: held, limit: limit) {
      let dependency = table.dependencies[place]
      let key = dependency.key
      // A lock that is held shared and asked for exclusively is no link of a chain to itself.
      let holds = held.locks(of: key.held)
        .filter { $0.object != key.lock }
        .map { LockRequestClass.Hold(lock: $0.object, mode: $0.mode) }
        .sorted { $0.lock < $1.lock }
      guard !holds.isEmpty else { continue }
      let classKey = LockRequestClass.Key(
        lock: key.lock, mode: key.mode, isBounded: key.isBounded, held: holds)
      add(place, dependency, to: classKey)
    }
  }

  /// Those dependencies that can be part of a cycle, by first event.
  private mutating func requests(
    _ table: LockDependencyTable, held: borrowing HeldLocks, limit: Int
  ) -> [Int] {
    var requests = cyclicRequests(table, held: held)
    let depths = held.depths()
    func depth(_ place: Int) -> Int { Int(depths[table.dependencies[place].key.held.index]) }
    func first(_ place: Int) -> Int { table.dependencies[place].first }
    if requests.reduce(0, { $0 + depth($1) }) > limit {
      isCutShort = true
      requests.sort { (depth($0), first($0)) < (depth($1), first($1)) }
      var sum = 0
      requests = Array(
        requests.prefix { place in
          sum += depth(place)
          return sum <= limit
        })
    }
    return requests.sorted { first($0) < first($1) }
  }

  /// Those dependencies whose lock leads back to what is held around them.
  ///
  /// Locks and nestings are nodes. There are edges from a lock to every nesting that ends with it, from
  /// a nesting to those that go on from it, and from the nesting around a request to the lock that is
  /// asked for. A held lock then reaches what is asked for, without being listed for every request.
  private func cyclicRequests(_ table: LockDependencyTable, held: borrowing HeldLocks) -> [Int] {
    let nestings = held.nestingCount
    var edges: [(from: Int, to: Int)] = []
    var lockCount = 0
    func node(_ lock: ObjectID) -> Int {
      lockCount = max(lockCount, lock.index + 1)
      return nestings + lock.index
    }
    for nesting in 1..<nestings {
      let (lock, outside) = held.innermost(of: HeldSetID(nesting))
      edges.append((node(lock), nesting))
      if outside != .none { edges.append((outside.index, nesting)) }
    }
    for dependency in table.dependencies {
      edges.append((dependency.key.held.index, node(dependency.key.lock)))
    }
    let components = StronglyConnectedComponents(
      of: DirectedGraph(nodeCount: nestings + lockCount, edges: edges)
    ).component
    return table.dependencies.indices.filter { place in
      let key = table.dependencies[place].key
      return components[key.held.index] == components[nestings + key.lock.index]
    }
  }

  private mutating func add(
    _ dependency: Int, _ details: LockDependency, to key: LockRequestClass.Key
  ) {
    let place = places[key] ?? classes.count
    if place == classes.count {
      places[key] = place
      classes.append(LockRequestClass(key: key, members: [], first: details.first))
    }
    let member = Member(place: place, thread: details.key.thread)
    if let known = members[member] {
      classes[place].members[known].dependencies.append(dependency)
      classes[place].members[known].count += details.count
    } else {
      members[member] = classes[place].members.count
      classes[place].members.append(
        LockRequestClass.Member(
          thread: details.key.thread, dependencies: [dependency], count: details.count))
    }
  }
}
