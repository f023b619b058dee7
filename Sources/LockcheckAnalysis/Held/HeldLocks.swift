public import LockcheckFindings
public import LockcheckTrace

/// A set of held locks, in the order in which they were taken; by number, so that an event can be
/// kept together with what was held around it.
public struct HeldSetID: DenseIdentifier {
  /// The number itself.
  public let rawValue: UInt32
  /// Makes the identifier of that number.
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Nothing held.
  public static let none = HeldSetID(rawValue: 0)
}

/// Which locks each thread holds, at one moment of the run.
///
/// Every nesting of held locks that occurs is kept once, as a path in a trie: taking a lock goes to a
/// child, giving it back to the parent. In a program that nests its locks properly a step costs a
/// comparison, and what a thread held at some event is one number.
public struct HeldLocks: Sendable {
  private struct Node {
    var parent: HeldSetID
    var lock: HeldLock
    /// Whether the thread held the lock already: a level of recursion.
    var isReentry: Bool
    /// The child that was gone to last: loops take the same lock again and again.
    var lastChild: HeldSetID
  }

  private struct Hold: Hashable {
    var thread: ThreadID
    var lock: ObjectID
  }

  private var nodes: [Node]
  /// Which node is whose child, by open addressing: numbers of nodes, or 0; as many as a power of two.
  ///
  /// Threads that take different locks in turn come here at every step, so it has to be quick: a
  /// `Dictionary` costs ten times as much as all the rest.
  private var slots = ContiguousArray<HeldSetID>(repeating: .none, count: 256)
  /// By thread.
  private var current: [HeldSetID] = []
  /// By object: who holds it exclusively.
  private var owners: [ThreadID] = []
  /// By object: how many levels of it are held that `owners` does not tell of, or more. Where there are
  /// none, who holds the lock needs no look at what else a thread holds.
  private var sharedLevels: [Int] = []
  /// What threads gave up while they wait on a condition: the lock's levels, innermost first.
  private var suspensions: [ThreadID: [HeldLock]] = [:]
  /// Holds that were cut short by another thread's acquire, which cannot have happened unless the
  /// thread was waiting on a condition: their releases, one for each level, are not held against
  /// anyone.
  private var lapsed: [Hold: [HeldLock]] = [:]

  init() {
    let nothing = HeldLock(object: .absent, mode: .exclusive, stack: .absent)
    nodes = [Node(parent: .none, lock: nothing, isReentry: false, lastChild: .none)]
  }

  /// What the thread holds.
  public func set(of thread: ThreadID) -> HeldSetID {
    thread.index < current.count ? current[thread.index] : .none
  }

  /// The locks of a set, outermost first, each once, in the strongest mode in which it is held.
  ///
  /// - Complexity: Linear in the nesting depth, recursion included.
  public func locks(of set: HeldSetID) -> [HeldLock] {
    var locks: [HeldLock] = []
    var upgraded: Set<ObjectID> = []
    var set = set
    while set != .none {
      let node = nodes[set.index]
      var lock = node.lock
      if node.isReentry {
        if lock.mode == .exclusive { upgraded.insert(lock.object) }
      } else {
        if upgraded.contains(lock.object) { lock.mode = .exclusive }
        locks.append(lock)
      }
      set = node.parent
    }
    return locks.reversed()
  }

  /// The thread that holds the lock exclusively, or absent.
  public func owner(of lock: ObjectID) -> ThreadID {
    lock.index < owners.count ? owners[lock.index] : .absent
  }

  /// Everybody who holds the lock, in whatever mode.
  ///
  /// - Complexity: Constant for a lock that was only ever held by one thread at a time, else linear
  ///   in threads times nesting depth: for findings, not for every event.
  public func holders(of lock: ObjectID) -> [ThreadID] {
    guard isShared(lock) else {
      let owner = owner(of: lock)
      return owner.isPresent ? [owner] : []
    }
    return current.indices.map { ThreadID($0) }.filter { mode(of: lock, by: $0) != nil }
  }

  /// How the thread holds the lock; nil where it does not.
  ///
  /// - Complexity: Constant, unless somebody holds the lock in shared mode: then linear in the nesting
  ///   depth.
  public func mode(of lock: ObjectID, by thread: ThreadID) -> LockMode? {
    if owner(of: lock) == thread { return .exclusive }
    guard isShared(lock) else { return nil }
    var mode: LockMode?
    var set = set(of: thread)
    while set != .none {
      let node = nodes[set.index]
      if node.lock.object == lock {
        if node.lock.mode == .exclusive { return .exclusive }
        mode = .shared
      }
      set = node.parent
    }
    return mode
  }

  /// Whether the thread holds the lock in that very mode, at some level.
  ///
  /// - Complexity: That of ``mode(of:by:)``.
  public func holds(_ lock: ObjectID, in mode: LockMode, by thread: ThreadID) -> Bool {
    guard isShared(lock) else { return mode == .exclusive && owner(of: lock) == thread }
    var set = set(of: thread)
    while set != .none {
      let node = nodes[set.index]
      if node.lock.object == lock, node.lock.mode == mode { return true }
      set = node.parent
    }
    return false
  }

