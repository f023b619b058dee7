/// A way to go wrong that lockcheck has a name for.
///
/// A struct with static members rather than an enum, so that a new rule breaks no one.
public struct Rule: Sendable, Hashable {
  /// What sort of trouble it is.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Threads that wait, or could wait, for what does not come.
    case deadlock
    /// Accesses that nothing puts in an order.
    case race
    /// Primitives used as they must not be.
    case misuse
    /// Time that goes where it need not.
    case performance
  }

  /// Its short form: `LC102`.
  public let code: String
  /// Its stable name: `lock-order-cycle`.
  public let name: String
  /// What sort of trouble it is.
  public let kind: Kind

  private init(_ code: String, _ name: String, _ kind: Kind) {
    self.code = code
    self.name = name
    self.kind = kind
  }
}

extension Rule {
  /// Threads stuck in a cycle of waits at the end of the trace.
  public static let deadlock = Rule("LC101", "deadlock", .deadlock)
  /// Two or more threads take locks in a cyclic order.
  public static let lockOrderCycle = Rule("LC102", "lock-order-cycle", .deadlock)
  /// A thread takes a non-reentrant lock that it holds.
  public static let selfDeadlock = Rule("LC103", "self-deadlock", .deadlock)
  /// A shared hold asks for the exclusive one, or is taken again with a writer in between.
  public static let lockUpgrade = Rule("LC104", "lock-upgrade", .deadlock)
  /// A wait under a lock that everyone who could end it takes first.
  public static let nestedMonitor = Rule("LC105", "nested-monitor", .deadlock)
  /// All workers of a pool wait for tasks that only they could run.
  public static let poolStarvation = Rule("LC106", "pool-starvation", .deadlock)
  /// A notify before the wait that needed it.
  public static let lostWakeup = Rule("LC107", "lost-wakeup", .deadlock)
  /// Pending at the end, no cycle: nobody is left who could wake it.
  public static let stuckThread = Rule("LC108", "stuck-thread", .deadlock)
  /// Conflicting accesses, at least one a write, that nothing orders.
  public static let dataRace = Rule("LC201", "data-race", .race)
  /// A shared variable written with no lock in common with the other accesses.
  public static let unlockedSharedWrite = Rule("LC202", "unlocked-shared-write", .race)
  /// Every access is locked, but not by one common lock.
  public static let inconsistentLock = Rule("LC203", "inconsistent-lock", .race)
  /// A block meant to be atomic that no serial order of the blocks explains.
  public static let atomicityViolation = Rule("LC204", "atomicity-violation", .race)
  /// Release by a thread that does not hold the lock.
  public static let releaseNotHeld = Rule("LC301", "release-not-held", .misuse)
  /// A thread exits with a lock held.
  public static let lockLeak = Rule("LC302", "lock-leak", .misuse)
  /// Wait or notify without the condition's lock.
  public static let conditionWithoutLock = Rule("LC303", "condition-without-lock", .misuse)
  /// A wait on a condition whose predicate is not looked at again.
  public static let waitWithoutRecheck = Rule("LC304", "wait-without-recheck", .misuse)
  /// A notify that woke nobody, where a later waiter hangs.
  public static let notifyNobody = Rule("LC305", "notify-nobody", .misuse)
  /// More tasks done than put.
  public static let taskDoneOverrun = Rule("LC306", "task-done-overrun", .misuse)
  /// A join of a queue that outlives the last get.
  public static let taskDoneMissing = Rule("LC307", "task-done-missing", .misuse)
  /// Destroyed while held or waited on.
  public static let destroyedInUse = Rule("LC308", "destroyed-in-use", .misuse)
  /// Parties of a barrier that never come.
  public static let barrierMismatch = Rule("LC309", "barrier-mismatch", .misuse)
  /// A semaphore released past its bound.
  public static let semaphoreOverrun = Rule("LC310", "semaphore-overrun", .misuse)
  /// A call that the C library refuses.
  public static let refusedCall = Rule("LC312", "refused-call", .misuse)
  /// A lock or condition used after its end.
  public static let usedAfterDestroy = Rule("LC313", "used-after-destroy", .misuse)
  /// Waits on one condition with two locks at once.
  public static let twoLocks = Rule("LC314", "condition-with-two-locks", .misuse)

  /// Threads wait long for a lock.
  public static let contention = Rule("LC401", "contention", .performance)
  /// A lock is held long.
  public static let longHold = Rule("LC402", "long-hold", .performance)
  /// Threads queue for a lock again and again, although each holds it briefly.
  public static let convoy = Rule("LC403", "convoy", .performance)

  /// Every rule that something reports, by code.
  public static let all: [Rule] = [
    deadlock, lockOrderCycle, selfDeadlock, lockUpgrade, nestedMonitor, poolStarvation, lostWakeup,
    stuckThread, dataRace, unlockedSharedWrite, inconsistentLock, atomicityViolation,
    releaseNotHeld, lockLeak,
    conditionWithoutLock, waitWithoutRecheck, notifyNobody, taskDoneOverrun, taskDoneMissing,
    destroyedInUse, barrierMismatch, semaphoreOverrun, refusedCall, usedAfterDestroy, twoLocks,
    contention, longHold, convoy,
  ]

  /// The rules that are looked for unless others are asked for: those about what goes wrong, and not those
  /// about where the time goes.
  public static let usual: [Rule] = all.filter { $0.kind != .performance }

  /// The rule of that code or name, in any case.
  public static func named(_ word: String) -> Rule? {
    let word = word.lowercased()
    return all.first { $0.code.lowercased() == word || $0.name == word }
  }
}
