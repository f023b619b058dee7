import LockcheckFindings
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
  func mode(holding lock: ObjectID) -> LockMode? {
    key.held.first { $0.lock == lock }?.mode
  }

  /// A lock that lets only one of the two requests come about at a time [Bensalem & Havelund 2005].
  ///
  /// - Complexity: Linear in the locks held around both.
  ///
  /// [Bensalem & Havelund 2005]: https://doi.org/10.1007/11678779_15
  func gate(with other: LockRequestClass) -> ObjectID? {
    var (ours, theirs) = (key.held[...], other.key.held[...])
    while let mine = ours.first, let yours = theirs.first {
      if mine.lock == yours.lock, mine.mode == .exclusive || yours.mode == .exclusive {
        return mine.lock
      }
      if mine.lock <= yours.lock { ours.removeFirst() }
      if yours.lock <= mine.lock { theirs.removeFirst() }
    }
    return nil
  }

  /// Groups dependencies, by first event.
  static func grouping(
    _ table: LockDependencyTable, held: borrowing HeldLocks
  ) -> [LockRequestClass] {
    var classes: [LockRequestClass] = []
    var places: [Key: Int] = [:]
    let order = table.dependencies.indices.sorted {
      table.dependencies[$0].first < table.dependencies[$1].first
    }
    for place in order {
      let dependency = table.dependencies[place]
      let key = dependency.key
      // A lock that is held shared and asked for exclusively is no link of a chain to itself.
      let holds = held.locks(of: key.held)
        .filter { $0.object != key.lock }
        .map { Hold(lock: $0.object, mode: $0.mode) }
        .sorted { $0.lock < $1.lock }
      guard !holds.isEmpty else { continue }
      let classKey = Key(lock: key.lock, mode: key.mode, isBounded: key.isBounded, held: holds)
      if places[classKey] == nil {
        places[classKey] = classes.count
        classes.append(LockRequestClass(key: classKey, members: [], first: dependency.first))
      }
      classes[places[classKey]!].add(place, dependency)
    }
    return classes
  }

  private mutating func add(_ place: Int, _ dependency: LockDependency) {
    let thread = dependency.key.thread
    if let member = members.firstIndex(where: { $0.thread == thread }) {
      members[member].dependencies.append(place)
      members[member].count += dependency.count
    } else {
      members.append(Member(thread: thread, dependencies: [place], count: dependency.count))
    }
  }
}