  /// Whether the thread holds the lock, in whatever mode.
  public func holds(_ lock: ObjectID, by thread: ThreadID) -> Bool {
    mode(of: lock, by: thread) != nil
  }

  /// Whether threads may hold the lock that do not own it.
  @inline(__always)
  private func isShared(_ lock: ObjectID) -> Bool {
    lock.index < sharedLevels.count && sharedLevels[lock.index] > 0
  }

  /// Whether the lock is among those of a set; held exclusively, where that is asked.
  ///
  /// - Complexity: Linear in the nesting depth.
  func holds(_ lock: ObjectID, exclusively: Bool, in set: HeldSetID) -> Bool {
    var set = set
    while set != .none {
      let node = nodes[set.index]
      if node.lock.object == lock, !exclusively || node.lock.mode == .exclusive { return true }
      set = node.parent
    }
    return false
  }

  /// How many nestings of held locks have occurred, the empty one included.
  var nestingCount: Int { nodes.count }

  /// The lock of a nesting that was taken last, and the nesting around it.
  func innermost(of set: HeldSetID) -> (lock: ObjectID, outside: HeldSetID) {
    (nodes[set.index].lock.object, nodes[set.index].parent)
  }

  /// By nesting: how many levels it has.
  ///
  /// - Complexity: Linear in nestings.
  func depths() -> [Int32] {
    var depths = [Int32](repeating: 0, count: nodes.count)
    for place in nodes.indices.dropFirst() {
      depths[place] = depths[nodes[place].parent.index] + 1
    }
    return depths
  }

  /// Whether a release of `lock` by `thread` closes a hold that another thread's acquire cut short.
  public func isLapsed(_ lock: ObjectID, by thread: ThreadID) -> Bool {
    !lapsed.isEmpty && lapsed[Hold(thread: thread, lock: lock)] != nil
  }

  /// Whether the thread has given up `lock` for as long as it waits on a condition.
  public func isSuspended(_ lock: ObjectID, by thread: ThreadID) -> Bool {
    suspensions[thread]?.contains { $0.object == lock } ?? false
  }
}

extension HeldLocks {
  /// The thread has got the lock.
  ///
  /// - Returns: The thread that held it all the same, which cannot have happened; else absent.
  mutating func acquire(_ event: Event) -> ThreadID {
    let lock = event.object
    let thread = event.thread
    let isReentry = holds(lock, by: thread)
    var conflict = ThreadID.absent
    if !isReentry {
      conflict = owner(of: lock)
      if conflict.isPresent {
        lapsed[Hold(thread: conflict, lock: lock)] = removeAll(lock, from: conflict)
      }
      if !lapsed.isEmpty { lapsed[Hold(thread: thread, lock: lock)] = nil }
      if event.mode == .exclusive {
        while owners.count <= lock.index { owners.append(.absent) }
        owners[lock.index] = thread
      }
    }
    push(
      HeldLock(object: lock, mode: event.mode, stack: event.stack), isReentry: isReentry, on: thread
    )
    return conflict
  }

  /// The thread gives one level of the lock back, or, where it holds none, takes it from whoever
  /// does: that is what a release by another thread comes to.
  mutating func release(_ lock: ObjectID, by thread: ThreadID) {
    if pop(lock, from: thread) { return }
    if lapse(Hold(thread: thread, lock: lock)) { return }
    let holder = owner(of: lock)
    if holder.isPresent { _ = pop(lock, from: holder) }
  }

  /// Takes one level off a hold that was cut short; false where it was not.
  private mutating func lapse(_ hold: Hold) -> Bool {
    guard var levels = lapsed[hold], !levels.isEmpty else { return false }
    levels.removeFirst()
    lapsed[hold] = levels.isEmpty ? nil : levels
    return true
  }

  /// The thread gives up every level of the lock to wait on a condition.
  mutating func suspend(_ lock: ObjectID, by thread: ThreadID) {
    suspensions[thread] = removeAll(lock, from: thread)
  }

  /// The thread's wait on a condition is over, and it has the lock as before: the one that it gave up,
  /// whatever the end of the wait says. Where the trace has no beginning of the wait, another thread may
  /// seem to have cut the hold short.
  mutating func resume(_ lock: ObjectID, by thread: ThreadID) {
    let given = suspensions.removeValue(forKey: thread)
    guard let levels = given ?? lapsed.removeValue(forKey: Hold(thread: thread, lock: lock))
    else { return }
    for (depth, level) in levels.reversed().enumerated() {
      if depth == 0, level.mode == .exclusive {
        // If somebody else has it, which cannot have happened, the two are both looked for.
        if owner(of: level.object).isPresent { noteShared(level.object, 1) }
        owners[level.object.index] = thread
      }
      push(level, isReentry: depth > 0, on: thread)
    }
  }

