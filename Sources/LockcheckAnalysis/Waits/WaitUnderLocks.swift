import LockcheckTrace

/// Waits of one thread at one place of the code, with the same locks held, that came to an end.
struct WaitUnderLocks: Sendable {
  struct Key: Hashable, Sendable {
    var thread: ThreadID
    var channel: WakeChannel
    var held: HeldSetID
    var stack: StackID
    /// Whether it gives up by itself.
    var isBounded: Bool
  }

  /// One of them, and what its thread knew of others before it ended.
  struct Instance: Sendable {
    var wait: Notice
    var known: VectorClock
  }

  /// How many are kept between which the thread learned something.
  static let limit = 16
  /// How many places are kept for the search for schedules.
  static let placeLimit = 1_000

  var key: Key
  private(set) var instances: [Instance] = []
  private(set) var places: [Int] = []
  private(set) var count = 0
  private var standing: HappensBefore.Standing?

  init(_ key: Key) { self.key = key }

  mutating func note(_ wait: Notice, in run: borrowing Run) {
    count += 1
    if run.keepsHistory, places.count < Self.placeLimit { places.append(wait.index) }
    let standing = run.mustOrder.standing(of: key.thread)
    if let last = self.standing, last == standing { return }
    self.standing = standing
    guard instances.count < Self.limit else { return }
    instances.append(Instance(wait: wait, known: run.mustOrder.clock(of: key.thread)))
  }
}
