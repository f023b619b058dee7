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
  /// - Complexity: Linear in dependencies, nestings and objects, and in `limit`.
  init(
    _ table: LockDependencyTable, held: borrowing HeldLocks, objectCount: Int, limit: Int
  ) {
    for (place, holdsEnd) in requests(table, held: held, objectCount: objectCount, limit: limit) {
      let dependency = table.dependencies[place]
      let key = dependency.key
      // A lock that is held shared and asked for exclusively is no link of a chain to itself.
      var holds = held.locks(of: key.held)
        .filter { $0.object != key.lock }
        .map { LockRequestClass.Hold(lock: $0.object, mode: $0.mode) }
        .sorted { $0.lock < $1.lock }
      if holdsEnd {
        holds.append(LockRequestClass.Hold(lock: ObjectID(endOf: key.thread), mode: .exclusive))
      }
      guard !holds.isEmpty else { continue }
      let classKey = LockRequestClass.Key(
        lock: key.lock, mode: key.mode, isBounded: key.isBounded, held: holds)
      add(place, dependency, to: classKey)
    }
  }

  /// Those dependencies that can be part of a cycle, by first event; and whether it can lead back to
  /// them by way of somebody who joins their thread.
  private mutating func requests(
    _ table: LockDependencyTable, held: borrowing HeldLocks, objectCount: Int, limit: Int
  ) -> [(place: Int, holdsEnd: Bool)] {
    var requests = CyclicRequests(table, held: held, objectCount: objectCount).requests
    let depths = held.depths()
    func depth(_ request: (place: Int, holdsEnd: Bool)) -> Int {
      Int(depths[table.dependencies[request.place].key.held.index])
    }
    func first(_ request: (place: Int, holdsEnd: Bool)) -> Int {
      table.dependencies[request.place].first
    }
    if requests.reduce(0, { $0 + depth($1) }) > limit {
      isCutShort = true
      requests.sort { (depth($0), first($0)) < (depth($1), first($1)) }
      var sum = 0
      requests = Array(
        requests.prefix { request in
          sum += depth(request)
          return sum <= limit
        })
    }
    return requests.sorted { first($0) < first($1) }
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
