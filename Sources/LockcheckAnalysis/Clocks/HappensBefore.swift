import LockcheckTrace

/// Happens-before, as `Docs/rules.md` lists its edges, by vector clocks [Mattern 1989].
///
/// What the literature calls C_t is `clocks`; L_m and its relatives for the other kinds of object
/// are in `LockClocks` and in the files beside this one. A thread's own entry in its clock is not stored:
/// program order knows it.
///
/// [Mattern 1989]: https://www.vs.inf.ethz.ch/publ/papers/VirtTimeGlobStates.pdf
public struct HappensBefore: Sendable {
  /// Whether the release of a lock comes before its later acquires.
  let hasLockEdges: Bool
  /// C_t: what each thread knows of the others.
  private(set) var clocks: [VectorClock] = []
  /// By thread: its last moment that another thread may learn of.
  private var lastGift: [Moment] = []
  /// By thread: its last moment before it learned something new.
  private var lastLesson: [Moment] = []
  /// How often anything has been given or learned so far. While it stays the same, nobody's moments
  /// are any better known than before, and one moment of a thread is as well known as the next.
  private(set) var exchangeCount: UInt32 = 0
  var locks: [LockClocks] = []
  var conditions: [ObjectID: ConditionClocks<SyncClock>] = [:]
  var flags: [ObjectID: FlagClock<SyncClock>] = [:]
  var barriers: [ObjectID: BarrierClocks<SyncClock>] = [:]
  var queues: [ObjectID: QueueClocks<SyncClock>] = [:]
  var atomics: [ObjectID: SyncClock] = [:]

  /// Makes the order of an empty run.
  ///
  /// - Parameter lockEdges: False gives the order that holds however the locks are handed round.
  init(lockEdges: Bool) { hasLockEdges = lockEdges }

  /// Whether what `giver` did at `moment` happens before the next event of `thread`.
  @inline(__always)
  func isKnown(_ giver: ThreadID, _ moment: Moment, to thread: ThreadID) -> Bool {
    giver == thread || (thread.index < clocks.count && clocks[thread.index][giver] >= moment)
  }

  /// A copy of what the thread knows, to be asked later; shares storage.
  func clock(of thread: ThreadID) -> VectorClock {
    thread.index < clocks.count ? clocks[thread.index] : VectorClock()
  }

  /// The thread's last moment that another thread may have learned of.
  @inline(__always)
  func lastGift(of thread: ThreadID) -> Moment {
    thread.index < lastGift.count ? lastGift[thread.index] : 0
  }

  /// Two moments of one thread that have the same standing are before, and after, the same moments of
  /// other threads.
  @inline(__always)
  func standing(of thread: ThreadID) -> Standing {
    guard thread.index < clocks.count else { return Standing(gift: 0, lesson: 0) }
    return Standing(gift: lastGift[thread.index], lesson: lastLesson[thread.index])
  }

  /// What ``standing(of:)`` compares.
  struct Standing: Sendable, Equatable {
    fileprivate var gift: Moment
    fileprivate var lesson: Moment
  }

  /// Takes note of an event that is not an access, or is an atomic one.
  ///
  /// - Parameter lock: The lock that a condition's waiter gives up, where there is one.
  mutating func observe(
    _ event: Event, at index: Int, lock: ObjectID, tables: borrowing TraceTables
  ) {
    let now = Moment(index + 1)
    meet(event.thread)
    switch event.operation {
    case .acquire where event.isEffective: acquire(event, now, tables)
    case .release where event.isEffective: release(event, now, tables)
    case .fork where event.child != event.thread:
      meet(event.child)
      clocks[event.child.index].join(clocks[event.thread.index])
      clocks[event.child.index].raise(event.thread, to: now)
      lastLesson[event.child.index] = now
      lastGift[event.thread.index] = now
      exchangeCount &+= 1
    case .join where event.isEffective && event.child != event.thread:
      // The child has ended: all it ever did is past.
      meet(event.child)
      exchangeCount &+= 1
      take(
        SyncClock(known: clocks[event.child.index], giver: event.child, moment: now),
        by: event.thread, at: now)
    case .wait: wait(event, now, lock: lock, tables)
    case .notify where event.isEffective:
      conditions[event.object, default: ConditionClocks()]
        .notify(give(event.thread, now), count: event.count)
    case .set: flags[event.object, default: FlagClock()].raise(give(event.thread, now))
    case .clear: flags[event.object]?.lower()
    case .put, .get, .taskDone, .queueJoin, .close: useQueue(event, now, tables)
    case .atomicRead, .atomicWrite, .atomicUpdate: accessAtomically(event, now)
    default: break
    }
  }
}

// MARK: - Giving and taking

extension HappensBefore {
  /// Makes room for the thread.
  @inline(__always)
  mutating func meet(_ thread: ThreadID) {
    while clocks.count <= thread.index {
      clocks.append(VectorClock())
      lastGift.append(0)
      lastLesson.append(0)
    }
  }

  /// What others may learn from the thread at this moment.
  @inline(__always)
  mutating func give(_ thread: ThreadID, _ now: Moment) -> SyncClock {
    lastGift[thread.index] = now
    exchangeCount &+= 1
    return SyncClock(known: clocks[thread.index], giver: thread, moment: now)
  }

  /// Notes that others may learn what the thread knows at this moment, which is kept elsewhere.
  @inline(__always)
  mutating func noteGift(_ thread: ThreadID, _ now: Moment) {
    lastGift[thread.index] = now
    exchangeCount &+= 1
  }

  /// Whether the thread knew as much at `moment`, an event of its own, as it does now.
  @inline(__always)
  func hasLearned(_ thread: ThreadID, since moment: Moment) -> Bool {
    lastLesson[thread.index] >= moment
  }

  /// The thread learns what was given.
  ///
  /// A thread that knows the giver's moment knows all that the giver knew then.
  @inline(__always)
  mutating func take(_ gift: SyncClock, by thread: ThreadID, at now: Moment) {
    if gift.giver.isPresent {
      guard gift.giver != thread, clocks[thread.index][gift.giver] < gift.moment else { return }
      clocks[thread.index].join(gift.known)
      clocks[thread.index].raise(gift.giver, to: gift.moment)
      lastLesson[thread.index] = now
      exchangeCount &+= 1
    } else if !gift.isEmpty {
      clocks[thread.index].join(gift.known)
      lastLesson[thread.index] = now
      exchangeCount &+= 1
    }
  }
}
