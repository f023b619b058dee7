import LockcheckTrace

/// A set of blocks that are open, by number.
struct BlockSetID: DenseIdentifier {
  let rawValue: UInt32
  init(rawValue: UInt32) { self.rawValue = rawValue }

  /// No block.
  static let none = BlockSetID(rawValue: 0)
}

/// Every set of open blocks that is in use, once; what is known of one block changes in all of them at
/// the same time.
///
/// A block is named by its *seat*, a small number that is given to another when it has ended. A set is
/// a row of bits. When an operation on all sets makes two of them equal, one becomes the other's heir,
/// and a number of either leads to it.
struct OpenBlockSets: Sendable {
  /// The rows, by number.
  private var words: ContiguousArray<UInt64> = [0]
  /// How many words a row has.
  private var width = 1
  /// By number: the set itself, or one that has become equal to it.
  private var heirs: ContiguousArray<BlockSetID> = [.none]
  /// The sets that are their own heirs, no two of them equal; the empty one first.
  private var members: ContiguousArray<BlockSetID> = [.none]
  /// The members by their bits, by open addressing: `absent` where there is none.
  private var index: ContiguousArray<BlockSetID>

  init() {
    index = ContiguousArray(repeating: .absent, count: 16)
    enter(.none)
  }

  /// How many numbers have been given out.
  var numberCount: Int { heirs.count }

  /// How many different sets there are.
  var memberCount: Int { members.count }

  /// Forgets all sets but the empty one.
  mutating func removeAll() {
    guard heirs.count > 1 else { return }
    words.removeLast(words.count - width)
    heirs.removeLast(heirs.count - 1)
    members.removeLast(members.count - 1)
    reindex()
  }

  /// The number that the set goes by now.
  @inline(__always)
  mutating func settled(_ set: BlockSetID) -> BlockSetID {
    if heirs[set.index] == set { return set }
    var set = set
    while heirs[set.index] != set {
      // Path halving: the way is half as long for the next.
      heirs[set.index] = heirs[heirs[set.index].index]
      set = heirs[set.index]
    }
    return set
  }

  /// The same without making the way shorter.
  func heir(of set: BlockSetID) -> BlockSetID {
    var set = set
    while heirs[set.index] != set { set = heirs[set.index] }
    return set
  }

  /// Whether the block is in the set, which is settled.
  @inline(__always)
  func contains(_ set: BlockSetID, _ seat: Int) -> Bool {
    words[set.index * width + seat >> 6] & (1 << UInt64(seat & 63)) != 0
  }

  /// Whether all of `a` is in `b`; both are settled.
  @inline(__always)
  func isSubset(_ a: BlockSetID, of b: BlockSetID) -> Bool {
    if a == b || a == .none { return true }
    for word in 0..<width
    where words[a.index * width + word] & ~words[b.index * width + word] != 0 { return false }
    return true
  }

  /// What is in one or the other; both are settled.
  mutating func union(_ a: BlockSetID, _ b: BlockSetID) -> BlockSetID {
    if isSubset(a, of: b) { return b }
    if isSubset(b, of: a) { return a }
    let new = appendCopy(of: a)
    add(b, to: new)
    return enterLast()
  }

  /// The set and one block more.
  mutating func inserting(_ seat: Int, into set: BlockSetID) -> BlockSetID {
    if seat >= width * 64 { widen(to: seat / 64 + 1) }
    let new = appendCopy(of: set)
    words[new.index * width + seat >> 6] |= 1 << UInt64(seat & 63)
    return enterLast()
  }
}

// MARK: - Changing all sets

extension OpenBlockSets {
  /// Adds `news`, which is settled, to every set that the block is in.
  ///
  /// - Complexity: Linear in the different sets.
  mutating func add(_ news: BlockSetID, toSetsWith seat: Int) {
    for place in members.indices where contains(members[place], seat) {
      add(news, to: members[place])
    }
    reindex()
  }

  /// Takes the block out of every set: its seat is free.
  ///
  /// - Complexity: Linear in the different sets.
  mutating func remove(_ seat: Int) {
    for place in members.indices {
      words[members[place].index * width + seat >> 6] &= ~(1 << UInt64(seat & 63))
    }
    reindex()
  }

  @inline(__always)
  private mutating func add(_ other: BlockSetID, to set: BlockSetID) {
    for word in 0..<width { words[set.index * width + word] |= words[other.index * width + word] }
  }

  /// Finds the members that have become equal.
  private mutating func reindex() {
    for place in index.indices { index[place] = .absent }
    var kept = 0
    for place in members.indices {
      let set = members[place]
      let heir = enter(set)
      heirs[set.index] = heir
      guard heir == set else { continue }
      members[kept] = set
      kept += 1
    }
    members.removeLast(members.count - kept)
  }
}

// MARK: - Rows

extension OpenBlockSets {
  /// The set of `other` that goes by the settled number `set` there, here.
  mutating func copy(_ set: BlockSetID, from other: borrowing OpenBlockSets) -> BlockSetID {
    if other.width > width { widen(to: other.width) }
    let new = appendCopy(of: .none)
    for word in 0..<other.width {
      words[new.index * width + word] = other.words[set.index * other.width + word]
    }
    return enterLast()
  }

  private mutating func appendCopy(of set: BlockSetID) -> BlockSetID {
    let new = BlockSetID(heirs.count)
    for word in 0..<width { words.append(words[set.index * width + word]) }
    heirs.append(new)
    return new
  }

  /// Makes the last row a member, or drops it where there is an equal one.
  private mutating func enterLast() -> BlockSetID {
    let new = BlockSetID(heirs.count - 1)
    let member = enter(new)
    if member == new {
      members.append(new)
      if members.count * 2 > index.count {
        index = ContiguousArray(repeating: .absent, count: index.count * 2)
        for set in members { enter(set) }
      }
    } else {
      heirs.removeLast()
      words.removeLast(width)
    }
    return member
  }

  /// The set in the index with the same bits: itself where there was none.
  @discardableResult
  private mutating func enter(_ set: BlockSetID) -> BlockSetID {
    var place = hash(set) & (index.count - 1)
    while index[place].isPresent {
      if isEqual(index[place], set) { return index[place] }
      place = (place + 1) & (index.count - 1)
    }
    index[place] = set
    return set
  }

  private func hash(_ set: BlockSetID) -> Int {
    var hash: UInt64 = 0
    for word in 0..<width {
      hash = (hash ^ words[set.index * width + word]) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 32
    }
    return Int(truncatingIfNeeded: hash)
  }

  private func isEqual(_ a: BlockSetID, _ b: BlockSetID) -> Bool {
    for word in 0..<width where words[a.index * width + word] != words[b.index * width + word] {
      return false
    }
    return true
  }

  /// Makes room for more blocks that are open at once.
  private mutating func widen(to newWidth: Int) {
    var wider = ContiguousArray<UInt64>(repeating: 0, count: heirs.count * newWidth)
    for set in heirs.indices {
      for word in 0..<width { wider[set * newWidth + word] = words[set * width + word] }
    }
    words = wider
    width = newWidth
    reindex()
  }
}
