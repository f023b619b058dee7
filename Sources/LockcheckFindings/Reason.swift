public import LockcheckTrace

/// Which variant of its rule a finding is: what a sentence about it needs beyond its steps.
public enum Reason: Sendable, Hashable {
  /// Each step waits for what the next step's thread would have to do.
  case waitCycle
  /// Each step acquires a lock that the next step's thread holds, in another order.
  case orderCycle
  /// Each step acquires a lock of the class of one that the next step's thread holds, in another order:
  /// `held` has, by step, the lock that stands for the one that the step before asks for.
  case classCycle(held: [ObjectID])
  /// The step acquires a lock whose declared level is not above that of `held`, which it holds.
  case levelOrder(held: ObjectID)
  /// The thread asks again for what it holds.
  case relock
  /// Nobody is left who could end the wait.
  case nobodyLeft
  /// The thread waits for threads that are themselves stuck.
  case behindStuck
  /// Nothing orders the two steps, the earlier one first.
  case unordered
  /// The steps have no lock in common, and at least one of them holds none.
  case unlocked
  /// Each step is locked, but the steps have no lock in common.
  case noCommonLock
  /// The second step comes after one event of the first step's block, and before the last step, which
  /// is in the block too.
  case interleaved
  /// The first step and the last are in two sections of `lock` in one function; what the second does
  /// came in between, or can.
  case split(lock: ObjectID)
  /// The lock was held by `holder`, or by nobody where that is absent.
  case notHeld(holder: ThreadID)
  /// The thread exited without giving the lock back.
  case leaked
  /// The condition's lock `lock` was not held; absent where it is not known.
  case lockNotHeld(lock: ObjectID)
  /// `done` tasks were said to be done of `put` that were put.
  case overdone(done: UInt64, put: UInt64)
  /// Somebody held it or waited on it.
  case stillInUse
  /// The C library refused the call.
  case refused(Refusal)
  /// The second step destroyed what the first uses; the C library refused that, or did not look.
  case alreadyDestroyed(Refusal?)
  /// The first step waits with `lock`, while the second waits with `other`.
  case twoLocks(lock: ObjectID, other: ObjectID)
  /// There would have been `value` permits, with at most `bound` allowed.
  case overrun(value: UInt64, bound: UInt64)
  /// The thread holds the lock to read, and asks to write.
  case upgrade
  /// The first step asks to read what its thread reads already; the second, by another thread, asks to
  /// write it.
  case recursiveRead
  /// The first step waits with `lock` held; each other step wakes it, and its thread takes `lock`
  /// before.
  case wakerNeedsLock(lock: ObjectID)
  /// The last step would have ended the waits before it, and came before they began.
  case tooEarly
  /// The second step ended the first one's wait; nothing keeps it from coming before.
  case mayBeTooEarly
  /// Nobody waited at the first step; the others are waits that began later and never ended.
  case nobodyWaited
  /// The wait is over, and `variable` was read before it and not after it.
  case notLookedAgain(variable: ObjectID)
  /// The wait hangs, and the trace shows no look at what it waits for.
  case waitedUnlooked
  /// Everything was got, and `done` of `put` tasks are done.
  case tasksLeft(done: UInt64, put: UInt64)
  /// The barrier waits for `parties`, and only those of the steps are left to come.
  case partiesMissing(parties: UInt64)
  /// All `workers` of `pool` wait, and what they wait for needs a worker.
  case poolStarved(pool: ObjectID, workers: UInt64)
  /// The last step is by a task of `pool`, which has `workers`, and waits for another task of it. The
  /// tasks on the way from there keep `depth` workers.
  case poolNested(pool: ObjectID, workers: UInt64, depth: UInt64)
  /// Threads waited for the lock, longest at the places of the steps, worst first.
  case contended(TimeAccount)
  /// The lock was held from the first step to the second.
  case heldLong(TimeAccount)
  /// Threads queued for the lock; the steps are the first turns of some of them.
  case queued(TimeAccount)
}

extension Reason {
  /// Whether the finding is about a declared order, and about no other thread.
  public var isOfLevels: Bool {
    if case .levelOrder = self { true } else { false }
  }
}

extension Reason {
  /// Where time went, of a finding about that.
  public var times: TimeAccount? {
    switch self {
    case .contended(let times), .heldLong(let times), .queued(let times): times
    default: nil
    }
  }

  /// How much time is at stake, in nanoseconds, of a finding about that.
  var cost: UInt64 {
    switch self {
    case .contended(let times), .queued(let times): times.waits.total
    case .heldLong(let times): times.hold
    default: 0
    }
  }
}
