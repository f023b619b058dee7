import LockcheckFindings
import LockcheckTrace

/// The accesses to one variable that can race, sorted by thread, sort of access and locks held.
struct VariableAccesses {
  /// Accesses of one thread, of one sort, under the same locks.
  struct Group {
    var thread: ThreadID
    var isWrite: Bool
    var isAtomic: Bool
    var locks: Int
    /// Where they stand, in order.
    var places: [Int] = []
  }

  private struct Key: Hashable {
    var thread: ThreadID
    var flags: UInt8
    var locks: Int
  }

  private(set) var groups: [Group] = []
  /// By access, in the order of the trace: its place and its group.
  private(set) var accesses: [(place: Int, group: Int)] = []
  /// By group: those that it can race with.
  private(set) var rivals: [[Int]] = []
  /// Whether some accesses were left out.
  private(set) var isCutShort = false
  private var numbers: [Key: Int] = [:]

  /// Sorts the accesses at `places`.
  ///
  /// - Parameter pairs: How many pairs of groups may still be compared. Of a variable with more groups
  ///   than that allows, those that come first are kept, with their accesses.
  /// - Complexity: Linear in accesses, and in pairs of groups.
  init(
    _ places: ArraySlice<UInt32>, in index: borrowing RunIndex, _ exclusion: inout LockExclusion,
    pairs: inout Int
  ) {
    let limit = max(Self.fewGroups, Int(Double(max(0, pairs)).squareRoot()))
    for place in places {
      let event = index.history[Int(place)]
      let isWrite = event.operation != .read && event.operation != .atomicRead
      let isAtomic = event.operation != .read && event.operation != .write
      let locks = exclusion.number(of: index.history.held(at: Int(place)), in: index)
      let key = Key(
        thread: event.thread, flags: (isWrite ? 1 : 0) | (isAtomic ? 2 : 0), locks: locks)
      let group = numbers[key] ?? groups.count
      if group == groups.count {
        if group == limit {
          isCutShort = true
          continue
        }
        numbers[key] = group
        groups.append(
          Group(thread: event.thread, isWrite: isWrite, isAtomic: isAtomic, locks: locks))
      }
      groups[group].places.append(Int(place))
      accesses.append((Int(place), group))
    }
    pairs -= groups.count * groups.count
    rivals = groups.indices.map { one in
      groups.indices.filter { other in
        groups[one].thread != groups[other].thread
          && (groups[one].isWrite || groups[other].isWrite)
          && !(groups[one].isAtomic && groups[other].isAtomic)
          && !exclusion.exclude(groups[one].locks, groups[other].locks)
      }
    }
  }

  /// How many groups of a variable are compared in any case.
  private static let fewGroups = 16

  /// Whether no two of them can race.
  var isSafe: Bool { rivals.allSatisfy(\.isEmpty) }
}

/// Which sets of held locks keep two threads from being side by side.
struct LockExclusion {
  private struct Hold: Hashable {
    var lock: ObjectID
    var mode: LockMode
  }

  private var numbers: [[Hold]: Int] = [:]
  private var sets: [[Hold]] = []
  private var known: [HeldSetID: Int] = [:]
  private var answers: [SIMD2<Int>: Bool] = [:]
  /// How many answers are kept.
  private static let answerLimit = 1 << 20

  /// The number of the set of critical sections that stand for what is held.
  mutating func number(of set: HeldSetID, in index: borrowing RunIndex) -> Int {
    if let number = known[set] { return number }
    var holds: [Hold] = []
    for held in index.held.locks(of: set) where index.sections.covers(held.object) {
      holds.append(Hold(lock: held.object, mode: held.mode))
    }
    holds.sort { $0.lock < $1.lock }
    let number = numbers[holds] ?? sets.count
    if number == sets.count {
      numbers[holds] = number
      sets.append(holds)
    }
    known[set] = number
    return number
  }

  /// Whether a lock in both sets lets only one of the two in.
  mutating func exclude(_ one: Int, _ other: Int) -> Bool {
    let pair = SIMD2(min(one, other), max(one, other))
    if let answer = answers[pair] { return answer }
    let others = Dictionary(uniqueKeysWithValues: sets[other].map { ($0.lock, $0.mode) })
    let answer = sets[one].contains { hold in
      others[hold.lock].map { hold.mode == .exclusive || $0 == .exclusive } ?? false
    }
    if answers.count < Self.answerLimit { answers[pair] = answer }
    return answer
  }
}