  private mutating func push(_ lock: HeldLock, isReentry: Bool, on thread: ThreadID) {
    while current.count <= thread.index { current.append(.none) }
    if lock.mode == .shared { noteShared(lock.object, 1) }
    current[thread.index] = child(of: current[thread.index], lock, isReentry: isReentry)
  }

  private mutating func noteShared(_ lock: ObjectID, _ change: Int) {
    while sharedLevels.count <= lock.index { sharedLevels.append(0) }
    sharedLevels[lock.index] += change
  }

  private mutating func child(of parent: HeldSetID, _ lock: HeldLock, isReentry: Bool) -> HeldSetID
  {
    let last = nodes[parent.index].lastChild
    if last != .none, nodes[last.index].lock == lock, nodes[last.index].isReentry == isReentry {
      return last
    }
    var slot = place(parent: parent, lock, isReentry: isReentry)
    while slots[slot] != .none {
      let child = slots[slot]
      let node = nodes[child.index]
      if node.parent == parent, node.isReentry == isReentry, node.lock == lock {
        nodes[parent.index].lastChild = child
        return child
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    let child = HeldSetID(nodes.count)
    nodes.append(Node(parent: parent, lock: lock, isReentry: isReentry, lastChild: .none))
    nodes[parent.index].lastChild = child
    slots[slot] = child
    if nodes.count * 2 > slots.count { growSlots() }
    return child
  }

  /// Where the search for a child begins.
  @inline(__always)
  private func place(parent: HeldSetID, _ lock: HeldLock, isReentry: Bool) -> Int {
    let flags: UInt64 = (lock.mode == .shared ? 1 : 0) | (isReentry ? 2 : 0)
    var hash = UInt64(parent.rawValue) << 32 | UInt64(lock.object.rawValue)
    hash = (hash ^ flags << 30) &* 0x9E37_79B9_7F4A_7C15
    hash = (hash ^ (hash >> 29) ^ UInt64(lock.stack.rawValue)) &* 0xBF58_476D_1CE4_E5B9
    return Int(truncatingIfNeeded: hash ^ (hash >> 32)) & (slots.count - 1)
  }

  private mutating func growSlots() {
    slots = ContiguousArray(repeating: .none, count: slots.count * 2)
    for place in nodes.indices.dropFirst() {
      let node = nodes[place]
      var slot = self.place(parent: node.parent, node.lock, isReentry: node.isReentry)
      while slots[slot] != .none { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = HeldSetID(place)
    }
  }

  /// Takes the innermost level of the lock off the thread.
  private mutating func pop(_ lock: ObjectID, from thread: ThreadID) -> Bool {
    guard thread.index < current.count, current[thread.index] != .none else { return false }
    let top = nodes[current[thread.index].index]
    if top.lock.object == lock {
      current[thread.index] = top.parent
      if top.lock.mode == .shared { noteShared(lock, -1) }
      if !top.isReentry { vacate(lock, by: thread) }
      return true
    }
    guard holds(lock, by: thread), var levels = unwind(to: lock, on: thread) else { return false }
    let removed = levels.removeLast()
    for level in levels.reversed() { push(level.lock, isReentry: level.isReentry, on: thread) }
    if !removed.isReentry { vacate(lock, by: thread) }
    return true
  }

  /// Takes levels off the thread up to and including the innermost one of the lock; nil, and
  /// nothing taken off, where there is none.
  private mutating func unwind(to lock: ObjectID, on thread: ThreadID) -> [Node]? {
    var taken: [Node] = []
    var set = current[thread.index]
    while set != .none {
      let node = nodes[set.index]
      taken.append(node)
      set = node.parent
      if node.lock.object == lock {
        current[thread.index] = set
        for node in taken where node.lock.mode == .shared { noteShared(node.lock.object, -1) }
        return taken
      }
    }
    return nil
  }

  /// Takes every level of the lock off the thread.
  ///
  /// - Returns: The levels, innermost first.
  private mutating func removeAll(_ lock: ObjectID, from thread: ThreadID) -> [HeldLock] {
    guard thread.index < current.count, holds(lock, by: thread) else { return [] }
    var removed: [HeldLock] = []
    var kept: [Node] = []
    var set = current[thread.index]
    while set != .none {
      let node = nodes[set.index]
      if node.lock.object == lock { removed.append(node.lock) } else { kept.append(node) }
      set = node.parent
    }
    guard !removed.isEmpty else { return [] }
    current[thread.index] = .none
    for level in removed where level.mode == .shared { noteShared(lock, -1) }
    for node in kept where node.lock.mode == .shared { noteShared(node.lock.object, -1) }
    for node in kept.reversed() { push(node.lock, isReentry: node.isReentry, on: thread) }
    vacate(lock, by: thread)
    return removed
  }

  private mutating func vacate(_ lock: ObjectID, by thread: ThreadID) {
    if owner(of: lock) == thread { owners[lock.index] = .absent }
  }
}
