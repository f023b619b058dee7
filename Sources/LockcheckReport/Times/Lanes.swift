import LockcheckTrace

/// Something that a thread has begun and not ended.
struct OpenSlice {
  enum Kind {
    case wait(LockcheckTrace.Operation)
    /// `depth`: how often the lock was taken by its holder.
    case hold(depth: Int)
  }

  var kind: Kind
  var object: ObjectID
  var name: String
  var begin: UInt64
  var stack: StackID
  /// The lanes, by bit, in which a slice stands that this one crosses.
  var crossed: UInt8 = 0
  var isShared = false
  /// Where it stands among the holds of its lock, and since when.
  var lockLane = 0
  var lockBegin: UInt64 = 0
  /// The release that made the lock free, where another thread did it.
  var cause: LockLanes.Release?
}

/// What a thread is doing, and in which of its lanes.
struct ThreadLanes {
  /// How many lanes a thread, or a lock, has at most; what would need more goes to the last.
  static let limit = 8

  /// What is open, in the order in which it began.
  var open: [OpenSlice] = []
  /// The locks that waits on conditions have given up, and how often they were held.
  var givenUp: [(lock: ObjectID, depth: Int)] = []
  /// When it last did something.
  var last: UInt64 = 0
  var isNew = true

  /// How often the lock is held, where it is.
  func hold(of lock: ObjectID) -> (place: Int, depth: Int)? {
    for place in open.indices.reversed() where open[place].object == lock {
      if case .hold(let depth) = open[place].kind { return (place, depth) }
    }
    return nil
  }

  /// Takes a lock that is held already once more.
  ///
  /// - Returns: False where it is not held.
  mutating func deepen(_ lock: ObjectID) -> Bool {
    guard let (place, depth) = hold(of: lock) else { return false }
    open[place].kind = .hold(depth: depth + 1)
    return true
  }

  /// Gives back one level of a hold that has several.
  ///
  /// - Returns: False where it has one, or there is none.
  mutating func undeepen(_ lock: ObjectID) -> Bool {
    guard let (place, depth) = hold(of: lock), depth > 1 else { return false }
    open[place].kind = .hold(depth: depth - 1)
    return true
  }

  mutating func removeHold(of lock: ObjectID) -> OpenSlice? {
    hold(of: lock).map { open.remove(at: $0.place) }
  }

  /// Chooses the lane of a slice that ends now: the first in which it crosses none. All that began after it
  /// and is open still crosses it.
  mutating func settle(_ slice: OpenSlice) -> Int {
    let lane = (0..<Self.limit).first { slice.crossed & (1 << UInt8($0)) == 0 } ?? Self.limit - 1
    for place in open.indices where open[place].begin > slice.begin {
      open[place].crossed |= 1 << UInt8(lane)
    }
    return lane
  }
}

/// Who holds a lock, and in which of its lanes.
struct LockLanes {
  /// A hold that is over: whose, where it stands, and when it began.
  ///
  /// Its arrow is tied to it by its beginning. Perfetto takes the slice that was begun last, ended or not, and
  /// lets the arrow start at that slice's end.
  struct Release {
    var thread: ThreadID
    var lane: TraceEventPage.Lane
    var time: UInt64
  }

  /// By lane, whether a hold stands in it.
  private var isTaken: [Bool] = []
  /// By lane, when the last hold in it ended.
  private var ends: [UInt64] = []
  private(set) var lastRelease: Release?

  /// Finds a lane for a hold that begins. It begins when the last one in the lane has ended: threads look at
  /// their clocks at their leisure.
  mutating func enter(at time: UInt64) -> (lane: Int, begin: UInt64) {
    var lane = isTaken.firstIndex(of: false) ?? isTaken.count
    if lane == isTaken.count, lane < ThreadLanes.limit {
      isTaken.append(false)
      ends.append(0)
    }
    lane = min(lane, ThreadLanes.limit - 1)
    isTaken[lane] = true
    return (lane, max(time, ends[lane]))
  }

  mutating func leave(_ lane: Int, at time: UInt64, _ release: Release) {
    isTaken[lane] = false
    ends[lane] = max(ends[lane], time)
    lastRelease = release
  }
}
