import LockcheckFindings
import LockcheckTrace

/// A set of locks, by number.
struct LocksetID: DenseIdentifier {
  let rawValue: UInt32
  init(rawValue: UInt32) { self.rawValue = rawValue }

  /// No lock.
  static let none = LocksetID(rawValue: 0)
}

/// Every lockset that occurs, once, with what has been asked of them: Eraser's "lockset indexes".
///
/// [Savage et al. 1997], section 3.2: programs hold few distinct sets of locks, so that an
/// intersection is nearly always a lookup.
///
/// [Savage et al. 1997]: https://doi.org/10.1145/265924.265927
struct Locksets {
  private struct Pair: Hashable, BitwiseCopyable {
    var a: LocksetID
    var b: LocksetID
  }

  /// Sorted.
  private var sets: [[ObjectID]] = [[]]
  private var numbers: [[ObjectID]: LocksetID] = [[]: .none]
  private var intersections: [Pair: LocksetID] = [:]
  /// Intersections asked for lately, each at the place that its pair leads to.
  private var recent = FlatTable(blank: (pair: Pair(a: .none, b: .none), common: LocksetID.none))
  /// By held set: the locks that protect a read, and those that protect a write.
  private var forReads: [LocksetID] = []
  private var forWrites: [LocksetID] = []

  init() { recent.reach(Self.recentCount - 1) }

  private static let recentCount = 1024

  /// The locks that keep others from conflicting with an access: all of them for a read, those held
  /// exclusively for a write.
  mutating func lockset(
    for set: HeldSetID, isWrite: Bool, in held: borrowing HeldLocks
  ) -> LocksetID {
    if set == .none { return .none }
    while forReads.count <= set.index {
      forReads.append(.absent)
      forWrites.append(.absent)
    }
    let known = isWrite ? forWrites[set.index] : forReads[set.index]
    if known.isPresent { return known }
    let locks = held.locks(of: set)
    forReads[set.index] = number(locks.map(\.object))
    forWrites[set.index] = number(locks.filter { $0.mode == .exclusive }.map(\.object))
    return isWrite ? forWrites[set.index] : forReads[set.index]
  }

  /// The locks that are in both.
  mutating func intersection(_ a: LocksetID, _ b: LocksetID) -> LocksetID {
    if a == b { return a }
    if a == .none || b == .none { return .none }
    let pair = a < b ? Pair(a: a, b: b) : Pair(a: b, b: a)
    let place = (Int(pair.a.rawValue) &* 31 &+ Int(pair.b.rawValue)) & (Self.recentCount - 1)
    if recent[place].pair == pair { return recent[place].common }
    let common = intersections[pair] ?? newIntersection(pair)
    recent[place] = (pair, common)
    return common
  }

  private mutating func newIntersection(_ pair: Pair) -> LocksetID {
    let others = Set(sets[pair.b.index])
    let common = number(sets[pair.a.index].filter(others.contains))
    intersections[pair] = common
    return common
  }

  private mutating func number(_ locks: [ObjectID]) -> LocksetID {
    let locks = locks.sorted()
    if let known = numbers[locks] { return known }
    let new = LocksetID(sets.count)
    sets.append(locks)
    numbers[locks] = new
    return new
  }
}
